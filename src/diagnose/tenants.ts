/**
 * A merged cache may grow for several reasons at once: a process that keeps files beside a kernel that loses routes. Each
 * alias whose own counter shows a share of the growth is a tenant of its own, and so is what no counter knows of.
 */
import { signed } from '../kernel/units.ts';
import { reason } from '../messages/reasons.ts';
import { type Split, attribute } from './attribution.ts';
import type { EvidenceIndex } from './evidence-index.ts';
import type { GrownCache, PopulationGrowth } from './grown.ts';
import { growthOf } from './growth.ts';
import { remainder } from './rate.ts';

export interface Tenant extends GrownCache {
  readonly split: Split;
  /** Whose the growing objects are; the cache's own name where it cannot be told. */
  readonly owner: string;
}

/** A share of the growth that is worth a finding of its own. */
const leastShare = 0.15;
/** From here on one population explains it all. */
const wholeShare = 0.8;
const leastRemainder = 0.25;

export function tenantsOf(one: GrownCache, index: EvidenceIndex): readonly Tenant[] {
  const split = splitOf(one, one.series, new Set(), index);
  const whole = { ...one, split, owner: split.owner ?? one.cache };
  const exact = one.populations.find(({ growth }) => growth === one.growth);
  if (split.owner === null && exact !== undefined) return [countedTenant(one, split, exact)];
  const sharing = one.populations.filter(({ alias, growth, series }) => {
    const share = split.attribution.find((part) => part.alias === alias && part.by === series.labels['by'])?.share ?? 0;
    return growth.shape === 'trend' && share >= leastShare;
  });
  const largest = Math.max(0, ...split.attribution.map(({ share }) => share));
  if (sharing.length === 0 || (sharing.length === 1 && (largest >= wholeShare || (split.unexplained_share ?? 0) < leastRemainder)))
    return [whole];
  const counted = sharing.map((population) => ownTenant(one, split, population));
  const rest = sharing.reduce((series, population) => remainder(series, population.series), one.series);
  const growth = growthOf(rest, {
    bytesPerUnit: bytesPerObject(one),
    ...(one.specimen?.objects_per_slab === undefined ? {} : { lump: one.specimen.objects_per_slab }),
  });
  if ((split.unexplained_share ?? 0) < leastRemainder || growth.shape !== 'trend') return counted;
  const restSplit = splitOf(one, rest, new Set(sharing.map(({ alias }) => alias)), index);
  return [...counted, { ...one, series: rest, growth, split: restSplit, owner: restSplit.owner ?? one.cache }];
}

function ownTenant(one: GrownCache, split: Split, { alias, series, growth }: PopulationGrowth): Tenant {
  const own = split.attribution.filter((part) => part.alias === alias);
  const others = split.reasons.filter(({ args }) => args['alias'] !== alias && args['alias'] !== undefined);
  return {
    ...one,
    series,
    growth,
    split: { ...split, attribution: own, owner: alias, basis: 'population', unexplained_share: null, reasons: others },
    owner: alias,
  };
}

/** Slabinfo shows no trend (another tenant breathes over it), the exact counter of this alias does: the growth is its own. */
function countedTenant(one: GrownCache, split: Split, { alias, series, growth }: PopulationGrowth): Tenant {
  const by = series.labels['by'] ?? '';
  const rate = growth.objects_per_second ?? 0;
  const said = reason('owner_by_population', { alias, by, rate: `${signed(rate)}/s` });
  return {
    ...one,
    series,
    split: {
      ...split,
      attribution: [{ alias, by, objects_per_second: rate, share: 1 }],
      owner: alias,
      basis: 'population',
      unexplained_share: null,
      reasons: split.accounting ? split.reasons : [said],
    },
    owner: alias,
  };
}

function bytesPerObject({ growth }: GrownCache): number {
  const rate = growth.objects_per_second ?? 0;
  return rate === 0 ? 0 : growth.bytes_per_second / rate;
}

function splitOf(one: GrownCache, grown: GrownCache['series'], without: ReadonlySet<string>, index: EvidenceIndex): Split {
  // Where the aliases are unknown any population may live in the cache: one that alone grows as it does, does.
  const lump = one.specimen?.objects_per_slab;
  const all = one.specimen === undefined ? index.named('population_objects') : one.populations.map(({ series }) => series);
  const populations = all.filter(({ labels }) => !without.has(labels['cache'] ?? ''));
  const named = one.specimen?.aliases ?? [...new Set([one.cache, ...populations.map(({ labels }) => labels['cache'] ?? '')])];
  const aliases = named.filter((alias) => !without.has(alias));
  return attribute({ cache: one.cache, grown, aliases, populations, ...(lump === undefined ? {} : { lump }) });
}
