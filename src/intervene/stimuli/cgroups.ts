import { intend } from '../../host/journal.ts';
import { makeFolder, removeFolder } from '../../host/write.ts';
import { available, unavailable } from '../../model/reading.ts';
import { shellWord } from '../../host/shell.ts';
import type { Stimulus } from '../stimulus.ts';
import { inTurn } from '../turns.ts';

const places = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup', '/sys/fs/cgroup/unified'] as const;

/** Memory cgroups made and removed under a folder of our own. */
export const cgroup: Stimulus = {
  kind: 'cgroup',
  event: 'cgroup',
  reach: 'here',
  needs: { root: true, tools: [] },
  async prepare(_arm, { host }) {
    const root = places.find((place) => host.read(`${place}/cgroup.procs`).ok);
    if (root === undefined) return unavailable('cgroups', 'absent', 'no cgroup file system is mounted');
    const folder = `${root}/kmai-challenge-${process.pid}`;
    const word = shellWord(folder);
    const change = await intend({
      what: `cgroup ${folder} (a challenge's)`,
      undo: [`[ ! -d ${word} ] || { rmdir ${word}/event 2>/dev/null; rmdir ${word}; }`],
      withinSeconds: 3600,
    });
    if (!change.ok) return change;
    makeFolder(folder);
    return available({
      burst: inTurn(() => {
        makeFolder(`${folder}/event`);
        removeFolder(`${folder}/event`);
      }),
      close: async () => void (await change.value.undo()),
    });
  },
};
