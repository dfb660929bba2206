/**
 * Growth outside the slab rows: pages nobody accounts for, vmalloc, per-CPU memory, kmalloc too large for a slab
 * cache, kernel stacks, page tables, tmpfs, page cache.
 */
import type { FindingClass, Growth, Syndrome, Where } from '../model/diagnosis.ts';
import type { Series } from '../model/evidence.ts';
import { ends, type EvidenceIndex } from './evidence-index.ts';
import { growthOfAll } from './growth.ts';

export interface MemoryKind {
  readonly where: Where['kind'];
  readonly class: FindingClass;
  readonly syndrome: Syndrome;
  /** The part of the ledger that grows; "large-kmalloc" is what the slab pages exceed all rows of slabinfo by. */
  readonly part: string;
  /** Bytes it must rise by within the window to be worth a word, beyond what the statistics ask. */
  readonly leastBytes: number;
  /** Memory of user space, which comes and goes by nature: only told when it would be gone within this time. */
  readonly within?: number;
}

const day = 86_400;
const KiB = 1024;
const MiB = 1024 * KiB;

/** In the order in which they are told. */
export const memoryKinds: readonly MemoryKind[] = [
  { where: 'large-kmalloc', class: 'kernel-leak', syndrome: 'large-kmalloc-leak', part: 'large-kmalloc', leastBytes: 256 * KiB },
  { where: 'pages', class: 'kernel-leak', syndrome: 'page-leak', part: 'unaccounted', leastBytes: MiB },
  { where: 'vmalloc', class: 'kernel-leak', syndrome: 'vmalloc-leak', part: 'vmalloc', leastBytes: 128 * KiB },
  { where: 'percpu', class: 'kernel-leak', syndrome: 'percpu-leak', part: 'percpu', leastBytes: 64 * KiB },
  { where: 'kernel-stack', class: 'held-by-userspace', syndrome: 'held-by-userspace', part: 'kernel-stack', leastBytes: MiB },
  {
    where: 'page-tables',
    class: 'held-by-userspace',
    syndrome: 'held-by-userspace',
    part: 'page-tables',
    leastBytes: MiB,
    within: 7 * day,
  },
  { where: 'shmem', class: 'held-by-userspace', syndrome: 'shmem-growth', part: 'shmem', leastBytes: 4 * MiB, within: 7 * day },
  { where: 'anon', class: 'held-by-userspace', syndrome: 'held-by-userspace', part: 'anon', leastBytes: 32 * MiB, within: day },
  { where: 'file-cache', class: 'reclaimable', syndrome: 'file-cache-growth', part: 'file-cache', leastBytes: 32 * MiB, within: day },
];

export interface GrownMemory {
  readonly kind: MemoryKind;
  readonly series: Series;
  readonly growth: Growth;
  /** vmalloc only: callers whose areas grew over the window, largest first, in bytes */
  readonly callers: readonly { readonly caller: string; readonly bytes: number }[];
}

/** The kinds of memory that trend upwards by a material amount. */
export function memoryGrowths(index: EvidenceIndex): readonly GrownMemory[] {
  const found = memoryKinds.flatMap((kind) => {
    const series = index.one('ledger_bytes', { part: kind.part });
    return series === undefined ? [] : [{ kind, series }];
  });
  const growths = growthOfAll(found.map(({ series }) => ({ series, options: { bytesPerUnit: 1 } })));
  return found.flatMap(({ kind, series }, i) => {
    const moved = ends(series);
    const growth = growths[i]!;
    const rise = moved === undefined ? 0 : growth.bytes_per_second * moved.seconds;
    if (growth.shape !== 'trend' || rise < kind.leastBytes) return [];
    return [{ kind, series, growth, callers: kind.where === 'vmalloc' ? grownCallers(index) : [] }];
  });
}

function grownCallers(index: EvidenceIndex): { caller: string; bytes: number }[] {
  return index
    .named('vmalloc_bytes')
    .flatMap((series) => {
      const moved = ends(series);
      return moved === undefined || moved.to <= moved.from
        ? []
        : [{ caller: series.labels['caller'] ?? '?', bytes: moved.to - moved.from }];
    })
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, 3);
}
