/**
 * Vectors of object extensions. With memory cgroups each new slab of an accounted cache brings one, from a kmalloc cache
 * (alloc_slab_obj_exts(), memcg_alloc_slab_cgroups() before 6.10): it lives as long as its slab, and is no leak of its own.
 */
import type { Candidate } from './candidate.ts';
import { type EvidenceIndex, ends } from './evidence-index.ts';

/** The kernel's reads of slabs and of their vectors are not simultaneous, and vectors come by whole slabs too. */
const tolerance = 0.35;
/** An object's entry: a pointer to its cgroup, and with allocation profiling a reference to its code as well. */
const entryBytes = [8, 16] as const;
const betweenPowers = [96, 192] as const;

/** Sizes of the kmalloc caches that the vectors of slabs with so many objects come from. */
function sizesFor(objectsPerSlab: number): readonly number[] {
  return entryBytes.map((entry) => {
    const bytes = objectsPerSlab * entry;
    const power = Math.max(8, 2 ** Math.ceil(Math.log2(bytes)));
    return betweenPowers.find((size) => bytes <= size && size < power) ?? power;
  });
}

/** New slabs a second whose vectors are of each size, all caches of the evidence together, whether accounted or not. */
export type Vectors = ReadonlyMap<number, number>;

export function vectorsOf(index: EvidenceIndex): Vectors {
  const rates = new Map<number, number>();
  for (const series of index.named('slab_objects')) {
    const perSlab = index.cache(series.labels['cache'] ?? '')?.objects_per_slab;
    const moved = ends(series);
    if (perSlab === undefined || perSlab === 0 || moved === undefined || moved.to <= moved.from) continue;
    for (const size of new Set(sizesFor(perSlab)))
      rates.set(size, (rates.get(size) ?? 0) + (moved.to - moved.from) / perSlab / moved.seconds);
  }
  return rates;
}

/** What brings the vectors, where a candidate is nothing but those: of one other cache that grows, or of all together. */
export function broughtBy(one: Candidate, pool: readonly Candidate[], vectors: Vectors): Candidate | undefined {
  const size = Number(/^kmalloc-(?:cg-)?(\d+)$/.exec(one.where.cache ?? '')?.[1] ?? Number.NaN);
  if (one.class !== 'kernel-leak' || Number.isNaN(size)) return undefined;
  const rate = one.growth.objects_per_second ?? 0;
  const equals = (slabs: number): boolean => slabs > 0 && Math.abs(rate - slabs) <= tolerance * slabs;
  const slabsOf = (other: Candidate): number =>
    (other.growth.objects_per_second ?? 0) / (other.objects_per_slab ?? Number.POSITIVE_INFINITY);
  const others = pool.filter((other) => other !== one && slabsOf(other) > 0).toSorted((a, b) => slabsOf(b) - slabsOf(a));
  const single = others.find((other) => equals(slabsOf(other)));
  if (single !== undefined || !equals(vectors.get(size) ?? 0)) return single;
  return others.find((other) => sizesFor(other.objects_per_slab ?? 0).includes(size));
}
