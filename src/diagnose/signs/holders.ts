import { reason } from '../../messages/reasons.ts';
import type { Holding, HoldingKind } from '../../model/evidence.ts';
import type { SignStanding } from '../../model/sign.ts';
import { increase, seriesOf, standing, type Examined } from '../examined.ts';

/** Processes that gained this share of the cache's new objects hold the growth; below the other they do not. */
const most = 0.5;
const few = 0.2;

/** Do processes hold the growing objects, as things of this kind? */
export function heldBy(kind: HoldingKind, examined: Examined): SignStanding {
  const named = examined.finding.holders.filter((holder) => holder.what === kind).toSorted((a, b) => b.count - a.count);
  const first = named[0];
  if (first !== undefined) {
    return standing(
      'present',
      reason('sign_held_by', { comm: first.comm, pid: first.pid, count: first.count, kind }),
      ...named.map((one) => `pid ${one.pid} ${one.comm}`),
    );
  }
  const gained = gains(examined.evidence.holdings.filter((one) => one.what === kind));
  const objects = grownObjects(examined);
  if (gained === null) return standing('unknown', reason('sign_holdings_unread', { kind }));
  if (objects === null)
    return standing('unknown', reason('sign_too_few_values', { what: examined.finding.where.cache ?? examined.finding.where.kind }));
  const presence = gained >= most * objects ? 'present' : gained <= few * objects ? 'absent' : 'unknown';
  return standing(presence, reason('sign_holdings_gained', { kind, gained, objects }));
}

/** Does no process hold the growing objects? Only what was read of every kind can say so. */
export function notHeld(examined: Examined): SignStanding {
  const first = examined.finding.holders[0];
  if (first !== undefined)
    return standing(
      'absent',
      reason('sign_held_by', { comm: first.comm, pid: first.pid, count: first.count, kind: first.what }),
      `pid ${first.pid} ${first.comm}`,
    );
  const { holdings } = examined.evidence;
  const gained = gains(holdings);
  const objects = grownObjects(examined);
  if (gained === null) return standing('unknown', reason('sign_holdings_unread', { kind: 'all' }));
  if (objects === null)
    return standing('unknown', reason('sign_too_few_values', { what: examined.finding.where.cache ?? examined.finding.where.kind }));
  const presence = gained <= few * objects ? 'present' : gained >= most * objects ? 'absent' : 'unknown';
  return standing(presence, reason('sign_holdings_gained', { kind: 'all', gained, objects }));
}

/** What processes gained, counting each loss as none: one that closes files does not excuse one that hoards. null: nothing read. */
function gains(holdings: readonly Holding[]): number | null {
  const read = holdings.filter((one) => one.at_start !== null && one.at_end !== null);
  return read.length === 0 ? null : read.reduce((sum, one) => sum + Math.max(0, one.at_end! - one.at_start!), 0);
}

function grownObjects({ finding, evidence }: Examined): number | null {
  const { cache } = finding.where;
  const series = cache === undefined ? undefined : seriesOf(evidence, 'slab_active_objects', { cache })[0];
  const objects = series === undefined ? null : increase(series);
  return objects !== null && objects > 0 ? objects : null;
}
