import { shellLine } from '../../host/shell.ts';
import { available, unavailable } from '../../model/reading.ts';
import { fill, type Remedy } from '../remedy.ts';

const programs = new Set(['auditctl', 'prlimit', 'mount']);

/** A limit whose old value the operator gives, as the case's own `undo` asks for it. */
export const given: Remedy = {
  kind: 'given',
  recognises: ([program = '']) => programs.has(program),
  async remember(argv, { given: values }, undo) {
    const filled = fill(argv, values);
    const back = undo.map((each) => fill(each, values));
    const lacking = [filled, ...back].find((each) => !each.ok);
    if (lacking !== undefined && !lacking.ok)
      return unavailable(argv.join(' '), 'absent', `${lacking.missing} is not known`, `--set ${lacking.missing}=…`);
    return available([
      {
        argv: filled.ok ? filled.argv : argv,
        undo: back.length === 0 ? null : back.flatMap((each) => (each.ok ? [shellLine(each.argv)] : [])),
      },
    ]);
  },
};
