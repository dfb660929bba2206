import { available, unavailable } from '../../model/reading.ts';
import { fill, type Remedy } from '../remedy.ts';

/** An empty cgroup, or a network namespace in which no process lives, removed. No way back: what was in it is not remembered. */
export const removal: Remedy = {
  kind: 'removal',
  recognises: ([program, second, third]) =>
    (program === 'ip' && second === 'netns' && third?.startsWith('del') === true) || program === 'rmdir',
  async remember(argv, { host, given }) {
    const filled = fill(argv, given);
    if (!filled.ok) return unavailable(argv.join(' '), 'absent', `${filled.missing} is not known`, `--set ${filled.missing}=…`);
    const name = filled.argv.at(-1)!;
    if (filled.argv[0] === 'rmdir') {
      const members = host.read(`${name}/cgroup.procs`);
      if (!members.ok) return members;
      if (!name.startsWith('/sys/fs/cgroup/') || members.value.trim() !== '')
        return unavailable(name, 'unsupported', 'it is no empty cgroup');
    } else {
      const inside = await host.run(['ip', 'netns', 'pids', name]);
      if (!inside.ok) return inside;
      if (inside.value.code !== 0 || inside.value.stdout.trim() !== '')
        return unavailable(`the network namespace ${name}`, 'unsupported', inside.value.stderr.trim() || 'processes live in it');
    }
    return available([{ argv: filled.argv, undo: null }]);
  },
};
