import { shellWord } from '../../host/shell.ts';
import { available, unavailable } from '../../model/reading.ts';
import type { Remedy } from '../remedy.ts';

const file = '/etc/firewalld/firewalld.conf';
/** It may not run any more: then there is nothing to reload. */
const reload = 'firewall-cmd --reload || ! firewall-cmd --state >/dev/null 2>&1';

/** A setting of firewalld.conf, and the reload that makes it so. It outlives a reboot, and so does its way back. */
export const firewalld: Remedy = {
  kind: 'firewalld',
  recognises: ([program, ...rest]) => (program === 'sed' && rest.at(-1) === file) || program === 'firewall-cmd',
  async remember(argv, { host }) {
    // Changes are undone last first: only whoever puts the file back can reload after it.
    if (argv[0] === 'firewall-cmd') return available([{ argv, undo: [':'], lasting: true }]);
    const key = /^s\/\^([A-Za-z0-9_]+)=/.exec(argv[2] ?? '')?.[1];
    const now = host.read(file);
    if (!now.ok) return now.unavailable.reason === 'absent' ? unavailable(file, 'absent', 'firewalld is not set up here') : now;
    const line = key === undefined ? undefined : now.value.split('\n').find((each) => each.startsWith(`${key}=`));
    if (line === undefined || /[/&\\]/.test(line))
      return unavailable(file, 'unsupported', `it has no plain line ${key ?? '?'}=…`, 'change it by hand');
    const back = `sed -i ${shellWord(`s/^${key}=.*/${line}/`)} ${file}`;
    return available([{ argv, undo: [back, reload], lasting: true }]);
  },
};
