import { reason } from '../../messages/reasons.ts';
import type { SignStanding } from '../../model/sign.ts';
import { readValues, seriesLabel, seriesOf, standing, type Examined } from '../examined.ts';

/** Has a network counter reached a value since boot? */
export function counted(counter: string, atLeast: number, { evidence }: Examined): SignStanding {
  const series = seriesOf(evidence, 'snmp_total', { counter })[0];
  const value = series === undefined ? undefined : readValues(series).at(-1);
  if (series === undefined || value === undefined) return standing('unknown', reason('sign_not_measured', { what: counter }));
  return standing(
    value >= atLeast ? 'present' : 'absent',
    reason('sign_counted', { counter, value, at_least: atLeast }),
    seriesLabel(series),
  );
}
