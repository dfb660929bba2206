import { statSync } from 'node:fs';
import { diskTree } from './disk-tree.ts';
import type { Clock, Host } from './host.ts';
import { recordedCommands, replayedRun } from './replayed-run.ts';
import { textOf } from './tree.ts';
import type { Tree } from './tree.ts';

/**
 * A folder that looks like a root (`proc/meminfo` below it): a fixture, a mounted disk, a container's root.
 * It is one moment of a machine that is not running here: nothing is executed, commands are what
 * `commands/<n>.json` holds (as in a capture), and time stands still.
 * @throws when the folder itself cannot be read
 */
export function folderHost(root: string): Host {
  const tree = diskTree(root);
  const commands = recordedCommands(tree);
  return {
    kind: 'folder',
    origin: root,
    ...reads(tree),
    run: replayedRun(commands, () => 0),
    clock: oneMoment(momentOf(tree, root)),
    defects: commands.defects,
    close: async () => {},
  };
}

export function reads(tree: Tree): Pick<Host, 'read' | 'readBytes' | 'list'> {
  return {
    read(path) {
      const bytes = tree.bytes(path);
      return bytes.ok ? { ok: true, value: textOf(bytes.value) } : bytes;
    },
    readBytes: (path) => tree.bytes(path),
    list: (path) => tree.list(path),
  };
}

/** Time of a host that is a single moment: no wait ever succeeds. */
export function oneMoment(seconds: number): Clock {
  return { now: () => seconds, wait: async () => false };
}

/** `time` of manifest.json (unix seconds, or ISO 8601), else when proc/meminfo or the folder was last written. */
function momentOf(tree: Tree, root: string): number {
  const manifest = tree.bytes('/manifest.json');
  if (manifest.ok) {
    const time = statedTime(textOf(manifest.value));
    if (time !== null) return time;
  }
  const meminfo = statSync(`${root}/proc/meminfo`, { throwIfNoEntry: false });
  return (meminfo ?? statSync(root)).mtimeMs / 1000;
}

function statedTime(text: string): number | null {
  try {
    const { time } = JSON.parse(text) as { time?: unknown };
    const seconds = typeof time === 'string' ? Date.parse(time) / 1000 : time;
    return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds : null;
  } catch {
    return null; // not our manifest: the folder may be anyone's
  }
}
