import { functionName } from '../../kernel/function-name.ts';
import { reason } from '../../messages/reasons.ts';
import type { SignStanding } from '../../model/sign.ts';
import { seriesLabel, seriesOf, standing, type Examined } from '../examined.ts';
import { anyOf, rise } from '../rise.ts';

/** Do the vmalloc areas of this caller grow? */
export function vmallocCaller(caller: string, { evidence }: Examined): SignStanding {
  const all = seriesOf(evidence, 'vmalloc_bytes');
  if (all.length === 0) return standing('unknown', reason('sign_not_measured', { what: '/proc/vmallocinfo' }));
  const own = all.filter((series) => functionName(series.labels['caller'] ?? '') === caller);
  if (own.length === 0) return standing('absent', reason('sign_vmalloc_none', { caller }));
  const rises = own.map(rise);
  const presence = anyOf(rises.map((one) => one.presence));
  const kib = Math.round(rises.reduce((sum, one) => sum + one.by, 0) / 1024);
  return standing(presence, reason('sign_vmalloc_grows', { caller, kib }), ...own.map(seriesLabel));
}
