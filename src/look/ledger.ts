import type { Ledger } from '../model/evidence.ts';

/** What a ledger is made of. Bytes; undefined or null: not known at this moment. */
export interface LedgerInput {
  /** A field of /proc/meminfo in bytes; null where this kernel has no such line. */
  readonly meminfo: (field: string) => number | null;
  /** Pages on the per-CPU free lists, /proc/zoneinfo `pagesets count`, in bytes: MemFree leaves them out. */
  readonly perCpuLists?: number | null;
  /** nr_zspages of /proc/vmstat, in bytes. */
  readonly zsmalloc?: number | null;
  /** Pages of all slabs, Σ num_slabs × pagesperslab of /proc/slabinfo, in bytes. */
  readonly slabs?: number | null;
  /** `mem` of all protocols in /proc/net/sockstat, in bytes. */
  readonly socketBuffers?: number | null;
  /** Are kernel stacks taken from vmalloc (CONFIG_VMAP_STACK)? From vmallocinfo where it may be read. */
  readonly stacksInVmalloc?: boolean | null;
  /** Nothing of Percpu beyond the chunk taken at boot, which lies outside MemTotal: vmallocinfo has no pcpu_get_vm_areas row. */
  readonly percpuAtBootOnly?: boolean | null;
}

export interface Part {
  readonly id: string;
  readonly bytes: number;
  readonly estimate?: string;
}

/**
 * Divides MemTotal into parts that do not overlap; the rest is `unaccounted`: pages that somebody took from the
 * page allocator and that no counter of the kernel names. Returns null without MemTotal and MemFree.
 *
 * What must not be counted twice, and how it is not:
 * - Cached holds Shmem: the file cache is Cached + Buffers − Shmem.
 * - A page of the swap cache that is mapped is in AnonPages too: of SwapCached only what the anonymous LRU lists
 *   hold beyond AnonPages and Shmem is added.
 * - Percpu chunks are vmalloc areas without pages= (mm/percpu-vm.c populates them itself), so VmallocUsed
 *   (nr_vmalloc_pages, commit 97105f0ab7b8 "mm: vmalloc: show number of vmalloc pages in /proc/meminfo", in v5.3) does not
 *   hold them. Kernel stacks, from vmalloc, are in both VmallocUsed and KernelStack: subtracted once.
 * - Sockets' pages are charges (truesize), and the heads of those buffers are slab objects: told as of_which.
 * - Large kmalloc (above two pages) is in SUnreclaim without a row in slabinfo: told as of_which.
 * - Unevictable, Mlocked, Mapped, Dirty … are properties of pages counted elsewhere.
 */
export function makeLedger(at: number, input: LedgerInput): Ledger | null {
  const total = input.meminfo('MemTotal');
  const free = input.meminfo('MemFree');
  if (total === null || free === null) return null;
  const parts = [{ id: 'free', bytes: free }, ...pageParts(input), ...kernelParts(input)].filter((part) => part !== null);
  const counted = parts.reduce((sum, part) => sum + part.bytes, 0);
  const withBalloon = balloonPart(input.meminfo('Balloon'), total - counted);
  const all = withBalloon === null ? parts : [...parts, withBalloon];
  const unaccounted = total - counted - (withBalloon?.bytes ?? 0);
  const within = ofWhich(input);
  return {
    at,
    total_bytes: total,
    parts: all,
    unaccounted_bytes: unaccounted,
    ...(within.length === 0 ? {} : { of_which: within }),
    ...(unaccounted < 0
      ? { reconciliation_error: `the parts sum to ${-unaccounted} bytes more than MemTotal: memory is counted twice` }
      : {}),
  };
}

function part(id: string, bytes: number | null, estimate?: string): Part | null {
  return bytes === null ? null : { id, bytes, ...(estimate === undefined ? {} : { estimate }) };
}

/** Pages with an owner in user space or a file. */
function pageParts({ meminfo, perCpuLists }: LedgerInput): readonly (Part | null)[] {
  const cached = meminfo('Cached');
  const shmem = meminfo('Shmem');
  const anon = meminfo('AnonPages');
  return [
    part('free-percpu-lists', perCpuLists ?? null),
    part('file-cache', cached === null ? null : cached + (meminfo('Buffers') ?? 0) - (shmem ?? 0)),
    part('shmem', shmem),
    part('anon', anon),
    swapCachePart(meminfo, anon, shmem),
    part('hugetlb', hugetlb(meminfo)),
    part('writeback-temporary', meminfo('WritebackTmp')),
    part('bounce', meminfo('Bounce')),
  ];
}

function swapCachePart(meminfo: LedgerInput['meminfo'], anon: number | null, shmem: number | null): Part | null {
  const cached = meminfo('SwapCached');
  if (cached === null || cached === 0) return part('swap-cache', cached);
  const active = meminfo('Active(anon)');
  const inactive = meminfo('Inactive(anon)');
  if (active === null || inactive === null || anon === null || shmem === null)
    return part('swap-cache', cached, 'may be counted in anon too');
  const beyond = Math.min(cached, Math.max(0, active + inactive - anon - shmem));
  return part('swap-cache', beyond, 'of SwapCached, what the anonymous lists hold beyond AnonPages and Shmem');
}

/** `Hugetlb` (since 4.19) sums all sizes; before it only the default size is told. */
function hugetlb(meminfo: LedgerInput['meminfo']): number | null {
  return meminfo('Hugetlb') ?? meminfo('HugePages_Total');
}

/** Pages the kernel keeps for itself. */
function kernelParts(input: LedgerInput): readonly (Part | null)[] {
  const { meminfo } = input;
  const reclaimable = meminfo('SReclaimable');
  const miscellaneous = meminfo('KReclaimable');
  return [
    part('slab-reclaimable', reclaimable),
    part('slab-unreclaimable', meminfo('SUnreclaim')),
    part('other-reclaimable', miscellaneous === null || reclaimable === null ? null : miscellaneous - reclaimable),
    part('kernel-stack', meminfo('KernelStack')),
    part('shadow-call-stack', meminfo('ShadowCallStack')),
    part('page-tables', sum(meminfo('PageTables'), meminfo('SecPageTables'))),
    percpuPart(input),
    vmallocPart(input),
    ...compressedParts(meminfo('Zswap'), input.zsmalloc ?? null),
  ];
}

function sum(first: number | null, second: number | null): number | null {
  return first === null ? second : first + (second ?? 0);
}

function percpuPart({ meminfo, percpuAtBootOnly }: LedgerInput): Part | null {
  const bytes = meminfo('Percpu');
  if (bytes !== null && percpuAtBootOnly === true) return part('percpu', 0);
  return part('percpu', bytes, bytes === null ? undefined : 'includes the first chunk, which was taken at boot outside MemTotal');
}

function vmallocPart({ meminfo, stacksInVmalloc }: LedgerInput): Part | null {
  const used = meminfo('VmallocUsed');
  const stacks = meminfo('KernelStack');
  // Kernels from 4.4 to 5.2 print 0 without counting; where it is counted it is never 0.
  if (used === 0) return null;
  if (used === null || stacks === null) return part('vmalloc', used);
  if (stacksInVmalloc === false) return part('vmalloc', used);
  if (stacksInVmalloc === true) return part('vmalloc', used - stacks);
  // Without vmallocinfo: every kernel since 4.14 on x86, arm64, s390 and riscv has them there; used < stacks says it has not.
  return used >= stacks
    ? part('vmalloc', used - stacks, 'VmallocUsed − KernelStack: assumes that kernel stacks come from vmalloc (vmallocinfo not read)')
    : part('vmalloc', used, 'VmallocUsed: kernel stacks cannot be in it, they are larger');
}

/**
 * zswap keeps its pages in zsmalloc (always since 6.18, by choice before), zram does too: nr_zspages then holds Zswap. With
 * zbud or z3fold below it Zswap stands alone.
 */
function compressedParts(zswap: number | null, zsmalloc: number | null): readonly (Part | null)[] {
  if (zswap === null || zsmalloc === null) return [part('zswap', zswap), part('zsmalloc', zsmalloc)];
  return [part('zswap', zswap), part('zsmalloc', zsmalloc >= zswap ? zsmalloc - zswap : zsmalloc)];
}

/**
 * A virtio balloon takes its pages out of MemTotal (adjust_managed_page_count) unless it deflates on OOM; others leave them in.
 * The file does not say which: they are in when there is room for them.
 */
function balloonPart(balloon: number | null, left: number): Part | null {
  if (balloon === null || balloon === 0) return part('balloon', balloon);
  return left >= balloon ? part('balloon', balloon, 'taken to be within MemTotal, as there is room for it') : null;
}

function ofWhich(input: LedgerInput): NonNullable<Ledger['of_which']> {
  const slab = sum(input.meminfo('SReclaimable'), input.meminfo('SUnreclaim'));
  const within = [];
  if (slab !== null && input.slabs !== undefined && input.slabs !== null)
    within.push({ id: 'large-kmalloc', within: 'slab-unreclaimable', bytes: slab - input.slabs });
  if (input.socketBuffers !== undefined && input.socketBuffers !== null)
    within.push({ id: 'socket-buffers', within: 'slab-unreclaimable and unaccounted', bytes: input.socketBuffers });
  return within;
}
