import type { Host } from '../../host/host.ts';
import { shellLine } from '../../host/shell.ts';
import { available, unavailable } from '../../model/reading.ts';
import { fill, type Remedy } from '../remedy.ts';

/** What it was loaded with, as far as /sys/module tells: words, not lists or strings that are not set. */
function parametersOf(host: Host, module: string): readonly string[] {
  const folder = `/sys/module/${module}/parameters`;
  const names = host.list(folder);
  if (!names.ok) return [];
  return names.value.flatMap(({ name }) => {
    const value = host.read(`${folder}/${name}`);
    return value.ok && /^[\w.:/+-]+\n?$/.test(value.value) ? [`${name}=${value.value.trim()}`] : [];
  });
}

/** A kernel module unloaded; only one that nobody uses. */
export const module: Remedy = {
  kind: 'module',
  recognises: ([program, flag]) => program === 'rmmod' || (program === 'modprobe' && flag === '-r'),
  async remember(argv, { host, facts, given }) {
    const filled = fill(argv, given);
    if (!filled.ok) return unavailable(argv.join(' '), 'absent', `${filled.missing} is not known`, `--set ${filled.missing}=…`);
    const name = filled.argv.at(-1)!;
    const loaded = facts.modules?.find((each) => each.name === name.replaceAll('-', '_'));
    if (loaded === undefined) return unavailable(`the module ${name}`, 'absent', 'it is not loaded');
    if (loaded.users > 0) return unavailable(`the module ${name}`, 'unsupported', `${loaded.users} use it`);
    const bare = shellLine(['modprobe', name]);
    const withParameters = shellLine(['modprobe', name, ...parametersOf(host, loaded.name)]);
    // A parameter that can be read need not be one that can be set.
    return available([
      {
        argv: filled.argv,
        undo: [`[ -d /sys/module/${loaded.name} ] || ${withParameters === bare ? bare : `${withParameters} || ${bare}`}`],
      },
    ]);
  },
};
