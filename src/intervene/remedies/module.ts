import { shellLine } from '../../host/shell.ts';
import { available, unavailable } from '../../model/reading.ts';
import { fill, type Remedy } from '../remedy.ts';

/** A kernel module unloaded; only one that nobody uses. */
export const module: Remedy = {
  kind: 'module',
  recognises: ([program, flag]) => program === 'rmmod' || (program === 'modprobe' && flag === '-r'),
  async remember(argv, { facts, given }) {
    const filled = fill(argv, given);
    if (!filled.ok) return unavailable(argv.join(' '), 'absent', `${filled.missing} is not known`, `--set ${filled.missing}=…`);
    const name = filled.argv.at(-1)!;
    const loaded = facts.modules?.find((each) => each.name === name.replaceAll('-', '_'));
    if (loaded === undefined) return unavailable(`the module ${name}`, 'absent', 'it is not loaded');
    if (loaded.users > 0) return unavailable(`the module ${name}`, 'unsupported', `${loaded.users} use it`);
    return available([{ argv: filled.argv, undo: [shellLine(['modprobe', name])] }]);
  },
};
