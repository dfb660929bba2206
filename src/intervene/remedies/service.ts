import { shellLine } from '../../host/shell.ts';
import { available, unavailable } from '../../model/reading.ts';
import { fill, type Remedy } from '../remedy.ts';

/** A service stopped, started or restarted. A stop is undone by a start, if it ran. */
export const service: Remedy = {
  kind: 'service',
  recognises: ([program, verb]) => program === 'systemctl' && ['stop', 'start', 'restart'].includes(verb ?? ''),
  async remember(argv, { host, given }) {
    const filled = fill(argv, given);
    if (!filled.ok) return unavailable(argv.join(' '), 'absent', `${filled.missing} is not known`, `--set ${filled.missing}=…`);
    const [, verb, unit = ''] = filled.argv;
    const state = await host.run(['systemctl', 'is-active', unit]);
    if (!state.ok) return state;
    const active = state.value.stdout.trim() === 'active';
    if (!active && verb !== 'start')
      return unavailable(unit, 'absent', `it is ${state.value.stdout.trim() || 'not known'}`, '`systemctl status` tells more');
    const back =
      verb === 'stop'
        ? [shellLine(['systemctl', 'start', unit])]
        : verb === 'start' && !active
          ? [shellLine(['systemctl', 'stop', unit])]
          : null;
    return available([{ argv: filled.argv, undo: back }]);
  },
};
