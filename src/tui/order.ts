/** Which caches are shown, in which order. */
import type { WatchedCache } from '../consult/watch.ts';
import type { SortKey } from '../messages/live.ts';

type Measure = (cache: WatchedCache) => number;

/** The largest first, as slabtop has it; `name` alone goes up. */
const measures: Readonly<Record<Exclude<SortKey, 'name' | 'growth'>, Measure>> = {
  active: ({ active }) => active,
  perSlab: ({ objectsPerSlab }) => objectsPerSlab,
  bytes: ({ bytes }) => bytes,
  slabs: ({ slabs }) => slabs,
  objects: ({ objects }) => objects,
  pages: ({ pagesPerSlab }) => pagesPerSlab,
  size: ({ objectSize }) => objectSize,
  use: ({ active, objects }) => (objects === 0 ? 0 : active / objects),
};

/**
 * Bytes a second that count for the order. A cache goes up and down by a slab or two at all times: such moves would shuffle
 * the rows at each look, and count as none.
 */
function paceBytes({ pace, objectSize, objectsPerSlab }: WatchedCache, watched: number): number {
  if (pace === null || Math.abs(pace) * watched < 3 * objectsPerSlab) return 0;
  return pace * objectSize;
}

/** @param watched seconds the paces are taken over */
export function ordered(caches: readonly WatchedCache[], sort: SortKey, watched: number): readonly WatchedCache[] {
  if (sort === 'name') return caches.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (sort === 'growth') {
    const paces = new Map(caches.map((cache) => [cache, paceBytes(cache, watched)]));
    return caches.toSorted((a, b) => paces.get(b)! - paces.get(a)! || b.bytes - a.bytes);
  }
  const measure = measures[sort];
  return caches.toSorted((a, b) => measure(b) - measure(a) || b.bytes - a.bytes);
}

/** By any of its names: who looks for ip6_dst_cache finds it in pool_workqueue. */
export function matching(caches: readonly WatchedCache[], filter: string): readonly WatchedCache[] {
  if (filter === '') return caches;
  const wanted = filter.toLowerCase();
  return caches.filter(({ name, aliases }) => (aliases ?? [name]).some((alias) => alias.toLowerCase().includes(wanted)));
}
