import { setImmediate } from 'node:timers/promises';
import { BadDump, type Flaws } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { aliveParts } from './alive.ts';
import { markPerCpuFree } from './free-pages.ts';
import type { Objects } from './objects.ts';
import { blockScan, blocksLeft, blocksOf, type Edges, mostEdges } from './blocks.ts';
import { scanBeside, worthPages } from './scan-workers.ts';
import { mustFit, reachInPasses } from './passes.ts';
import { type Alive, type PointerTables, slabColumns } from './pointers.ts';
import { countLost, type Reach, slabRows } from './reach.ts';

/** The tables of the scan, over memory that workers can share. */
export function pointerTables(kernel: Kernel, objects: Objects, alive: Alive): PointerTables {
  const { slabs } = objects;
  const shared = <T>(make: (buffer: SharedArrayBuffer) => T, bytes: number): T => make(new SharedArrayBuffer(bytes));
  const rows = slabRows(
    objects,
    shared((b) => new Int32Array(b), slabs.count * slabColumns * 4),
  );
  const tables: PointerTables = {
    mapLow: Number(kernel.directMap & 0xffffffffn),
    mapHigh: Number(kernel.directMap >> 32n),
    frames: slabs.frames,
    slabOf: shared((b) => new Int32Array(b), slabs.frames * 4),
    alive,
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

/** Pointers to others that an object has, on average; 0.5 to 3 were seen. */
const usualPointers = 3;

interface ScanOptions {
  /** Of the dump, for other threads to open; undefined where this one does all. */
  readonly shared: string | undefined;
  readonly onProgress: (done: number) => void;
  /** What other threads met of damage in the dump. */
  readonly onDamage: (kind: string, pages: number) => void;
}

/** Scans all blocks, in this thread and, where the dump is shared, in others beside it. @throws BadDump */
export async function scanBlocks({ image }: Kernel, tables: PointerTables, options: ScanOptions): Promise<Edges> {
  const { shared, onProgress, onDamage } = options;
  const count = blocksOf(image.frames);
  const blocks: Uint32Array[] = Array.from({ length: count }, () => new Uint32Array(0));
  let done = 0;
  let edges = 0;
  const keep = (block: number, found: Uint32Array): void => {
    blocks[block] = found;
    edges += found.length;
    onProgress(++done / count);
  };
  const next = new Int32Array(new SharedArrayBuffer(4));
  const helpers = shared === undefined ? undefined : scanBeside(shared, image.frames, tables, next, keep, onDamage);
  try {
    const scan = blockScan(image, tables);
    for (const block of blocksLeft(next, image.frames)) {
      keep(block, scan(block));
      if (edges > mostEdges) throw new BadDump('orphans', `more than ${mostEdges} pointers between objects`);
      if (helpers !== undefined) await setImmediate(); // what the others found comes in
    }
    const failed = await helpers?.done;
    if (failed !== undefined) throw failed;
  } finally {
    await helpers?.stop();
  }
  if (done !== count) throw new BadDump('orphans', `${count} blocks of memory expected to be scanned, ${done} were`);
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
  return { reached, referenced, edges: sum, alive: tables.alive, perCache: countLost(objects, reached, referenced) };
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
 * The whole of it. Where unpacking takes long and `path` can be opened again, all processors share it; else this
 * thread does all.
 */
export async function findOrphans(kernel: Kernel, objects: Objects, found: Flaws, options: OrphanOptions = {}): Promise<Reach> {
  const { path, onProgress = () => {} } = options;
  const { image } = kernel;
  markPerCpuFree(kernel, objects.slabs, found);
  const alive = aliveParts(kernel, objects.slabs, found);
  const limit = options.memory ?? Number.POSITIVE_INFINITY;
  mustFit(limit, objects);
  if (edgesNeed(objects) > limit) return reachInPasses(kernel, objects, alive, onProgress);
  const tables = pointerTables(kernel, objects, alive);
  const shared = image.reopenable && image.effort >= (options.workersFrom ?? worthPages) ? path : undefined;
  const onDamage = (kind: string, pages: number): void => found.add(0n, `${pages} ${kind}`);
  return mark(objects, tables, await scanBlocks(kernel, tables, { shared, onProgress, onDamage }));
}

/** Bytes that keeping the pointers takes: tables by frame and object, and some pointers an object. */
function edgesNeed({ slabs }: Objects): number {
  return slabs.frames * 10 + slabs.total * (14 + usualPointers * 4);
}

export interface OrphanOptions {
  /** Bytes that tables may take; more are needed: pointers are not kept, which takes longer. */
  readonly memory?: number | undefined;
  /** Of the dump, for workers to open. */
  readonly path?: string;
  readonly onProgress?: (done: number) => void;
  /** Effort (see Image) from which on workers are started. */
  readonly workersFrom?: number;
}
