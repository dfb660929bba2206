import { reason } from '../../messages/reasons.ts';
import type { SignStanding } from '../../model/sign.ts';
import { growingOf } from './grows.ts';
import { seriesLabel, seriesOf, standing, type Examined } from '../examined.ts';
import { rise } from '../rise.ts';

/** Does a part of the ledger grow? */
export function ledgerPart(part: string, { evidence }: Examined): SignStanding {
  const series = seriesOf(evidence, 'ledger_bytes', { part })[0];
  if (series === undefined) return standing('unknown', reason('sign_not_measured', { what: `ledger ${part}` }));
  const { presence, by } = rise(series);
  return standing(
    presence,
    reason(presence === 'unknown' ? 'sign_ledger_noisy' : presence === 'present' ? 'sign_ledger_grows' : 'sign_ledger_flat', {
      part,
      kib: Math.round(by / 1024),
    }),
    seriesLabel(series),
  );
}

/** Does memory disappear that no part of the ledger accounts for: pages that drivers and the network took for themselves? */
export function unaccounted(examined: Examined): SignStanding {
  const { where, growth } = examined.finding;
  if (where.kind !== 'pages') {
    return standing('absent', reason('sign_unaccounted_elsewhere', { kind: where.kind }));
  }
  const series = seriesOf(examined.evidence, 'ledger_bytes', { part: 'unaccounted' });
  if (series.length > 0) return ledgerPart('unaccounted', examined);
  const presence = growingOf(growth);
  return standing(presence, reason('sign_unaccounted', { kib_per_second: Math.round(growth.bytes_per_second / 102.4) / 10 }));
}
