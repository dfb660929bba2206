import { type Flaws, Unmapped } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { pageSize } from '../memory/image.ts';
import type { Cache } from './caches.ts';
import { sheafObjects } from './sheaves.ts';
import type { Slabs } from './slabs.ts';

/** Which objects are allocated. An object is free when it is on a freelist: its slab's, or one a CPU keeps. */
export interface Objects {
  readonly slabs: Slabs;
  readonly caches: readonly Cache[];
  /** 1 for each allocated object, by object number. */
  readonly allocated: Uint8Array;
  readonly perCache: readonly CacheCounts[];
  /** Slab and object of a physical address; −1 outside of objects, metadata between them included. */
  objectAt(physical: number): number;
  slabAt(physical: number): number;
  /** Physical address of an object. */
  physicalOf(slab: number, object: number): number;
  /** Calls `visit` with slab, object number and physical address of each allocated object of a cache. */
  each(cache: Cache, visit: (slab: number, object: number, physical: number) => void): void;
}

export interface CacheCounts {
  readonly slabs: number;
  readonly pages: number;
  /** Objects there is room for. */
  readonly total: number;
  readonly allocated: number;
  /** What /proc/slabinfo shows as active: free objects on CPUs' own lists count there as in use. */
  readonly active: number;
}

const byteSwap = (x: number): number => ((x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)) >>> 0;

export function walkObjects(kernel: Kernel, caches: readonly Cache[], slabs: Slabs, found: Flaws): Objects {
  const { memory } = kernel;
  const { pages } = memory;
  const allocated = new Uint8Array(slabs.total).fill(1);
  const free = new Uint16Array(slabs.count);
  const mapLow = Number(kernel.directMap & 0xffffffffn);
  const mapHigh = Number(kernel.directMap >> 32n);
  const secrets = caches.map((c) => [Number(c.secret & 0xffffffffn), Number(c.secret >> 32n)] as const);

  /** Physical address behind a pointer into the direct map; negative or huge for any other. */
  const physicalOfPointer = (high: number, low: number): number => (high - mapHigh) * 4294967296 + low - mapLow;

  function flaw(slab: number, physical: number, what: string, leftOut = false): void {
    found.add(kernel.directMap + BigInt(Math.max(0, physical)), `freelist of ${caches[slabs.cache[slab]!]!.name}: ${what}`, leftOut);
  }

  /** Follows a freelist inside one slab; a link that leaves the slab or comes back ends it, as a flaw. */
  function markFree(slab: number, headHigh: number, headLow: number): void {
    const cache = caches[slabs.cache[slab]!]!;
    const start = slabs.frame[slab]! * pageSize;
    const first = slabs.first[slab]!;
    const count = slabs.objects[slab]!;
    const [secretLow, secretHigh] = secrets[cache.index]!;
    let high = headHigh;
    let low = headLow;
    while ((high | low) !== 0) {
      const physical = physicalOfPointer(high, low);
      const place = (physical - start - cache.leftPad) / cache.size;
      if (!(place >= 0 && place < count) || !Number.isInteger(place))
        return flaw(slab, start, `a link to ${linkText(high, low)}, which is no object of the slab`);
      if (allocated[first + place] === 0) return flaw(slab, physical, 'an object that is on it twice');
      allocated[first + place] = 0;
      free[slab]!++;
      const link = physical + cache.freeOffset;
      const slot = pages.slot(Math.floor(link / pageSize));
      // makedumpfile leaves out a page of the slab only when it is all zeros, which no hardened link is.
      if (slot < 0) return flaw(slab, physical, 'its page is not in the dump', cache.hardened);
      const at = slot * 1024 + ((link % pageSize) >> 2);
      low = pages.words[at]!;
      high = pages.words[at + 1]!;
      if (!cache.hardened) continue;
      // next = stored ^ secret ^ swab64(address of the link) (1ad53d9fa3f6, v5.7)
      const address = mapLow + link;
      const addressHigh = mapHigh + Math.floor(address / 4294967296);
      low = (low ^ secretLow ^ byteSwap(addressHigh)) >>> 0;
      high = (high ^ secretHigh ^ byteSwap((address % 4294967296) >>> 0)) >>> 0;
    }
  }

  /** One object on a list of pointers (a sheaf), rather than linked. */
  function markPointer(cache: Cache, pointer: bigint): void {
    const object = objectAt(Number(pointer - kernel.directMap));
    if (object < 0) return found.add(pointer, `a sheaf of ${cache.name} with a pointer to no object`);
    allocated[object] = 0;
  }

  function slabAt(physical: number): number {
    return (slabs.slabOf[Math.floor(physical / pageSize)] ?? 0) - 1;
  }
  function objectAt(physical: number): number {
    const slab = slabAt(physical);
    if (slab < 0) return -1;
    const cache = caches[slabs.cache[slab]!]!;
    const place = Math.floor((physical - slabs.frame[slab]! * pageSize - cache.leftPad) / cache.size);
    return place >= 0 && place < slabs.objects[slab]! ? slabs.first[slab]! + place : -1;
  }
  function physicalOf(slab: number, object: number): number {
    const cache = caches[slabs.cache[slab]!]!;
    return slabs.frame[slab]! * pageSize + cache.leftPad + (object - slabs.first[slab]!) * cache.size;
  }

  for (let slab = 0; slab < slabs.count; slab++) markFree(slab, slabs.freeHigh[slab]!, slabs.freeLow[slab]!);
  for (let slab = 0; slab < slabs.count; slab++) {
    const said = slabs.objects[slab]! - slabs.inUse[slab]!;
    // A frozen slab's own freelist holds what other CPUs gave back; the rest is on the owner's list.
    if (slabs.frozen[slab] === 0 && said !== free[slab] && !kernel.image.live)
      flaw(slab, slabs.frame[slab]! * pageSize, `${free[slab]} free objects, the slab says ${said}`);
  }
  const onCpu = new Uint8Array(slabs.count);
  for (const { slab, head } of cpuSlabs(kernel, caches, slabs, found)) {
    onCpu[slab] = 1;
    markFree(slab, Number(head >> 32n), Number(head & 0xffffffffn));
  }
  for (const { cache, pointer } of sheafObjects(kernel, caches, found)) markPointer(cache, pointer);

  function each(cache: Cache, visit: (slab: number, object: number, physical: number) => void): void {
    for (let slab = 0; slab < slabs.count; slab++) {
      if (slabs.cache[slab] !== cache.index) continue;
      const first = slabs.first[slab]!;
      let physical = slabs.frame[slab]! * pageSize + cache.leftPad;
      for (let object = first, end = first + slabs.objects[slab]!; object < end; object++, physical += cache.size)
        if (allocated[object] === 1) visit(slab, object, physical);
    }
  }

  return { slabs, caches, allocated, perCache: countCaches(caches, slabs, allocated, onCpu), objectAt, slabAt, physicalOf, each };
}

function linkText(high: number, low: number): string {
  return `0x${high.toString(16)}${low.toString(16).padStart(8, '0')}`;
}

function countCaches(caches: readonly Cache[], slabs: Slabs, allocated: Uint8Array, onCpu: Uint8Array): readonly CacheCounts[] {
  const counts = caches.map(() => ({ slabs: 0, pages: 0, total: 0, allocated: 0, active: 0 }));
  for (let slab = 0; slab < slabs.count; slab++) {
    const own = counts[slabs.cache[slab]!]!;
    const first = slabs.first[slab]!;
    const objects = slabs.objects[slab]!;
    own.slabs++;
    own.pages += slabs.pages[slab]!;
    own.total += objects;
    // Slabs on CPUs' lists are frozen until 8cd3fa428b56 (v6.8), marked here since.
    own.active += slabs.frozen[slab] === 1 || onCpu[slab] === 1 ? objects : slabs.inUse[slab]!;
    for (let object = first; object < first + objects; object++) own.allocated += allocated[object]!;
  }
  return counts;
}

/**
 * The slab each CPU allocates from, with the freelist it took from it, and its list of partial slabs (whose
 * freelists are the slabs' own). Later kernels have no kmem_cache_cpu: nothing then.
 */
function* cpuSlabs(
  kernel: Kernel,
  caches: readonly Cache[],
  slabs: Slabs,
  found: Flaws,
): Generator<{ readonly slab: number; readonly head: bigint }> {
  if (!kernel.has('kmem_cache', 'cpu_slab')) return;
  const { memory } = kernel;
  const at = (path: string): bigint => BigInt(kernel.offset('kmem_cache_cpu', path));
  const slabAt = at('slab');
  const freeAt = at('freelist');
  const partialAt = kernel.has('kmem_cache_cpu', 'partial') ? at('partial') : undefined;
  const nextAt = kernel.has('slab', 'next') ? BigInt(kernel.offset('slab', 'next')) : 0n;
  const structBytes = BigInt(kernel.structPage);
  const number = (page: bigint): number => (slabs.slabOf[Number((page - kernel.vmemmap) / structBytes)] ?? 0) - 1;
  for (const cpu of kernel.cpus) {
    const base = kernel.perCpu(0n, cpu);
    for (const cache of caches) {
      if (cache.cpuSlab === 0n) continue;
      const own = BigInt.asUintN(64, base + cache.cpuSlab);
      try {
        const page = memory.u64(own + slabAt);
        if (page !== 0n) {
          const slab = number(page);
          if (slab < 0) found.add(page, `CPU ${cpu} of ${cache.name} allocates from what is no slab`);
          else yield { slab, head: memory.u64(own + freeAt) };
        }
        let steps = 0;
        for (let next = partialAt === undefined ? 0n : memory.u64(own + partialAt); next !== 0n; next = memory.u64(next + nextAt)) {
          const slab = number(next);
          if (slab < 0 || ++steps > slabs.count) {
            found.add(next, `the partial list of ${cache.name} on CPU ${cpu} leaves the slabs`);
            break;
          }
          yield { slab, head: 0n };
        }
      } catch (error) {
        if (!(error instanceof Unmapped)) throw error;
        found.add(error.address, `CPU ${cpu} of ${cache.name}: ${error.message}`, error.leftOut);
      }
    }
  }
}
