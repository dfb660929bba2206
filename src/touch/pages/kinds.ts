import { type Flaws, Unmapped } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { pageSize } from '../memory/image.ts';
import { pageKinds } from '../slab/page-kinds.ts';
import { type Slabs, use } from '../slab/slabs.ts';
import { tasks } from '../slab/stacks.ts';
import { type Area, framesOf, vmapAreas } from './areas.ts';

/** What a page frame is; the first is of frames that have no struct page or whose struct page is not in the dump. */
export const kindNames = [
  'unknown',
  'reserved', // by the boot: the kernel's image, its memory map, the first per-CPU area, firmware
  'free',
  'free_on_cpus',
  'slab',
  'anonymous',
  'file',
  'shmem',
  'movable', // balloon, zsmalloc: the kernel can move it
  'offline',
  'page_tables',
  'kernel_stacks',
  'modules',
  'percpu',
  'vmalloc',
  'held', // nothing says what it is, but the kernel's memory points to it
  'unowned', // nothing says what it is, and nothing points to it
] as const;
export type FrameKind = (typeof kindNames)[number];
export const kindOf = Object.fromEntries(kindNames.map((name, i) => [name, i])) as Readonly<Record<FrameKind, number>>;

export interface Frames {
  /** By frame, an index of `kindNames`. */
  readonly kind: Uint8Array;
  /** By frame: the first frame of the block it was allocated in, for kernel pages of no other kind; else itself. */
  readonly block: Uint32Array;
  readonly areas: readonly (Area & { readonly pages: number })[];
}

const largestOrder = 10;
/**
 * A page may be mapped in several areas (vmap), and a page of tables be shared by processes (hugetlbfs): in all there are
 * no more of them than so many times RAM. Of damaged tables that lead to one another there would be no end.
 */
const mappingsOfAPage = 4;
const mostHoles = 1 << 20;
const stackCallers = /^(dup_task_struct|alloc_thread_stack_node|copy_process|kernel_clone)$/;

function kindOfArea(area: Area, modules: bigint): number {
  if (stackCallers.test(area.caller)) return kindOf.kernel_stacks;
  if (area.caller.startsWith('pcpu_')) return kindOf.percpu;
  return area.address >= modules ? kindOf.modules : kindOf.vmalloc;
}

/**
 * Sorts every frame that has a struct page. What no flag, type, table or area of vmalloc explains is `unowned`
 * for now: held.ts finds which of it is pointed to.
 */
export function sortFrames(kernel: Kernel, slabs: Slabs, found: Flaws): Frames {
  const { memory, vmemmap } = kernel;
  const { pages } = memory;
  const kinds = pageKinds(kernel);
  const structBytes = kernel.structPage;
  const countWord = kernel.offset('page', '_refcount') >> 2;
  const { frames } = slabs;
  const kind = new Uint8Array(frames);
  const block = Uint32Array.from({ length: frames }, (_, frame) => frame);
  const perPage = Math.floor(pageSize / structBytes);

  /** Word offset of a frame's struct page in the page cache, −1 where it is not there. */
  function structAt(frame: number): number {
    const at = memory.physical(vmemmap + BigInt(frame * structBytes));
    const slot = at < 0 ? -1 : pages.slot(Math.floor(at / pageSize));
    return slot < 0 ? -1 : slot * 1024 + ((at % pageSize) >> 2);
  }

  function orderOf(frame: number): number {
    const at = structAt(frame + Math.floor(kinds.orderByte / structBytes));
    return at < 0 ? 0 : Math.min(largestOrder, pages.bytes[at * 4 + (kinds.orderByte % structBytes)]!);
  }

  function single(words: Uint32Array, at: number, frame: number): number {
    const flags = words[at]!;
    const type = words[at + kinds.typeWord]!;
    if (slabs.usedFor[frame] === use.free) return kindOf.free_on_cpus; // the buddy's own were passed over
    if (((flags >>> kinds.reserved) & 1) === 1) return kindOf.reserved;
    if (kinds.isTable(type)) return kindOf.page_tables;
    if (kinds.isOffline(type)) return kindOf.offline;
    const mapping = words[at + kinds.mappingWord]!;
    if (words[at + kinds.mappingWord + 1] === 0) return ((flags >>> kinds.lru) & 1) === 1 ? kindOf.file : kindOf.unowned;
    if ((mapping & 1) === 1) return kindOf.anonymous; // PAGE_MAPPING_ANON, and KSM with it
    if ((mapping & 2) === 2) return kindOf.movable;
    return ((flags >>> kinds.swapBacked) & 1) === 1 ? kindOf.shmem : kindOf.file;
  }

  for (let frame = 0; frame < frames; ) {
    if (slabs.slabOf[frame] !== 0) {
      kind[frame++] = kindOf.slab;
      continue;
    }
    const at = slabs.usedFor[frame] === use.unknown ? -1 : structAt(frame);
    if (at < 0) {
      frame++;
      continue;
    }
    const { words } = pages;
    if (kinds.isFree(words[at + kinds.typeWord]!)) {
      const to = Math.min(frames, frame + 2 ** Math.min(words[at + kinds.privateWord]!, largestOrder));
      kind.fill(kindOf.free, frame, to);
      frame = to;
      continue;
    }
    const own = single(words, at, frame);
    const head = ((words[at]! >>> kinds.head) & 1) === 1;
    const counted = words[at + countWord]! !== 0;
    let to = frame + 1;
    if (head) to = Math.min(frames, frame + 2 ** orderOf(frame));
    // Allocated in one piece but not compound: only the first page of the block has a reference count.
    else if (own === kindOf.unowned && counted) to = endOfBlock(frame);
    kind.fill(own, frame, to);
    block.fill(frame, frame, to);
    frame = to;
  }

  function endOfBlock(frame: number): number {
    const limit = Math.min(frames, frame + 2 ** Math.min(largestOrder, frame === 0 ? 0 : 31 - Math.clz32(frame & -frame)));
    let to = frame + 1;
    for (; to < limit; to++) {
      const at = slabs.slabOf[to] !== 0 || slabs.usedFor[to] !== use.kernel ? -1 : structAt(to);
      if (at < 0 || pages.words[at + countWord] !== 0 || kinds.isFree(pages.words[at + kinds.typeWord]!)) break;
      if (single(pages.words, at, to) !== kindOf.unowned) break;
    }
    return frame + 2 ** Math.floor(Math.log2(to - frame));
  }

  if (structBytes * perPage !== pageSize) found.add(vmemmap, `struct page of ${structBytes} bytes: some cross pages and are read singly`);
  const explain = (frame: number, as: number): void => {
    if (frame < frames && kind[frame] === kindOf.unowned) kind[frame] = as;
  };
  markTables(kernel, frames, found, (frame) => explain(frame, kindOf.page_tables));
  const modules = kernel.symbols.address('_end') ?? 0n;
  const steps = { left: mappingsOfAPage * frames + mostHoles };
  const areas = vmapAreas(kernel, found).map((area) => {
    if (area.device) return { ...area, pages: 0 };
    const as = kindOfArea(area, modules);
    let count = 0;
    const mapped = framesOf(kernel, area, steps);
    let next = mapped.next();
    for (; next.done !== true; next = mapped.next()) {
      explain(next.value, as);
      count++;
    }
    if (!next.value) found.add(area.address, `areas of vmalloc that map more pages than there can be, at one of ${area.bytes} bytes`);
    return { ...area, pages: count };
  });
  return { kind, block, areas };
}

/** The kernel's own tables and every process's: upper levels carry no mark until v6.15, and the kernel's never did. */
function markTables(kernel: Kernel, frames: number, found: Flaws, mark: (frame: number) => void): void {
  const { memory } = kernel;
  const { architecture } = memory;
  const most = mappingsOfAPage * frames;
  let left = most;
  const counted = (frame: number): void => {
    left--;
    mark(frame);
  };
  if (!architecture.tables(undefined, left, counted)) found.add(0n, `more than ${most} pages of kernel page tables`);
  const shadow = kernel.symbols.address('pti_init') !== undefined; // two pages a root (PGD_ALLOCATION_ORDER)
  const mmAt = BigInt(kernel.offset('task_struct', 'mm'));
  const rootAt = BigInt(kernel.offset('mm_struct', 'pgd'));
  const seen = new Set<bigint>([0n]);
  for (const task of tasks(kernel, found)) {
    try {
      const mm = memory.u64(task + mmAt);
      if (seen.has(mm)) continue;
      seen.add(mm);
      const root = memory.physical(memory.u64(mm + rootAt));
      if (root < 0) continue;
      if (shadow) mark(Math.floor(root / pageSize) ^ 1);
      if (architecture.tables(root, left, counted)) continue;
      found.add(mm, `more than ${most} pages of page tables`);
      break;
    } catch (error) {
      if (!(error instanceof Unmapped)) throw error;
      found.add(error.address, `page tables of a process: ${error.message}`, error.leftOut);
    }
  }
}
