import { type Flaws, Unmapped } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { pageSize } from '../memory/image.ts';

/** A piece of vmalloc space with who asked for it (struct vm_struct). */
export interface Area {
  readonly address: bigint;
  readonly bytes: number;
  /** `dup_task_struct`, `pcpu_get_vm_areas [module]`; empty where the kernel does not say. */
  readonly caller: string;
  /** Device memory, not RAM (VM_IOREMAP). */
  readonly device: boolean;
}

const mostAreas = 1 << 20;
const mostNodes = 1 << 12;
const VM_IOREMAP = 1n;

/** What /proc/vmallocinfo lists; areas without a vm_struct (vm_map_ram) are left out. */
export function vmapAreas(kernel: Kernel, found: Flaws): readonly Area[] {
  const { memory } = kernel;
  const at = (struct: string, path: string): bigint => BigInt(kernel.offset(struct, path));
  const link = kernel.offset('vmap_area', 'list');
  const areas: Area[] = [];
  for (const head of heads(kernel)) {
    for (const own of kernel.list(head, link, mostAreas, found)) {
      try {
        const area = memory.u64(own + at('vmap_area', 'vm'));
        if (area === 0n) continue;
        const caller = memory.u64(area + at('vm_struct', 'caller'));
        const symbol = caller === 0n ? undefined : kernel.symbolAt(caller);
        areas.push({
          address: memory.u64(area + at('vm_struct', 'addr')),
          bytes: Number(memory.u64(area + at('vm_struct', 'size'))),
          caller: symbol === undefined ? '' : `${symbol.name}${symbol.module === undefined ? '' : ` [${symbol.module}]`}`,
          device: (memory.u64(area + at('vm_struct', 'flags')) & VM_IOREMAP) !== 0n,
        });
      } catch (error) {
        if (!(error instanceof Unmapped)) throw error;
        found.add(error.address, `an area of vmalloc: ${error.message}`, error.leftOut);
      }
    }
  }
  return areas;
}

/** One list until d093602919ad "mm: vmalloc: remove global vmap_area_root rb-tree" (v6.9), since then one a node. */
function heads(kernel: Kernel): readonly bigint[] {
  const { memory, symbols } = kernel;
  const single = symbols.address('vmap_area_list');
  if (single !== undefined) return [single];
  const nodes = symbols.address('vmap_nodes');
  const count = symbols.address('nr_vmap_nodes');
  if (nodes === undefined || count === undefined) return [];
  const first = memory.u64(nodes);
  const bytes = kernel.sizeOf('vmap_node');
  const headAt = kernel.offset('vmap_node', 'busy.head');
  return Array.from({ length: Math.min(mostNodes, memory.u32(count)) }, (_, i) => first + BigInt(i * bytes + headAt));
}

/**
 * Frames that an area maps now. An area may be far larger than what is mapped in it (a sparse one): holes are passed over.
 * @param steps pages and holes that may be looked at, for all areas together; what is left is written back
 * @returns false where that was not enough
 */
export function* framesOf(kernel: Kernel, area: Area, steps: { left: number }): Generator<number, boolean> {
  const { architecture } = kernel.memory;
  for (let done = 0; done < area.bytes; ) {
    if (--steps.left < 0) return false;
    const address = area.address + BigInt(done);
    const mapped = architecture.translate(address);
    if (mapped !== undefined) yield Math.floor(mapped.physical / pageSize);
    done += mapped === undefined ? Math.max(pageSize, architecture.hole(address)) : pageSize;
  }
  return true;
}
