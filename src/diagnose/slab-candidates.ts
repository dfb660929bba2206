/**
 * From growing caches to candidates: whose the objects are, who holds them, and what class of growth it is.
 */
import { boundedBy, isReclaimableName } from '../kernel/caches.ts';
import { bytes, count, duration, figure, signed } from '../kernel/units.ts';
import { reason } from '../messages/reasons.ts';
import type { Reason } from '../model/diagnosis.ts';
import type { Candidate } from './candidate.ts';
import { type EvidenceIndex, ends, latest } from './evidence-index.ts';
import type { GrownCache } from './grown.ts';
import { type Tenant, tenantsOf } from './tenants.ts';
import { type HolderAnswer, type HoldingsOf, heldByProcesses } from './holders.ts';

interface Named extends Tenant {
  readonly answer: HolderAnswer;
}

/**
 * @param grown caches with an upward trend that matters
 * @param held what the processes came to hold over the window
 * @param seconds length of the window
 */
export function slabCandidates(
  grown: readonly GrownCache[],
  held: HoldingsOf,
  seconds: number,
  index: EvidenceIndex,
): readonly Candidate[] {
  return grown
    .flatMap((one) => tenantsOf(one, index))
    .filter((one) => !lazilyFreed(one, index))
    .map((one) => {
      const answer = heldByProcesses(possibleOwners(one), one.growth.objects_per_second ?? 0, held, index.evidence);
      return candidateOf({ ...one, answer }, held, seconds, index);
    });
}

/** Whose the objects may be: where that is not known, any alias that has no counter of its own to say. */
function possibleOwners({ owner, split, specimen }: Tenant): readonly string[] {
  if (split.owner !== null) return [owner];
  return [owner, ...(specimen?.aliases ?? []).filter((alias) => !split.attribution.some((part) => part.alias === alias))];
}

/**
 * A cache whose objects nobody counts may grow for a while because the machine is busy; below this window, in seconds,
 * or where the holdings of processes were not counted, that is not called a leak.
 */
const trustedWindow = 25;

function candidateOf(one: Named, held: HoldingsOf, seconds: number, index: EvidenceIndex): Candidate {
  const { split, owner, growth } = one;
  const where = {
    kind: 'slab' as const,
    cache: one.cache,
    aliases: one.specimen?.aliases ?? [one.cache],
    ...(split.owner === null ? {} : { owner, owner_evidence: split.basis ?? '' }),
  };
  const shared = {
    where,
    growth,
    series: one.series,
    ...(one.specimen?.objects_per_slab === undefined ? {} : { objects_per_slab: one.specimen.objects_per_slab }),
    attribution: split.attribution,
    unexplained_share: split.unexplained_share,
    driver: null,
    holders: one.answer.held === 'yes' ? one.answer.by.holders : [],
    accompanied_by: [],
  };
  const said = [...growthReasons(one, index), ...split.reasons];
  const bound = Object.hasOwn(boundedBy, owner)
    ? index.named('population_limit').find(({ labels }) => labels['cache'] === owner)
    : undefined;
  if (one.answer.held === 'yes')
    return {
      ...shared,
      class: 'held-by-userspace',
      syndrome: 'held-by-userspace',
      reasons: [...said, ...holderReasons(one.answer)],
      uncertain: false,
    };
  const limit = latest(bound);
  if (limit !== null && split.owner !== null) {
    const full = Math.max(0, limit - (ends(one.series)?.to ?? 0)) / (growth.objects_per_second ?? 0);
    return {
      ...shared,
      class: 'bounded',
      syndrome: 'bounded-table',
      full_in_seconds: full,
      reasons: [...said, reason('bounded_by', { alias: owner, setting: boundedBy[owner]!, value: count(limit), full: duration(full) })],
      uncertain: false,
    };
  }
  if (one.specimen?.reclaimable === true ? owner !== 'sock_inode_cache' : isReclaimableName(owner))
    return {
      ...shared,
      class: 'reclaimable',
      syndrome: 'reclaimable-cache',
      reasons: [...said, reason('reclaimable', { what: owner })],
      uncertain: false,
    };
  if (split.accounting) {
    // What the counter counts was never allocated.
    const counted = { ...growth, bytes_per_second: 0 };
    return { ...shared, growth: counted, class: 'accounting', syndrome: 'accounting-drift', reasons: split.reasons, uncertain: false };
  }
  return {
    ...shared,
    class: 'kernel-leak',
    syndrome: split.owner === null ? 'unattributed' : 'lost-reference',
    reasons: [...said, ...holderReasons(one.answer)],
    uncertain: one.answer.held === 'unknown' || (split.basis !== 'population' && (held.size === 0 || seconds < trustedWindow)),
  };
}

/** Is most of it given up already, only not freed yet? The kernel frees such objects many together, which bounds them. */
function lazilyFreed({ owner, growth }: Tenant, index: EvidenceIndex): boolean {
  const series = index.named('population_lazily_freed').find(({ labels }) => labels['cache'] === owner);
  const moved = series === undefined ? undefined : ends(series);
  return moved !== undefined && (moved.to - moved.from) / moved.seconds > (growth.objects_per_second ?? 0) / 2;
}

function growthReasons({ cache, growth, specimen }: Named, index: EvidenceIndex): Reason[] {
  const [low, high] = growth.interval95;
  const objects = growth.objects_per_second ?? 0;
  const said: Reason[] = [
    reason('grows', {
      what: cache,
      rate: `${figure(objects)} objects/s (${figure(low)} to ${figure(high)})`,
      bytes: `${signed(growth.bytes_per_second, bytes)}/s`,
    }),
  ];
  if (specimen === undefined)
    said.push(reason('aliases_unknown', { cache, why: index.missing('/sys/kernel/slab')?.detail ?? 'not described' }));
  else if (specimen.aliases.length > 1) said.push(reason('merged', { cache, aliases: specimen.aliases.join(', ') }));
  return said;
}

function holderReasons(answer: HolderAnswer): Reason[] {
  switch (answer.held) {
    case 'yes':
      return answer.by.holders
        .slice(0, 3)
        .map(({ pid, comm, count: held, what, per_second }) =>
          reason('held_by', { pid, comm, count: count(held), what, rate: `${signed(per_second ?? 0)}/s` }),
        );
    case 'no':
      return [reason('held_by_nobody', { what: answer.kind })];
    case 'unknown':
      return [reason('cannot_tell_holders', { why: answer.why })];
    case 'never':
      return [];
  }
}
