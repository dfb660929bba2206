import { type Flaws, hex } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { pageSize } from '../memory/image.ts';
import type { Cache } from './caches.ts';
import { pageKinds } from './page-kinds.ts';

/** What a page frame is used for, by its struct page. */
export const use = { kernel: 0, slab: 1, free: 2, user: 3, unknown: 4 } as const;

/**
 * All slabs, found in one pass over the array of struct page: full slabs are on no list. Columns by slab
 * number; object `k` of slab `i` has the number `first[i] + k`.
 */
export interface Slabs {
  readonly count: number;
  readonly frame: Uint32Array;
  readonly pages: Uint16Array;
  /** Index of its cache. */
  readonly cache: Uint16Array;
  readonly objects: Uint16Array;
  readonly inUse: Uint16Array;
  readonly frozen: Uint8Array;
  /** Head of its freelist, low and high words. */
  readonly freeLow: Uint32Array;
  readonly freeHigh: Uint32Array;
  readonly first: Uint32Array;
  /** All objects, allocated or not. */
  readonly total: number;
  /** Frames that have a struct page are numbered below this. */
  readonly frames: number;
  /** By frame: number of its slab + 1, 0 where it is in none. */
  readonly slabOf: Int32Array;
  /** By frame: a value of `use`. */
  readonly usedFor: Uint8Array;
}

const mostFrames = 1 << 28;
const largeMapping = 2 ** 21;
const largestOrder = 10;

/** Columns that grow together. */
function growing(): {
  readonly push: (row: readonly number[]) => void;
  readonly column: (c: number) => Float64Array;
  readonly count: () => number;
} {
  let data = new Float64Array(8 * 1024);
  let used = 0;
  return {
    push(row) {
      if ((used + 1) * 8 > data.length) {
        const grown = new Float64Array(data.length * 2);
        grown.set(data);
        data = grown;
      }
      data.set(row, used++ * 8);
    },
    column(c) {
      const out = new Float64Array(used);
      for (let i = 0; i < used; i++) out[i] = data[i * 8 + c]!;
      return out;
    },
    count: () => used,
  };
}

/** Scans struct page of every frame. Slabs of unknown caches and impossible counts are flaws and left out. */
export function findSlabs(kernel: Kernel, caches: readonly Cache[], found: Flaws): Slabs {
  const { memory, vmemmap, image } = kernel;
  const { pages } = memory;
  const { words, bytes } = pages;
  const structBytes = kernel.structPage;
  const structWords = structBytes >> 2;
  const kinds = pageKinds(kernel);
  const word = (path: string): number => kernel.offset('slab', path) >> 2;
  const cacheWord = word('slab_cache');
  const freeWord = word('freelist');
  const countWord = (kernel.btf.member('slab', 'inuse')?.bit ?? 0) >> 5;
  const byLow = new Map(caches.map((cache) => [Number(cache.address & 0xffffffffn), cache]));
  const frames = lastFrame(kernel, structBytes);
  const slabOf = new Int32Array(frames);
  const usedFor = new Uint8Array(frames).fill(use.unknown);
  const rows = growing();
  const pool = kfencePool(kernel);
  // struct page may straddle two pages where its size is no power of two; each is then read through `wide`.
  const perPage = pageSize / structBytes;
  const whole = Number.isInteger(perPage);
  if (!whole) found.add(vmemmap, `struct page of ${structBytes} bytes, pages of it overlap page boundaries: not read`);

  function orderOf(frame: number, flags: number): number {
    if (((flags >>> kinds.head) & 1) === 0) return 0;
    const at = memory.physical(vmemmap + BigInt(frame * structBytes + kinds.orderByte));
    const slot = at < 0 ? -1 : pages.slot(Math.floor(at / pageSize));
    return slot < 0 ? 0 : bytes[slot * pageSize + (at % pageSize)]!;
  }

  function slab(frame: number, flags: number, cacheLow: number, counts: number, low: number, high: number): void {
    const cache = byLow.get(cacheLow);
    if (frame >= pool[0] && frame < pool[1]) {
      usedFor[frame] = use.kernel; // KFENCE's guarded objects are marked slab but belong to no slab of the cache
      return;
    }
    const order = orderOf(frame, flags);
    const objects = (counts >>> 16) & 0x7fff;
    const span = 2 ** order;
    if (cache === undefined) found.add(kernel.directMap + BigInt(frame) * 4096n, `a slab page of no known cache (…${hex(cacheLow)})`);
    else if (
      order > largestOrder ||
      objects === 0 ||
      objects * cache.size > span * pageSize ||
      frame + span > frames ||
      (counts & 0xffff) > objects
    )
      found.add(
        kernel.directMap + BigInt(frame) * 4096n,
        `a slab of ${cache.name} with ${counts & 0xffff} of ${objects} objects in ${span} pages`,
      );
    else {
      rows.push([frame, span, cache.index, objects, counts & 0xffff, counts >>> 31, low, high]);
      slabOf.fill(rows.count(), frame, frame + span);
      usedFor.fill(use.slab, frame, frame + span);
    }
  }

  for (let frame = whole ? 0 : frames; frame < frames; ) {
    const address = vmemmap + BigInt(frame * structBytes);
    const physical = memory.physical(address);
    const slot = physical < 0 ? -1 : pages.slot(physical / pageSize);
    if (slot < 0) {
      frame += physical < 0 ? unmappedFrames(kernel, address, structBytes) : perPage;
      continue;
    }
    for (let j = 0; j < perPage && frame + j < frames; j++) {
      const own = frame + j;
      if (usedFor[own] !== use.unknown) continue; // a tail of what came before
      // `orderOf` may move pages in the cache: this page's slot is asked for again after each slab.
      const at = pages.slot(physical / pageSize) * 1024 + j * structWords;
      const flags = words[at]!;
      const type = words[at + kinds.typeWord]!;
      if (kinds.isSlab(flags, type))
        slab(own, flags, words[at + cacheWord]!, words[at + countWord]!, words[at + freeWord]!, words[at + freeWord + 1]!);
      else if (kinds.isFree(type))
        usedFor.fill(use.free, own, Math.min(frames, own + 2 ** Math.min(words[at + kinds.privateWord]!, largestOrder)));
      else if (((flags >>> kinds.lru) & 1) === 1 || ((words[at + kinds.mappingWord]! & 1) === 1 && words[at + kinds.mappingWord + 1] !== 0))
        // All of a large folio: its tails carry neither mark.
        usedFor.fill(use.user, own, Math.min(frames, own + 2 ** Math.min(orderOf(own, flags), largestOrder)));
      else usedFor[own] = use.kernel;
    }
    frame += perPage;
  }
  if (image.live) pages.forget();
  return columns(rows, slabOf, usedFor, frames);
}

function columns(rows: ReturnType<typeof growing>, slabOf: Int32Array, usedFor: Uint8Array, frames: number): Slabs {
  const objects = new Uint16Array(rows.column(3));
  const first = new Uint32Array(rows.count());
  let total = 0;
  for (let i = 0; i < first.length; i++) {
    first[i] = total;
    total += objects[i]!;
  }
  return {
    count: rows.count(),
    frame: new Uint32Array(rows.column(0)),
    pages: new Uint16Array(rows.column(1)),
    cache: new Uint16Array(rows.column(2)),
    objects,
    inUse: new Uint16Array(rows.column(4)),
    frozen: new Uint8Array(rows.column(5)),
    freeLow: new Uint32Array(rows.column(6)),
    freeHigh: new Uint32Array(rows.column(7)),
    first,
    total,
    frames,
    slabOf,
    usedFor,
  };
}

/** How many frames to pass over where the memory map has none: a large mapping's worth when it is all unmapped. */
function unmappedFrames(kernel: Kernel, address: bigint, structBytes: number): number {
  const end = (address | BigInt(largeMapping - 1)) + 1n;
  const last = end - BigInt(pageSize);
  const some = last > address && kernel.memory.physical(last) >= 0;
  return some ? pageSize / structBytes : Math.max(1, Math.floor(Number(end - address) / structBytes));
}

/** Frames that have a struct page: RAM, not what firmware shows at the end of the address space. */
function lastFrame(kernel: Kernel, structBytes: number): number {
  const { image, memory, vmemmap } = kernel;
  let frames = 0;
  for (const [from, to] of image.ranges) {
    const has = (frame: number): boolean => memory.physical(vmemmap + BigInt(frame * structBytes)) >= 0;
    if (has(from) || has(to - 1)) frames = Math.max(frames, to);
  }
  return Math.min(frames, mostFrames);
}

/** Frames of KFENCE's pool (mm/kfence/core.c); empty where there is none. */
function kfencePool(kernel: Kernel): readonly [number, number] {
  const holder = kernel.symbols.address('__kfence_pool');
  if (holder === undefined) return [0, 0];
  const start = kernel.memory.physical(kernel.memory.u64(holder));
  if (start <= 0) return [0, 0];
  const objects = 255; // CONFIG_KFENCE_NUM_OBJECTS' default; each has a page and a guard page, and two more in front
  return [start / pageSize, start / pageSize + (objects + 1) * 2];
}
