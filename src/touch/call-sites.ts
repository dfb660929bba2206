import type { CallSite } from '../model/evidence.ts';
import type { Core, SlabView } from './vmcore.ts';
import type { Cache } from './slab/caches.ts';
import { type Track, tracksOf } from './slab/tracks.ts';
import { dumpTime } from './host/proc-files.ts';
import { structs } from './host/structs.ts';
import { complaintOf } from './btf/evaluate.ts';

const mostSites = 12;
/** Ticks a second that kernels are built with. */
const knownHz = [100, 250, 300, 1000] as const;

/** The stacks that allocated the objects `wanted` accepts, where the cache stores its users; none elsewhere. */
export function allocationSites(core: Core, { objects }: SlabView, cache: Cache, wanted: (object: number) => boolean): readonly CallSite[] {
  const { kernel } = core;
  const tracks = tracksOf(kernel, cache);
  if (tracks === undefined) return [];
  const sites = new Map<number | bigint, { readonly track: Track; count: number; oldest: bigint }>();
  objects.each(cache, (_slab, object, physical) => {
    const track = wanted(object) ? tracks.of(kernel.directMap + BigInt(physical)) : undefined;
    if (track === undefined) return;
    const key = track.handle === 0 ? track.address : track.handle;
    const site = sites.get(key);
    if (site === undefined) sites.set(key, { track, count: 1, oldest: track.when });
    else {
      site.count++;
      if (track.when < site.oldest) site.oldest = track.when;
    }
  });
  const clock = jiffies(core);
  return [...sites.values()]
    .toSorted((a, b) => b.count - a.count)
    .slice(0, mostSites)
    .map(({ track, count, oldest }) => ({
      cache: cache.name,
      stack: tracks.stack(track),
      allocated: count,
      freed: 0,
      outstanding: count,
      bytes: count * cache.size,
      oldest_seconds: clock === undefined ? null : Number(clock.now - oldest) / clock.hz,
      leaking: 'yes',
    }));
}

/** Jiffies at the dump, and how many a second has: they started five minutes before zero (INITIAL_JIFFIES). */
function jiffies({ kernel, flaws }: Core): { readonly now: bigint; readonly hz: number } | undefined {
  try {
    const given = structs(kernel, flaws);
    const now = given.number('*(unsigned long *)&jiffies_64');
    const { up } = dumpTime(kernel, given);
    const ticks = Number(now - 2n ** 32n);
    const hz = knownHz.toSorted((a, b) => Math.abs(ticks + a * 300 - a * up) - Math.abs(ticks + b * 300 - b * up))[0]!;
    return { now, hz };
  } catch (error) {
    if (complaintOf(error) === undefined) throw error;
    return undefined;
  }
}
