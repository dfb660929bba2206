import { rareAliases } from '../kernel/caches.ts';
import { figure, signed } from '../kernel/units.ts';
import { reason } from '../messages/reasons.ts';
import type { Attribution, Reason } from '../model/diagnosis.ts';
import type { Series } from '../model/evidence.ts';
import { type Rate, rateOf, remainder } from './rate.ts';

export interface AttributionInput {
  /** The name slabinfo shows. */
  readonly cache: string;
  /** slab_active_objects of the cache. */
  readonly grown: Series;
  /** All names that share the cache, `cache` included. */
  readonly aliases: readonly string[];
  /** population_objects of any alias; those of other caches are left out. */
  readonly populations: readonly Series[];
  /** Objects per slab: the cache's growth is known to some slabs only. */
  readonly lump?: number;
}

export interface Split {
  /** What each population's own counter says of the growth, the largest first. */
  readonly attribution: readonly Attribution[];
  /** Share of the growth that no population explains; null where there is none to ask, or no growth to share. */
  readonly unexplained_share: number | null;
  readonly owner: string | null;
  /** population: its counter grows with the cache · elimination: the only one not spared · unmerged: there is no other. */
  readonly basis: 'population' | 'elimination' | 'unmerged' | null;
  /** Populations grow, the cache doesn't: the counter drifts, not the memory. */
  readonly accounting: boolean;
  readonly reasons: readonly Reason[];
}

interface Counted {
  readonly alias: string;
  readonly by: string;
  /** The counter does not count all: its standing still spares nothing. */
  readonly leavesOut: boolean;
  readonly rate: Rate;
  readonly share: number;
  readonly shares: readonly [number, number];
}

/** A population that explains this much of the growth owns it; one that surely explains less than the rest is spared. */
const owns = 0.8;
const spared = 0.2;

/**
 * Splits a cache's growth among its aliases by each population's own counter. Rates are compared with their intervals,
 * and the cache's with the tolerance of its lumps; a population read only at the window's edges counts by the difference.
 */
export function attribute(input: AttributionInput): Split {
  const { cache, aliases } = input;
  const whole = rateOf(input.grown, input.lump ?? 1);
  const counted = whole === null ? [] : countedOf(input, whole);
  const attribution = counted.map(({ alias, by, rate, share }) => ({ alias, by, objects_per_second: rate.slope, share }));
  if (whole === null || whole.interval95[0] <= 0) return withoutGrowth(cache, attribution, counted, whole);

  const explained = aliases.reduce((sum, alias) => sum + Math.max(0, strongest(counted, alias)?.share ?? 0), 0);
  const unexplained = counted.length === 0 ? null : Math.max(0, 1 - explained);
  const sparing = counted.filter((one) => isSpared(one));
  const split = { attribution, unexplained_share: unexplained, accounting: false };
  const rest = unexplained === null || unexplained < 0.05 ? [] : [reason('unexplained_share', { share: percent(unexplained) })];
  // A second counter of the owner that stands still (that of other network namespaces) spares nobody.
  const sparedBeside = (owner: string): Reason[] =>
    sparing
      .filter(({ alias }) => alias !== owner)
      .map(({ alias, by, rate }) => reason('population_spared', { alias, by, rate: rateText(rate) }));

  if (aliases.length <= 1) {
    const own = strongest(counted, cache);
    const said =
      own === undefined
        ? reason('owner_unmerged', { cache })
        : reason(isSpared(own) ? 'owner_not_counted' : 'owner_by_population', { alias: cache, by: own.by, rate: rateText(own.rate) });
    return { ...split, owner: cache, basis: 'unmerged', reasons: [said, ...rest] };
  }
  const owners = aliases.flatMap((alias) => {
    const best = strongest(counted, alias);
    return best !== undefined && covers(best) ? [best] : [];
  });
  if (owners.length === 1) {
    const [{ alias, by, rate }] = owners as [Counted];
    const said = reason('owner_by_population', { alias, by, rate: rateText(rate) });
    return { ...split, owner: alias, basis: 'population', reasons: [said, ...sparedBeside(alias), ...rest] };
  }
  const unspared = aliases.filter((alias) => !sparing.some((one) => one.alias === alias) && !rareAliases.has(alias));
  if (sparing.length > 0 && unspared.length === 1) {
    const alias = unspared[0]!;
    return { ...split, owner: alias, basis: 'elimination', reasons: [reason('owner_by_elimination', { alias }), ...sparedBeside(alias)] };
  }
  return { ...split, owner: null, basis: null, reasons: [reason('owner_unknown', { cache }), ...sparedBeside(''), ...rest] };
}

function countedOf(input: AttributionInput, whole: Rate): Counted[] {
  const { aliases } = input;
  const counted = input.populations.flatMap((series): Counted[] => {
    const { cache: alias, by } = series.labels;
    const rate = alias !== undefined && aliases.includes(alias) ? rateOf(series, 1) : null;
    if (rate === null) return [];
    const share = whole.slope > 0 ? rate.slope / whole.slope : 0;
    return [
      {
        alias: alias!,
        by: by ?? '',
        leavesOut: series.labels['leaves_out'] !== undefined,
        rate,
        share,
        shares: sharesOf(series, rate, input, whole),
      },
    ];
  });
  return counted.toSorted((a, b) => b.rate.slope - a.rate.slope);
}

/**
 * The share with its uncertainty, the narrower of two: from both rates, their errors added in squares; and, where the
 * population was read as often as the cache, from what the cache holds beyond it, in which ups and downs that both share
 * cancel out. Either way the cache's ends are known to two slabs only: free objects of per-CPU slabs count as active.
 */
function sharesOf(series: Series, rate: Rate, { grown, lump = 1 }: AttributionInput, whole: Rate): readonly [number, number] {
  if (!(whole.slope > 0)) return [0, 0];
  const slabs = lump > 1 ? (2 * lump) / whole.span / whole.slope : 0;
  const share = rate.slope / whole.slope;
  const reach = Math.hypot(halfWidth(rate) / whole.slope, (share * halfWidth(whole)) / whole.slope, slabs);
  const beyond = rateOf(remainder(grown, series), lump);
  if (beyond?.certain && halfWidth(beyond) / whole.slope + slabs < reach) {
    return [1 - beyond.interval95[1] / whole.slope - slabs, 1 - beyond.interval95[0] / whole.slope + slabs];
  }
  return [share - reach, share + reach];
}

function halfWidth({ slope, interval95 }: Rate): number {
  return Math.max(interval95[1] - slope, slope - interval95[0]);
}

/** Of several counters of one alias, the one that grows most: any of them may leave some objects out. */
function strongest(counted: readonly Counted[], alias: string): Counted | undefined {
  return counted.find((one) => one.alias === alias);
}

function covers(one: Counted): boolean {
  return one.shares[1] >= owns && one.shares[0] >= owns / 2 && one.share >= owns / 2;
}

function isSpared(one: Counted): boolean {
  if (one.leavesOut) return false;
  return one.shares[1] < spared || (one.share < spared / 4 && one.shares[1] < 2 * spared);
}

function withoutGrowth(cache: string, attribution: readonly Attribution[], counted: readonly Counted[], whole: Rate | null): Split {
  // Drift is only what the cache's own interval surely excludes.
  const drifting =
    whole === null ? [] : counted.filter(({ rate }) => rate.certain && rate.interval95[0] > Math.max(0, whole.interval95[1]));
  const reasons = drifting.map(({ alias, by, rate }) => reason('population_unseen', { alias, by, rate: rateText(rate), cache }));
  return { attribution, unexplained_share: null, owner: null, basis: null, accounting: drifting.length > 0, reasons };
}

function rateText(rate: Rate): string {
  return `${signed(rate.slope, figure)}/s`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
