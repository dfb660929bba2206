/**
 * Which slab caches grow, each seen two ways: by slabinfo (every cache, but in lumps of whole slabs) and by the own
 * counters of the populations in it (exact, but only some have one).
 */
import type { Growth } from '../model/diagnosis.ts';
import type { CacheSpecimen, Series } from '../model/evidence.ts';
import { type EvidenceIndex, latest } from './evidence-index.ts';
import { type GrowthOptions, growthOfAll } from './growth.ts';
import { fewestPoints } from './motion.ts';
import { rateOf } from './rate.ts';

export interface PopulationGrowth {
  readonly alias: string;
  readonly series: Series;
  readonly growth: Growth;
}

export interface GrownCache {
  /** as /proc/slabinfo names it */
  readonly cache: string;
  /** undefined where sysfs could not be read: the aliases are unknown then, not none */
  readonly specimen: CacheSpecimen | undefined;
  readonly series: Series;
  /** By slabinfo; by the population's own counter where only that is exact enough to see it. */
  readonly growth: Growth;
  readonly populations: readonly PopulationGrowth[];
}

/** All caches of the evidence with their growth, the false-discovery rate held over caches and populations together. */
export function cacheGrowths(index: EvidenceIndex): readonly GrownCache[] {
  const caches = index.named('slab_active_objects');
  const populations = index.named('population_objects');
  const growths = growthOfAll([
    ...caches.map((series) => ({ series, options: optionsOf(index, series.labels['cache'] ?? '') })),
    ...populations.map((series) => ({
      series,
      options: { ...optionsOf(index, index.cacheOf(series.labels['cache'] ?? '')), lump: 1 },
    })),
  ]);
  const known = populations.map((series, i) => {
    const alias = series.labels['cache'] ?? '';
    const size = optionsOf(index, index.cacheOf(alias)).bytesPerUnit;
    return { alias, series, growth: atEdges(series, size) ?? growths[caches.length + i]! };
  });
  const byCache = Map.groupBy(known, ({ alias }) => index.cacheOf(alias));
  return caches.map((series, i) => {
    const cache = series.labels['cache'] ?? '';
    const own = byCache.get(cache) ?? [];
    return { cache, specimen: index.cache(cache), series, populations: own, growth: clearest(series, growths[i]!, own) };
  });
}

function optionsOf(index: EvidenceIndex, cache: string): GrowthOptions {
  const specimen = index.cache(cache);
  const lump = specimen?.objects_per_slab;
  return { bytesPerUnit: specimen?.object_size ?? sizeBySlabs(index, cache), ...(lump === undefined ? {} : { lump }) };
}

/** Bytes an object takes where sysfs does not say it: those of all slabs over the objects that fit in them. */
function sizeBySlabs(index: EvidenceIndex, cache: string): number {
  const held = latest(index.one('slab_bytes', { cache }));
  const objects = latest(index.one('slab_objects', { cache }));
  return held === null || objects === null || objects === 0 ? 0 : held / objects;
}

/** A population that is read at the window's ends only has a rate all the same: that of the difference, with Poisson's error. */
function atEdges(series: Series, size: number): Growth | null {
  const rate = series.times.length === 2 ? rateOf(series, 1) : null;
  if (rate === null || rate.interval95[0] <= 0) return null;
  return {
    shape: 'trend',
    objects_per_second: rate.slope,
    bytes_per_second: rate.slope * size,
    interval95: rate.interval95,
    p: 1,
    exhausts_in_seconds: null,
    window_needed_seconds: null,
  };
}

/**
 * slabinfo's own trend where it shows one, or, where a population accounts for it, that population's exact counter.
 * Also where slabinfo's lumps hide a slow growth, or warm-up of its free objects looks like an end of growth.
 */
function clearest(cache: Series, bySlab: Growth, populations: readonly PopulationGrowth[]): Growth {
  const trending = populations.filter(({ growth }) => growth.shape === 'trend').toSorted(byBytes);
  const first = trending.find(({ series }) => series.times.length > 2)?.growth;
  const ends = trending.find(({ series }) => cache.times.length >= fewestPoints && isWholeAtEdges(series))?.growth;
  if (ends !== undefined && outruns(ends, bySlab)) return ends;
  if (first === undefined) return bySlab;
  if (bySlab.shape !== 'trend') return first;
  return width(first) < width(bySlab) && overlap(first, bySlab) ? first : bySlab;
}

/** Fewer new objects than these, seen at the window's ends only, are the start of a service rather than growth. */
const fewestAtEdges = 16;

/** Nothing of it was left out, so that what was counted was there. */
function isWholeAtEdges({ times, values, labels }: Series): boolean {
  return times.length === 2 && labels['leaves_out'] === undefined && (values[1] ?? 0) - (values[0] ?? 0) >= fewestAtEdges;
}

/**
 * slabinfo counts the free objects of per-CPU slabs as active: while new objects fill those it stands still, so an exact
 * count that grows faster is right. Two readings don't show how: where slabinfo saw growth that ended, it did.
 */
function outruns(counted: Growth, bySlab: Growth): boolean {
  return (counted.objects_per_second ?? 0) > (bySlab.objects_per_second ?? 0) && ['trend', 'flat', 'inconclusive'].includes(bySlab.shape);
}

function byBytes(a: PopulationGrowth, b: PopulationGrowth): number {
  return b.growth.bytes_per_second - a.growth.bytes_per_second;
}

function width({ interval95: [low, high] }: Growth): number {
  return high - low;
}

function overlap(a: Growth, b: Growth): boolean {
  return a.interval95[0] <= b.interval95[1] && b.interval95[0] <= a.interval95[1];
}
