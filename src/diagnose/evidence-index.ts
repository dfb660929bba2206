import type { CacheSpecimen, Evidence, Series, Unavailable } from '../model/evidence.ts';
import type { SeriesName } from '../model/series.ts';

/** The evidence, findable: by series name and label, by cache, by alias. */
export interface EvidenceIndex {
  readonly evidence: Evidence;
  named(name: SeriesName): readonly Series[];
  one(name: SeriesName, labels: Readonly<Record<string, string>>): Series | undefined;
  /** The cache (as /proc/slabinfo names it) that an alias lives in; the alias itself where aliases are unknown. */
  cacheOf(alias: string): string;
  /** The cache with its aliases; undefined when neither sysfs nor a dump described it. */
  cache(name: string): CacheSpecimen | undefined;
  /** Why something could not be read, by a word of its path or name. */
  missing(part: string): Unavailable | undefined;
}

export function indexEvidence(evidence: Evidence): EvidenceIndex {
  const byName = Map.groupBy(evidence.series, (series) => series.name);
  const caches = new Map<string, CacheSpecimen>();
  const homes = new Map<string, string>();
  for (const specimen of evidence.specimens) {
    if (specimen.kind !== 'cache') continue;
    caches.set(specimen.name, specimen);
    for (const alias of specimen.aliases) homes.set(alias, specimen.name);
  }
  return {
    evidence,
    named: (name) => byName.get(name) ?? [],
    one: (name, labels) =>
      byName.get(name)?.find((series) => Object.entries(labels).every(([label, value]) => series.labels[label] === value)),
    cacheOf: (alias) => homes.get(alias) ?? alias,
    cache: (name) => caches.get(name),
    missing: (part) => evidence.unavailable.find(({ what }) => what.includes(part)),
  };
}

/** First and last value that could be read, with their times; undefined with fewer than two. */
export function ends(series: Series): { readonly from: number; readonly to: number; readonly seconds: number } | undefined {
  const first = series.values.findIndex((value) => value !== null);
  const last = series.values.findLastIndex((value) => value !== null);
  if (first < 0 || last <= first) return undefined;
  return { from: series.values[first]!, to: series.values[last]!, seconds: series.times[last]! - series.times[first]! };
}

/** The value at the end of the window, null when it was never read. */
export function latest(series: Series | undefined): number | null {
  return series?.values.findLast((value) => value !== null) ?? null;
}
