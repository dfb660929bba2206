import { type Flaws, Unmapped } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { type Slabs, use } from './slabs.ts';

const mostNodes = 1024;
const mostListed = 1 << 16;
/** Order of the huge pages that the last per-CPU lists hold (HPAGE_PMD_ORDER). */
const hugeOrder = 9;
/** Orders that have per-CPU lists of their own: up to PAGE_ALLOC_COSTLY_ORDER. */
const lowOrders = 4;

/**
 * Free pages on the CPUs' own lists (struct per_cpu_pages) look like any kernel page: they are not in the
 * buddy allocator. They hold stale pointers, so they are marked free here.
 * @returns pages marked
 */
export function markPerCpuFree(kernel: Kernel, slabs: Slabs, found: Flaws): number {
  const { memory, btf } = kernel;
  const place = btf.member('per_cpu_pages', 'lists');
  if (!kernel.has('zone', 'per_cpu_pageset') || place === undefined) return 0; // before 28f836b6777b (v5.14)
  const lists = btf.resolve(place.type).count;
  const migrations = btf.find('migratetype', 'enum');
  const types = Number(
    (migrations === undefined ? undefined : btf.enumerators(migrations).find((e) => e.name === 'MIGRATE_PCPTYPES'))?.value ?? 3,
  );
  const linkAt = btf.member('page', 'pcp_list')?.offset ?? kernel.offset('page', 'lru');
  const structBytes = BigInt(kernel.structPage);
  let marked = 0;
  for (const zone of zones(kernel)) {
    try {
      const pageset = memory.u64(zone + BigInt(kernel.offset('zone', 'per_cpu_pageset')));
      if (pageset === 0n) continue;
      for (const cpu of kernel.cpus) {
        const own = kernel.perCpu(pageset, cpu);
        if (memory.physical(own) < 0) continue; // an offline CPU has no area
        for (let list = 0; list < lists; list++) {
          const order = list >= types * lowOrders ? hugeOrder : Math.floor(list / types);
          for (const page of kernel.list(own + BigInt(place.offset + list * 16), linkAt, mostListed, found)) {
            const frame = Number((page - kernel.vmemmap) / structBytes);
            if (!(frame >= 0 && frame < slabs.frames)) continue;
            slabs.usedFor.fill(use.free, frame, Math.min(slabs.frames, frame + 2 ** order));
            marked += 2 ** order;
          }
        }
      }
    } catch (error) {
      if (!(error instanceof Unmapped)) throw error;
      found.add(error.address, `per-CPU free pages: ${error.message}`, error.leftOut);
    }
  }
  return marked;
}

/** Addresses of every node's zones. */
export function* zones(kernel: Kernel): Generator<bigint> {
  const { memory, symbols } = kernel;
  const zoneBytes = kernel.sizeOf('zone');
  const table = symbols.address('node_data');
  const count = symbols.address('nr_node_ids');
  const single = symbols.address('contig_page_data');
  const nodes =
    table === undefined
      ? single === undefined
        ? []
        : [single]
      : Array.from({ length: Math.min(mostNodes, count === undefined ? 1 : memory.u32(count)) }, (_, i) =>
          memory.u64(table + BigInt(i * 8)),
        );
  for (const node of nodes) {
    if (node === 0n) continue;
    const used = Math.min(8, memory.u32(node + BigInt(kernel.offset('pglist_data', 'nr_zones'))));
    for (let zone = 0; zone < used; zone++) yield node + BigInt(kernel.offset('pglist_data', 'node_zones') + zone * zoneBytes);
  }
}
