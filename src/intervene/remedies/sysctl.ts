import { shellWord } from '../../host/shell.ts';
import { available, unavailable } from '../../model/reading.ts';
import { fill, type Remedy } from '../remedy.ts';

/** A sysctl set to another value. Until reboot: no file in /etc is written. */
export const sysctl: Remedy = {
  kind: 'sysctl',
  recognises: ([program, flag, setting]) =>
    program === 'sysctl' && flag === '-w' && setting !== undefined && !setting.startsWith('vm.drop_caches='),
  async remember(argv, { host, given }) {
    const filled = fill(argv, given);
    if (!filled.ok) return unavailable(argv.join(' '), 'absent', `${filled.missing} is not known`, `--set ${filled.missing}=…`);
    const setting = filled.argv[2]!;
    const path = `/proc/sys/${setting.slice(0, setting.indexOf('=')).replaceAll('.', '/')}`;
    const now = host.read(path);
    if (!now.ok) return now;
    return available([{ argv: filled.argv, undo: [`echo ${shellWord(now.value.trim())} > ${shellWord(path)}`] }]);
  },
};
