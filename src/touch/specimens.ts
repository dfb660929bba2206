/** What was found, as the Record keeps it. */
import type { CacheSpecimen, CensusSpecimen, OrphansSpecimen } from '../model/evidence.ts';
import type { SlabView } from './vmcore.ts';
import { hex } from './damage.ts';
import type { Cache } from './slab/caches.ts';
import { dominant } from './slab/census.ts';
import type { Holder } from './slab/holders.ts';
import type { Reach } from './slab/reach.ts';
import type { Group } from './slab/split.ts';

export function cacheSpecimens({ caches, objects }: SlabView): readonly CacheSpecimen[] {
  return caches.map((cache) => {
    const counts = objects.perCache[cache.index]!;
    return {
      kind: 'cache',
      name: cache.name,
      aliases: [cache.name, ...cache.aliases].toSorted(),
      object_size: cache.size,
      objects: counts.allocated,
      slabs: counts.slabs,
      reclaimable: cache.flags.includes('reclaim-account'),
      flags: cache.flags,
    };
  });
}

/** Groups → one specimen: what most objects of the largest group point to, and each type's share of all objects. */
export function censusSpecimen(cache: Cache, groups: readonly Group[]): CensusSpecimen {
  const total = groups.reduce((sum, group) => sum + group.objects, 0);
  const largest = groups.toSorted((a, b) => b.objects - a.objects)[0];
  const shares = new Map<string, number>();
  for (const { type, objects } of groups) if (type !== undefined) shares.set(type.type, (shares.get(type.type) ?? 0) + objects / total);
  return {
    kind: 'census',
    cache: cache.name,
    objects: total,
    offsets: (largest?.counted.rows ?? []).flatMap((row) => {
      const most = dominant(row, largest!.counted.objects);
      return most === undefined ? [] : [{ offset: row.offset, points_to: most.text, share: (most.share * largest!.objects) / total }];
    }),
    types: [...shares].map(([type, score]) => ({ type, score })).toSorted((a, b) => b.score - a.score),
  };
}

export function orphansSpecimen(
  counts: Reach['perCache'][number],
  lost?: { readonly type: string | undefined; readonly samples: readonly bigint[]; readonly holders: readonly Holder[] },
): OrphansSpecimen {
  return {
    kind: 'orphans',
    cache: counts.cache.name,
    objects: counts.objects,
    unreferenced: counts.unreferenced,
    unreachable: counts.unreachable,
    ...(lost === undefined
      ? {}
      : {
          ...(lost.type === undefined ? {} : { type: lost.type }),
          samples: lost.samples.map((address) => hex(address)),
          ...(lost.holders.length === 0 ? {} : { holders: lost.holders.map(({ text, pointers }) => ({ place: text, pointers })) }),
        }),
  };
}
