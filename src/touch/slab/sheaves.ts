import { type Flaws, Unmapped } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import type { Cache } from './caches.ts';

/** More objects than any sheaf or barn holds; more is damage. */
const mostPerSheaf = 4096;
const mostSheaves = 4096;

/**
 * Free objects that sheaves keep: arrays of pointers per CPU, and full ones in each node's barn
 * (2d517aa09bbc "slab: add opt-in caching layer of percpu sheaves", v6.18). To the slabs they count as in use.
 */
export function* sheafObjects(
  kernel: Kernel,
  caches: readonly Cache[],
  found: Flaws,
): Generator<{ readonly cache: Cache; readonly pointer: bigint }> {
  if (!kernel.has('kmem_cache', 'cpu_sheaves')) return;
  const { memory } = kernel;
  const sizeAt = BigInt(kernel.offset('slab_sheaf', 'size'));
  const objectsAt = BigInt(kernel.offset('slab_sheaf', 'objects'));
  const perCpu = ['main', 'spare', 'rcu_free']
    .filter((name) => kernel.has('slub_percpu_sheaves', name))
    .map((name) => BigInt(kernel.offset('slub_percpu_sheaves', name)));

  function* sheaf(cache: Cache, address: bigint): Generator<{ readonly cache: Cache; readonly pointer: bigint }> {
    if (address === 0n) return;
    try {
      const size = memory.u32(address + sizeAt);
      if (size > mostPerSheaf) found.add(address, `a sheaf of ${cache.name} with ${size} objects`);
      else for (let i = 0; i < size; i++) yield { cache, pointer: memory.u64(address + objectsAt + BigInt(i * 8)) };
    } catch (error) {
      if (!(error instanceof Unmapped)) throw error;
      found.add(error.address, `a sheaf of ${cache.name}: ${error.message}`, error.leftOut);
    }
  }

  for (const cache of caches) {
    if (cache.cpuSheaves === 0n) continue;
    for (const cpu of kernel.cpus) {
      const own = kernel.perCpu(cache.cpuSheaves, cpu);
      for (const at of perCpu) {
        const address = readPointer(kernel, own + at);
        if (address !== undefined) yield* sheaf(cache, address);
      }
    }
    for (const full of barnSheaves(kernel, cache, found)) yield* sheaf(cache, full);
  }
}

function readPointer(kernel: Kernel, address: bigint): bigint | undefined {
  try {
    return kernel.memory.u64(address);
  } catch (error) {
    if (!(error instanceof Unmapped)) throw error;
    return undefined;
  }
}

/** Full sheaves of every node's barn. The nodes are an array at the end of kmem_cache. */
function barnSheaves(kernel: Kernel, cache: Cache, found: Flaws): readonly bigint[] {
  if (!kernel.has('kmem_cache_node', 'barn') || !kernel.has('kmem_cache', 'node')) return [];
  const { btf } = kernel;
  const place = btf.member('kmem_cache', 'node')!;
  const nodes = Math.min(1024, btf.resolve(place.type).count);
  const online = kernel.symbols.address('nr_node_ids');
  const count = online === undefined ? 1 : Math.min(nodes, kernel.memory.u32(online));
  const sheaves: bigint[] = [];
  for (let node = 0; node < count; node++) {
    const own = readPointer(kernel, cache.address + BigInt(place.offset + node * 8));
    if (own === undefined || own === 0n) continue;
    const barn = readPointer(kernel, own + BigInt(kernel.offset('kmem_cache_node', 'barn')));
    if (barn === undefined || barn === 0n) continue;
    sheaves.push(
      ...kernel.list(
        barn + BigInt(kernel.offset('node_barn', 'sheaves_full')),
        kernel.offset('slab_sheaf', 'barn_list'),
        mostSheaves,
        found,
      ),
    );
  }
  return sheaves;
}
