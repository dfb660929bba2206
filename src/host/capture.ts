import { available, unavailable } from '../model/reading.ts';
import type { Reading } from '../model/reading.ts';
import type { Archive } from './archive.ts';
import { listsSchema, manifestSchema, parsed } from './capture-manifest.ts';
import type { Manifest } from './capture-manifest.ts';
import type { Entry, Host } from './host.ts';
import { canonical, sampleAt } from './recording.ts';
import type { Sample, Track } from './recording.ts';
import { recordedCommands, replayedRun } from './replayed-run.ts';
import { textOf } from './tree.ts';
import type { Tree } from './tree.ts';
import { Unreadable } from './unreadable.ts';

/**
 * Replays a capture. It answers as the recorded host did, phase by phase: `clock.now()` is when the phase
 * began, `clock.wait` goes on to the next at once and is false after the last. What was never asked is absent.
 * @param tree the unpacked capture
 * @param origin its path, for people
 * @param unpacked what could not be unpacked of it, and whether its end is missing
 * @throws {Unreadable} when its manifest is missing, damaged or of another version
 */
export function captureHost(tree: Tree, origin: string, unpacked: Pick<Archive, 'defects' | 'cut'> = { defects: [], cut: false }): Host {
  const manifest = readManifest(tree, origin);
  const files = filesOf(tree, manifest);
  const phases = unpacked.cut ? manifest.phases.slice(0, wholePhases(files)) : manifest.phases;
  const lists = listsOf(tree);
  const commands = recordedCommands(tree);
  let phase = 0;

  function readBytes(path: string): Reading<Uint8Array> {
    const at = sampleAt(files.get(canonical(path)), phase);
    if (at === null) return notRecorded(path);
    return at.ok ? tree.bytes(at.value) : at;
  }

  return {
    kind: 'capture',
    origin,
    readBytes,
    read(path) {
      const bytes = readBytes(path);
      return bytes.ok ? available(textOf(bytes.value)) : bytes;
    },
    list: (path) => sampleAt(lists.tracks.get(canonical(path)), phase) ?? notRecorded(path),
    run: replayedRun(commands, () => phase),
    clock: {
      now: () => phases[phase]!.at,
      async wait(_seconds, signal) {
        if (signal?.aborted === true || phase + 1 >= phases.length) return false;
        phase += 1;
        return true;
      },
    },
    defects: [
      ...manifest.defects,
      ...unpacked.defects,
      ...(phases.length < manifest.phases.length ? [`${phases.length} of its ${manifest.phases.length} samples are whole`] : []),
      ...lists.defects,
      ...commands.defects,
    ],
    close: async () => {},
  };
}

/**
 * Samples are written in the order of time, so the last one that is there may be incomplete. Going on past it
 * would show every quantity as standing still.
 */
function wholePhases(files: ReadonlyMap<string, Track<string>>): number {
  let last = 0;
  for (const { samples } of files.values()) last = Math.max(last, samples.findLast(({ reading }) => reading.ok)?.phase ?? 0);
  return Math.max(1, last);
}

function notRecorded(path: string): ReturnType<typeof unavailable> {
  return unavailable(path, 'absent', 'not in the capture', 'capture again with this version of kmai');
}

/** Whether it says of itself that it is a capture, of this version or another. */
export function isCapture(tree: Tree): boolean {
  const bytes = tree.bytes('/manifest.json');
  return bytes.ok && /"schema"\s*:\s*"kmai\.capture\//.test(textOf(bytes.value));
}

export function readManifest(tree: Tree, origin: string): Manifest {
  const bytes = tree.bytes('/manifest.json');
  if (!bytes.ok) throw new Unreadable(origin, `manifest.json: ${bytes.unavailable.detail}`, 'a capture with its manifest.json');
  const manifest = parsed(manifestSchema, textOf(bytes.value));
  if ('wrong' in manifest) throw new Unreadable(origin, `manifest.json: ${manifest.wrong}`, 'a capture of schema kmai.capture/1');
  return manifest.value;
}

/** Where in the tree each file's samples lie; their bytes are read when they are wanted. */
function filesOf(tree: Tree, { refusals }: Manifest): ReadonlyMap<string, Track<string>> {
  const samples: { readonly path: string; readonly sample: Sample<string> }[] = refusals.map(({ path, phase, unavailable: why }) => ({
    path,
    sample: { phase, reading: { ok: false, unavailable: why } },
  }));
  const add = (phase: number, at: string, path: string) => samples.push({ path, sample: { phase, reading: available(at) } });
  for (const { at, path } of walk(tree, '/once')) add(0, at, path);
  const phases = tree.list('/samples');
  for (const { name } of phases.ok ? phases.value : []) {
    if (!/^\d{1,9}$/.test(name)) continue;
    for (const { at, path } of walk(tree, `/samples/${name}`)) add(Number.parseInt(name, 10), at, path);
  }
  return tracks(samples);
}

/** Every file below a folder; links are not followed, a capture holds none. */
function* walk(tree: Tree, top: string): Generator<{ readonly at: string; readonly path: string }> {
  const folders = [top];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = tree.list(folder);
    for (const { name, kind } of entries.ok ? entries.value : []) {
      const at = `${folder}/${name}`;
      if (kind === 'folder') folders.push(at);
      else if (kind === 'file') yield { at, path: at.slice(top.length) };
    }
  }
}

function listsOf(tree: Tree): { readonly tracks: ReadonlyMap<string, Track<readonly Entry[]>>; readonly defects: readonly string[] } {
  const found: { readonly path: string; readonly sample: Sample<readonly Entry[]> }[] = [];
  const defects: string[] = [];
  const entries = tree.list('/lists');
  for (const { name } of entries.ok ? entries.value : []) {
    if (!/^\d{1,9}\.json$/.test(name)) continue;
    const bytes = tree.bytes(`/lists/${name}`);
    const lists = bytes.ok ? parsed(listsSchema, textOf(bytes.value)) : { wrong: bytes.unavailable.detail };
    if ('wrong' in lists) {
      defects.push(`/lists/${name}: ${lists.wrong}`);
      continue;
    }
    const phase = Number.parseInt(name, 10);
    for (const list of lists.value) {
      const reading: Reading<readonly Entry[]> = 'entries' in list ? available(list.entries) : { ok: false, unavailable: list.unavailable };
      found.push({ path: list.path, sample: { phase, reading } });
    }
  }
  return { tracks: tracks(found), defects };
}

function tracks<T>(found: readonly { readonly path: string; readonly sample: Sample<T> }[]): ReadonlyMap<string, Track<T>> {
  const byPath = new Map<string, Track<T>>();
  for (const [path, group] of Map.groupBy(found, (one) => one.path)) {
    const samples = group.map(({ sample }) => sample).toSorted((a, b) => a.phase - b.phase);
    byPath.set(path, { samples, lastPhase: samples.at(-1)!.phase });
  }
  return byPath;
}
