/** How surely a cache on the screen grows, whose the growth is, and when it ends. */
import { attribute } from '../diagnose/attribution.ts';
import { forecast, growthOf } from '../diagnose/growth.ts';
import { rateOf } from '../diagnose/rate.ts';
import { populationSeries } from '../look/populations.ts';
import { rowOf, type Tape, toSeries } from '../look/tape.ts';
import type { Growth, Reason } from '../model/diagnosis.ts';
import type { Series } from '../model/evidence.ts';

export interface CacheGrowth {
  /** Objects a second, the median of all slopes (Theil–Sen); from the first reading to the last while there are few. */
  readonly rate: number;
  /** null: too few readings. */
  readonly interval95: readonly [number, number] | null;
  readonly bytesPerSecond: number;
  readonly shape: Growth['shape'];
  /** It grows, and would not be called growing by chance among all caches that move (Bonferroni). */
  readonly certain: boolean;
  /** Seconds; null: not certain, or it does not end. */
  readonly exhausts: number | null;
  /** The alias that grows in a merged cache; null: not known. */
  readonly owner: string | null;
  readonly ownership: readonly Reason[];
  /** The look at which this was found. */
  readonly at: number;
  /** The look at which the owner was asked for. */
  readonly ownedAt: number;
}

/** What a cache needs to be judged. */
interface Judged {
  readonly name: string;
  readonly aliases: readonly string[] | null;
  readonly objectSize: number;
  readonly objectsPerSlab: number;
}

interface Judging {
  readonly at: number;
  /** Caches that moved at all. */
  readonly moving: number;
  readonly tapes: readonly Tape[];
  /** Asked for where something certainly grows; the same for all caches of a look. */
  readonly available: () => Available | null;
  readonly before: CacheGrowth | null;
}

/** MemAvailable, and how it moves. */
interface Available {
  readonly series: Series;
  readonly growth: Growth;
}

/** Below so many samples no trend can be told. */
const fewest = 8;
/** The pairs of so many samples are compared: twice as many cost four times as much. */
const compared = 60;
/** Looks between two questions whose the growth is. */
const ownerEvery = 8;
const significance = 0.05;

/** null: this host has no such line. */
export function availableOf(tapes: readonly Tape[]): Available | null {
  const meminfo = tapes.find(({ source }) => source.id === 'meminfo');
  if (meminfo === undefined) return null;
  const key = { name: 'meminfo_bytes', labels: { field: 'MemAvailable' } } as const;
  const series = lastOf(toSeries(key, meminfo.times, rowOf(meminfo, key.labels.field)), compared);
  return { series, growth: growthOf(series, { bytesPerUnit: 1 }) };
}

export function judge(cache: Judged, whole: Series, judging: Judging): CacheGrowth {
  const { at, moving } = judging;
  const series = lastOf(whole, compared);
  const options = { bytesPerUnit: cache.objectSize, lump: cache.objectsPerSlab };
  const growth = growthOf(series, options);
  const few = series.times.length < fewest ? rateOf(series, cache.objectsPerSlab) : null;
  const rate = few?.slope ?? growth.objects_per_second ?? 0;
  const certain = growth.shape === 'trend' && growth.p * moving <= significance;
  const available = certain ? judging.available() : null;
  const found = {
    rate,
    interval95: few === null && growth.interval95.every((end) => Number.isFinite(end)) ? growth.interval95 : null,
    bytesPerSecond: rate * cache.objectSize,
    shape: growth.shape,
    certain,
    exhausts: available === null ? null : forecast(available.series, growth, available.growth),
    at,
  };
  return { ...found, ...ownerOf(cache, series, certain, judging) };
}

/** A merged cache's growth belongs to the alias whose own counter goes along with it. */
function ownerOf(
  { name, aliases, objectsPerSlab }: Judged,
  grown: Series,
  certain: boolean,
  { at, tapes, before }: Judging,
): Pick<CacheGrowth, 'owner' | 'ownership' | 'ownedAt'> {
  if (!certain || aliases === null || aliases.length < 2) return { owner: null, ownership: [], ownedAt: 0 };
  if (before !== null && before.ownedAt > 0 && at - before.ownedAt < ownerEvery) {
    const { owner, ownership, ownedAt } = before;
    return { owner, ownership, ownedAt };
  }
  const populations = populationSeries({ tapes, times: [], unavailable: [] }, aliases).map((each) => lastOf(each, compared));
  const split = attribute({ cache: name, grown, aliases, populations, lump: objectsPerSlab });
  return { owner: split.owner, ownership: split.reasons, ownedAt: at };
}

/** The last so many points; a series that never moved has two and stays whole. */
export function lastOf(series: Series, count: number): Series {
  return series.times.length <= count ? series : { ...series, times: series.times.slice(-count), values: series.values.slice(-count) };
}
