import { reason } from '../../messages/reasons.ts';
import type { SignStanding } from '../../model/sign.ts';
import { readValues, seriesLabel, seriesOf, standing, type Examined } from '../examined.ts';
import { rise } from '../rise.ts';

/** Are there removed memory cgroups that are still charged: so many of them, or more and more? */
export function dyingCgroups(atLeast: number, { evidence }: Examined): SignStanding {
  const series = seriesOf(evidence, 'cgroups', { state: 'dying' })[0];
  const count = series === undefined ? undefined : readValues(series).at(-1);
  if (series === undefined || count === undefined) return standing('unknown', reason('sign_not_measured', { what: 'dying cgroups' }));
  const grown = rise(series);
  // A handful comes and goes with every service: a rise counts from a tenth of the number on.
  const growing = grown.presence === 'present' && count >= atLeast / 10;
  return standing(
    count >= atLeast || growing ? 'present' : 'absent',
    reason('sign_dying_cgroups', { count, by: grown.by, at_least: atLeast }),
    seriesLabel(series),
  );
}
