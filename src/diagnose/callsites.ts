import type { CallSite } from '../model/evidence.ts';
import { reason } from '../messages/reasons.ts';
import { count, signed } from '../kernel/units.ts';
import type { Finding, Holder } from '../model/diagnosis.ts';
import type { Candidate } from './candidate.ts';
import type { EvidenceIndex } from './evidence-index.ts';
import type { HoldingsOf } from './holders.ts';

const named = 5;
/** So many allocations must have been heard, and at most this share of them still be held, to say that nobody leaks. */
const fewestAllocations = 16;
const stillHeld = 0.1;

function heardOf({ where }: Candidate, index: EvidenceIndex): readonly CallSite[] {
  const names = new Set([
    where.cache,
    where.owner,
    ...(where.aliases ?? []),
    ...(where.kind === 'slab' ? [] : [where.kind === 'large-kmalloc' ? 'pages' : where.kind]),
  ]);
  return index.evidence.callsites.filter(({ cache }) => names.has(cache));
}

/** The call paths that still hold objects of the growing cache, with the share of its growth that each explains. */
export function callsitesOf(candidate: Candidate, index: EvidenceIndex): Finding['callsites'] {
  return heardOf(candidate, index)
    .filter(({ leaking, allocated, outstanding }) => leaking !== 'no' || (outstanding >= fewestAllocations && 2 * outstanding > allocated))
    .toSorted((a, b) => Number(b.leaking === 'yes') - Number(a.leaking === 'yes') || b.outstanding - a.outstanding)
    .slice(0, named)
    .map(({ stack, outstanding, bytes, explained_fraction }) => ({
      stack,
      outstanding,
      bytes,
      explained_fraction: explained_fraction ?? null,
    }));
}

/**
 * What listening adds to a leak that is supposed from growth alone: a stack that allocates and does not free makes it
 * certain; if everybody who allocated also freed, the growth is over, or was a warm-up.
 */
export function heard(candidate: Candidate, held: HoldingsOf, index: EvidenceIndex): Candidate {
  const sites = heardOf(candidate, index);
  if (candidate.class !== 'kernel-leak' || sites.length === 0) return candidate;
  const leaking = sites.filter((site) => site.leaking === 'yes');
  if (leaking.length > 0) {
    const holder = holderWhoAllocates(leaking, candidate.growth.objects_per_second ?? 0, held);
    return holder === undefined ? { ...candidate, uncertain: false } : heldBy(candidate, holder);
  }
  const allocated = sites.reduce((sum, site) => sum + site.allocated, 0);
  const outstanding = sites.reduce((sum, site) => sum + site.outstanding, 0);
  // A cache that went on growing meanwhile was not heard whole, and what its own counter counts needs no hearing.
  const wentOn = sites.some(({ explained_fraction }) => explained_fraction !== null && explained_fraction !== undefined);
  const counted = candidate.attribution.some(({ alias, share }) => alias === candidate.where.owner && share >= 0.8);
  if (wentOn || counted || allocated < fewestAllocations || outstanding > stillHeld * allocated) return candidate;
  const nobody = reason('heard_nobody_leaking', { cache: candidate.where.cache ?? candidate.where.kind });
  return { ...candidate, uncertain: true, reasons: [...candidate.reasons, nobody] };
}

/** So much of what is not freed must have been allocated by one process, and so much of the growth must its own new holdings be. */
const madeByOne = 0.8;
const heldShare = 0.5;

/**
 * A process that comes to hold things allocates and does not free either: what comes along with each of them. It is not
 * lost while the process holds on.
 */
function holderWhoAllocates(leaking: readonly CallSite[], rate: number, held: HoldingsOf): Holder | undefined {
  const outstanding = leaking.reduce((sum, site) => sum + site.outstanding, 0);
  const made = new Map<number, number>();
  for (const { pid, count } of leaking.flatMap(({ processes }) => processes ?? [])) made.set(pid, (made.get(pid) ?? 0) + count);
  const [maker] = [...made].toSorted(([, a], [, b]) => b - a);
  if (maker === undefined || maker[1] < madeByOne * outstanding) return undefined;
  const holdings = [...held.values()].flatMap(({ holders }) => holders);
  return holdings.find(({ pid, per_second }) => pid === maker[0] && (per_second ?? 0) >= heldShare * rate);
}

function heldBy(candidate: Candidate, holder: Holder): Candidate {
  const { pid, comm, what, per_second } = holder;
  const said = reason('held_by', { pid, comm, count: count(holder.count), what, rate: `${signed(per_second ?? 0)}/s` });
  return {
    ...candidate,
    class: 'held-by-userspace',
    syndrome: 'held-by-userspace',
    holders: [holder],
    uncertain: false,
    reasons: [...candidate.reasons, said],
  };
}
