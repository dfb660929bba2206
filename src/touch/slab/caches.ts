import type { Btf } from '../../kernel/btf.ts';
import { type Flaws, Unmapped } from '../damage.ts';
import type { Kernel } from '../kernel.ts';

/** A slab cache as its struct kmem_cache describes it (mm/slab.h). */
export interface Cache {
  readonly index: number;
  readonly address: bigint;
  /** The name it was created with first, which /proc/slabinfo shows. */
  readonly name: string;
  /** The other names that were merged into it. */
  readonly aliases: readonly string[];
  /** Bytes from one object to the next. */
  readonly size: number;
  /** Bytes of an object without metadata and padding. */
  readonly objectSize: number;
  /** Where a free object keeps its link, from the object's start. */
  readonly freeOffset: number;
  /** Bytes before each object (slub_debug's left red zone), part of `size`. */
  readonly leftPad: number;
  readonly flags: readonly CacheFlag[];
  /** Links of free objects are stored xor this and their address (CONFIG_SLAB_FREELIST_HARDENED); 0 without. */
  readonly secret: bigint;
  readonly hardened: boolean;
  /** Per-cpu pointer to kmem_cache_cpu; 0 where the kernel has none. */
  readonly cpuSlab: bigint;
  /** Per-cpu pointer to slub_percpu_sheaves; 0 where the cache has none. */
  readonly cpuSheaves: bigint;
  /** Offset of the end of what belongs to the object, metadata begins there. */
  readonly inUse: number;
  readonly constructor_: bigint;
  /** Of a new slab (kmem_cache.oo); 0 where the kernel does not say. */
  readonly objectsPerSlab: number;
  readonly pagesPerSlab: number;
}

export type CacheFlag =
  | 'red-zone'
  | 'poison'
  | 'store-user'
  | 'reclaim-account'
  | 'account'
  | 'rcu'
  | 'hwcache-align'
  | 'dma'
  | 'panic'
  | 'no-merge'
  | 'consistency-checks';

/** Flag bits until 6.9; since cc61eb851a5b "mm, slab: use an enum to define SLAB_ cache creation flags" BTF has them. */
const flagBits: Readonly<Record<CacheFlag, { readonly old: number; readonly name: string }>> = {
  'consistency-checks': { old: 8, name: '_SLAB_CONSISTENCY_CHECKS' },
  'red-zone': { old: 10, name: '_SLAB_RED_ZONE' },
  poison: { old: 11, name: '_SLAB_POISON' },
  'hwcache-align': { old: 13, name: '_SLAB_HWCACHE_ALIGN' },
  dma: { old: 14, name: '_SLAB_CACHE_DMA' },
  'store-user': { old: 16, name: '_SLAB_STORE_USER' },
  'reclaim-account': { old: 17, name: '_SLAB_RECLAIM_ACCOUNT' },
  panic: { old: 18, name: '_SLAB_PANIC' },
  rcu: { old: 19, name: '_SLAB_TYPESAFE_BY_RCU' },
  'no-merge': { old: 24, name: '_SLAB_NO_MERGE' },
  account: { old: 26, name: '_SLAB_ACCOUNT' },
};

const mostCaches = 1 << 16;
const mostLinks = 1 << 18;

/** More bytes than any slab has. */
const largestObject = 1 << 22;

/** All caches, with the aliases that sysfs knows. */
export function readCaches(kernel: Kernel, found: Flaws): readonly Cache[] {
  const addresses = kernel.list(kernel.symbol('slab_caches'), kernel.offset('kmem_cache', 'list'), mostCaches, found);
  const aliases = readAliases(kernel, new Set(addresses), found);
  const flagsOf = flagReader(kernel.btf);
  const caches: Cache[] = [];
  for (const address of addresses) {
    try {
      const cache = readCache(kernel, address, flagsOf);
      if (cache.size === 0 || cache.objectSize > cache.size || cache.size > largestObject)
        found.add(address, `cache ${cache.name}: an object size of ${cache.objectSize} in ${cache.size} bytes`);
      else
        caches.push({
          ...cache,
          index: caches.length,
          aliases: (aliases.get(address) ?? []).filter((alias) => alias !== cache.name).toSorted(),
        });
    } catch (error) {
      if (!(error instanceof Unmapped)) throw error;
      found.add(error.address, `cache at 0x${address.toString(16)}: ${error.message}`, error.leftOut);
    }
  }
  return caches;
}

/** One struct kmem_cache; members that a kernel has not got are 0. */
function readCache(kernel: Kernel, address: bigint, flagsOf: (flags: number) => readonly CacheFlag[]): Omit<Cache, 'index' | 'aliases'> {
  const { memory } = kernel;
  const at = (path: string): bigint => address + BigInt(kernel.offset('kmem_cache', path));
  const u32 = (path: string): number => (kernel.has('kmem_cache', path) ? memory.u32(at(path)) : 0);
  const u64 = (path: string): bigint => (kernel.has('kmem_cache', path) ? memory.u64(at(path)) : 0n);
  const flags = flagsOf(u32('flags'));
  const orderAndObjects = u32('oo');
  return {
    address,
    name: memory.string(memory.u64(at('name')), 128),
    size: memory.u32(at('size')),
    objectSize: memory.u32(at('object_size')),
    freeOffset: memory.u32(at('offset')),
    leftPad: flags.includes('red-zone') ? u32('red_left_pad') : 0,
    flags,
    secret: u64('random'),
    hardened: kernel.has('kmem_cache', 'random'),
    cpuSlab: u64('cpu_slab'),
    cpuSheaves: u64('cpu_sheaves'),
    inUse: u32('inuse'),
    constructor_: u64('ctor'),
    objectsPerSlab: orderAndObjects & 0xffff,
    pagesPerSlab: 2 ** (orderAndObjects >>> 16),
  };
}

function flagReader(btf: Btf): (flags: number) => readonly CacheFlag[] {
  const bits = btf.find('_slab_flag_bits', 'enum');
  const named = new Map(bits === undefined ? [] : btf.enumerators(bits).map((e) => [e.name, Number(e.value)]));
  const table = (Object.keys(flagBits) as CacheFlag[]).map((flag) => ({
    flag,
    bit: bits === undefined ? flagBits[flag].old : named.get(flagBits[flag].name),
  }));
  return (flags) => table.filter(({ bit }) => bit !== undefined && ((flags >>> bit) & 1) === 1).map(({ flag }) => flag);
}

/**
 * The kernel keeps no list of aliases; sysfs does: each merged name is a link in /sys/kernel/slab to the
 * cache's own folder. The folder's tree of kernfs nodes is walked in memory.
 */
function readAliases(kernel: Kernel, caches: ReadonlySet<bigint>, found: Flaws): ReadonlyMap<bigint, readonly string[]> {
  const { memory } = kernel;
  const names = new Map<bigint, string[]>();
  const holder = kernel.symbols.address('slab_kset');
  if (holder === undefined || !kernel.has('kmem_cache', 'kobj')) return names;
  const node = (path: string): bigint => BigInt(kernel.offset('kernfs_node', path));
  const [flagsAt, treeAt, linkAt, privateAt, nameAt] = [node('flags'), node('rb'), node('symlink.target_kn'), node('priv'), node('name')];
  const kobject = BigInt(kernel.offset('kmem_cache', 'kobj'));
  try {
    const kset = memory.u64(holder);
    if (kset === 0n) return names;
    const folder = memory.u64(kset + BigInt(kernel.offset('kset', 'kobj.sd')));
    const pending = [memory.u64(folder + node('dir.children'))];
    for (let visited = 0; pending.length > 0; visited++) {
      if (visited > mostLinks) {
        found.add(folder, `more than ${mostLinks} entries in /sys/kernel/slab, perhaps a ring`);
        break;
      }
      const entry = pending.pop()!;
      if (entry === 0n) continue;
      pending.push(memory.u64(entry + 8n), memory.u64(entry + 16n));
      const own = entry - treeAt;
      if ((memory.u32(own + flagsAt) & 4) === 0) continue; // KERNFS_LINK
      const cache = memory.u64(memory.u64(own + linkAt) + privateAt) - kobject;
      if (!caches.has(cache)) continue;
      const list = names.get(cache) ?? [];
      list.push(memory.string(memory.u64(own + nameAt), 128));
      names.set(cache, list);
    }
  } catch (error) {
    if (!(error instanceof Unmapped)) throw error;
    found.add(error.address, `aliases: ${error.message}`, error.leftOut);
  }
  return names;
}

/** The cache that bears a name, its own or merged into it. */
export function findCache(caches: readonly Cache[], name: string): Cache | undefined {
  return caches.find((cache) => cache.name === name) ?? caches.find((cache) => cache.aliases.includes(name));
}

/** For people: the other names of a merged cache, behind its own. */
export function alsoNamed(cache: Cache): string {
  return cache.aliases.length === 0 ? '' : `  = ${cache.aliases.join(' ')}`;
}
