/** What the kernel itself says of how much memory there is: the sums that frames must add up to. */
import type { Flaws } from '../damage.ts';
import { Unmapped } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { pageSize } from '../memory/image.ts';
import { zones } from '../slab/free-pages.ts';

export interface Ram {
  /** [from, to) frames of RAM, ascending, by the tree of resources that /proc/iomem shows. */
  readonly ranges: readonly (readonly [number, number])[];
  /** Pages of all zones. */
  readonly present: number;
  /** Of them, pages that the page allocator was given: MemTotal. */
  readonly managed: number;
}

const mostRanges = 4096;
/** IORESOURCE_SYSTEM_RAM (include/linux/ioport.h): IORESOURCE_MEM | IORESOURCE_SYSRAM */
const systemRam = 0x01000200n;

export function readRam(kernel: Kernel, found: Flaws): Ram {
  const { memory } = kernel;
  const at = (path: string): bigint => BigInt(kernel.offset('resource', path));
  const ranges: (readonly [number, number])[] = [];
  let steps = 0;
  try {
    for (let own = memory.u64(kernel.symbol('iomem_resource') + at('child')); own !== 0n; own = memory.u64(own + at('sibling'))) {
      if (++steps > mostRanges) {
        found.add(own, `more than ${mostRanges} ranges of memory`);
        break;
      }
      if ((memory.u64(own + at('flags')) & systemRam) !== systemRam) continue;
      const from = Math.ceil(Number(memory.u64(own + at('start'))) / pageSize);
      const to = Math.floor((Number(memory.u64(own + at('end'))) + 1) / pageSize);
      // The kernel keeps siblings in order, none over another (__request_resource).
      if (from >= to || from < (ranges.at(-1)?.[1] ?? 0)) found.add(own, `a range of memory from frame ${from} to ${to}`);
      else ranges.push([from, to]);
    }
  } catch (error) {
    if (!(error instanceof Unmapped)) throw error;
    found.add(error.address, `ranges of memory: ${error.message}`, error.leftOut);
  }
  let present = 0;
  let managed = 0;
  for (const zone of zones(kernel)) {
    present += Number(memory.u64(zone + BigInt(kernel.offset('zone', 'present_pages'))));
    managed += Number(memory.u64(zone + BigInt(kernel.offset('zone', 'managed_pages'))));
  }
  return { ranges, present, managed };
}
