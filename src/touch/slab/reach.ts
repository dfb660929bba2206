import type { Cache } from './caches.ts';
import type { Objects } from './objects.ts';
import { type Alive, slabColumns } from './pointers.ts';

/**
 * Mark and sweep over all slab objects. Roots are pointers in memory that is neither slab, free nor a user's:
 * kernel data, stacks, per-CPU areas, vmalloc, page tables. What no chain of pointers leads to is lost.
 */
export interface Reach {
  /** 1 for each object a chain of pointers from a root leads to. */
  readonly reached: Uint8Array;
  /** 1 for each object that anything at all points to, lost ones included. */
  readonly referenced: Uint8Array;
  readonly edges: number;
  readonly alive: Alive;
  readonly perCache: readonly {
    readonly cache: Cache;
    readonly objects: number;
    readonly unreferenced: number;
    readonly unreachable: number;
  }[];
}

/** What the scan must know of each slab, in columns (see pointers.ts). */
export function slabRows({ slabs, caches }: Objects, rows: Int32Array = new Int32Array(slabs.count * slabColumns)): Int32Array {
  for (let i = 0; i < slabs.count; i++) {
    const cache = caches[slabs.cache[i]!]!;
    rows.set([slabs.frame[i]!, cache.size, slabs.objects[i]!, slabs.first[i]!, cache.leftPad, cache.objectSize], i * slabColumns);
  }
  return rows;
}

/** By cache. Both tables are by object number. */
export function countLost(objects: Objects, reached: Uint8Array, referenced: Uint8Array): Reach['perCache'] {
  const { slabs, caches, allocated } = objects;
  const counts = caches.map((cache) => ({ cache, objects: 0, unreferenced: 0, unreachable: 0 }));
  for (let slab = 0; slab < slabs.count; slab++) {
    const own = counts[slabs.cache[slab]!]!;
    for (let object = slabs.first[slab]!, end = object + slabs.objects[slab]!; object < end; object++) {
      if (allocated[object] === 0) continue;
      own.objects++;
      if (referenced[object] === 0) own.unreferenced++;
      if (reached[object] === 0) own.unreachable++;
    }
  }
  return counts;
}
