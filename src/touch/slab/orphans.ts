import { BadDump, type Flaws } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { pageSize } from '../memory/image.ts';
import type { Cache } from './caches.ts';
import { markPerCpuFree } from './free-pages.ts';
import type { Objects } from './objects.ts';
import { blockFrames, type Edges, mostEdges, streamPages } from './blocks.ts';
import { scanInWorkers, worthPages } from './scan-workers.ts';
import { deadStacks } from './stacks.ts';
import { pointerScan, type PointerTables, scanned, slabColumns } from './pointers.ts';

/**
 * Mark and sweep over all slab objects. Roots are pointers in memory that is neither slab, free nor a user's:
 * kernel data, stacks, per-CPU areas, vmalloc, page tables. What no chain of pointers leads to is lost.
 */
export interface Reach {
  /** 1 for each object a chain of pointers from a root leads to. */
  readonly reached: Uint8Array;
  /** 1 for each object that anything at all points to, lost ones included. */
  readonly referenced: Uint8Array;
  readonly edges: number;
  /** Stack pages that are dead below this byte. */
  readonly liveFrom: ReadonlyMap<number, number>;
  readonly perCache: readonly {
    readonly cache: Cache;
    readonly objects: number;
    readonly unreferenced: number;
    readonly unreachable: number;
  }[];
}

/** The tables of the scan, over memory that workers can share. */
export function pointerTables(kernel: Kernel, objects: Objects, liveFrom: ReadonlyMap<number, number>): PointerTables {
  const { slabs, caches } = objects;
  const shared = <T>(make: (buffer: SharedArrayBuffer) => T, bytes: number): T => make(new SharedArrayBuffer(bytes));
  const rows = shared((b) => new Int32Array(b), slabs.count * slabColumns * 4);
  for (let i = 0; i < slabs.count; i++) {
    const cache = caches[slabs.cache[i]!]!;
    rows.set([slabs.frame[i]!, cache.size, slabs.objects[i]!, slabs.first[i]!, cache.leftPad, cache.objectSize], i * slabColumns);
  }
  const tables: PointerTables = {
    mapLow: Number(kernel.directMap & 0xffffffffn),
    mapHigh: Number(kernel.directMap >> 32n),
    frames: slabs.frames,
    slabOf: shared((b) => new Int32Array(b), slabs.frames * 4),
    liveFrom,
    usedFor: shared((b) => new Uint8Array(b), slabs.frames),
    slabs: rows,
    allocated: shared((b) => new Uint8Array(b), slabs.total),
    root: shared((b) => new Uint8Array(b), slabs.total),
    degree: shared((b) => new Uint32Array(b), (slabs.total + 1) * 4),
  };
  tables.slabOf.set(slabs.slabOf);
  tables.usedFor.set(slabs.usedFor);
  tables.allocated.set(objects.allocated);
  return tables;
}

/** Scans the blocks in order, in this thread. */
export function scanHere(kernel: Kernel, tables: PointerTables, onProgress: (done: number) => void): Edges {
  const { image } = kernel;
  const scan = pointerScan(tables);
  const buffer = Buffer.alloc(streamPages * pageSize);
  const words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.length / 4);
  const blocks: Uint32Array[] = [];
  let edges = 0;
  const count = Math.ceil(image.frames / blockFrames);
  const wanted = scanned(tables);
  for (let block = 0; block < count; block++) {
    const look = (frames: Uint32Array, pages: number): void => {
      for (let i = 0; i < pages; i++) scan.page(words, i * 1024, frames[i]!);
    };
    image.stream(block * blockFrames, Math.min(image.frames, (block + 1) * blockFrames), buffer, look, wanted);
    const taken = scan.take();
    edges += taken.length;
    if (edges > mostEdges) throw new BadDump('orphans', `more than ${mostEdges} pointers between objects`);
    blocks.push(taken);
    onProgress((block + 1) / count);
  }
  return { blocks };
}

/** From roots along edges. `degree` becomes, for each object, where its edges start. */
export function mark(objects: Objects, tables: PointerTables, { blocks }: Edges): Reach {
  const { slabs } = objects;
  const { root, degree } = tables;
  const total = slabs.total;
  // Edges are in the order of their objects, so that counts summed up say where each object's start.
  let sum = 0;
  for (let object = 0; object <= total; object++) {
    const own = degree[object]!;
    degree[object] = sum;
    sum += own;
  }
  const starts: number[] = [];
  let before = 0;
  for (const block of blocks) {
    starts.push(before);
    before += block.length;
  }
  if (before !== sum) throw new BadDump('orphans', `${sum} pointers counted, ${before} kept`);

  const reached = new Uint8Array(total);
  const queue = new Uint32Array(total);
  let head = 0;
  let tail = 0;
  for (let object = 0; object < total; object++) {
    if (root[object] === 0) continue;
    reached[object] = 1;
    queue[tail++] = object;
  }
  while (head < tail) {
    const object = queue[head++]!;
    const from = degree[object]!;
    const to = degree[object + 1]!;
    if (from === to) continue;
    const block = blockAt(starts, from);
    const edges = blocks[block]!;
    const base = starts[block]!;
    for (let e = from - base; e < to - base; e++) {
      const next = edges[e]!;
      if (reached[next] === 1) continue;
      reached[next] = 1;
      queue[tail++] = next;
    }
  }

  const referenced = root.slice();
  for (const block of blocks) for (let e = 0; e < block.length; e++) referenced[block[e]!] = 1;
  return { reached, referenced, edges: sum, liveFrom: tables.liveFrom, perCache: countLost(objects, reached, referenced) };
}

/** By cache. Both tables are by object number. */
export function countLost(objects: Objects, reached: Uint8Array, referenced: Uint8Array): Reach['perCache'] {
  const { slabs, caches, allocated } = objects;
  const counts = caches.map((cache) => ({ cache, objects: 0, unreferenced: 0, unreachable: 0 }));
  for (let slab = 0; slab < slabs.count; slab++) {
    const own = counts[slabs.cache[slab]!]!;
    for (let object = slabs.first[slab]!, end = object + slabs.objects[slab]!; object < end; object++) {
      if (allocated[object] === 0) continue;
      own.objects++;
      if (referenced[object] === 0) own.unreferenced++;
      if (reached[object] === 0) own.unreachable++;
    }
  }
  return counts;
}

function blockAt(starts: readonly number[], position: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The whole of it. Where unpacking takes long and `path` can be opened again, workers share it; else this thread
 * does all.
 */
export async function findOrphans(kernel: Kernel, objects: Objects, found: Flaws, options: OrphanOptions = {}): Promise<Reach> {
  const { path, onProgress = () => {} } = options;
  const { image } = kernel;
  markPerCpuFree(kernel, objects.slabs, found);
  const tables = pointerTables(kernel, objects, deadStacks(kernel, objects.slabs, found));
  const shared = path !== undefined && image.reopenable && image.effort >= (options.workersFrom ?? worthPages);
  const onDamage = (kind: string, pages: number): void => found.add(0n, `${pages} ${kind}`);
  return mark(
    objects,
    tables,
    shared ? await scanInWorkers(path, image.frames, tables, onProgress, onDamage) : scanHere(kernel, tables, onProgress),
  );
}

export interface OrphanOptions {
  /** Of the dump, for workers to open. */
  readonly path?: string;
  readonly onProgress?: (done: number) => void;
  /** Effort (see Image) from which on workers are started. */
  readonly workersFrom?: number;
}
