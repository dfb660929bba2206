import { bytes as bytesText } from '../../kernel/units.ts';
import { BadDump } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { pageSize } from '../memory/image.ts';
import { streamPages } from './blocks.ts';
import type { Objects } from './objects.ts';
import { type Alive, pointerScan, type PointerSink, scanned, slabColumns } from './pointers.ts';
import { countLost, type Reach, slabRows } from './reach.ts';

/**
 * Mark and sweep in little memory: no pointer is kept. Memory is passed over until few slabs hold objects that are
 * reached but not yet looked into; what is left is followed slab by slab. Slower than keeping the pointers, by a
 * pass or two and by unpacking pages more than once.
 */

/** Bytes it takes: a byte by object thrice, tables by frame and by slab. */
export function passesNeed(frames: number, objects: number, slabs: number): number {
  return frames * 5 + objects * 3 + slabs * (slabColumns * 4 + 40);
}

/** Passes over all memory before the rest is followed singly. */
const mostPasses = 6;
/** Share of the slabs below which following singly is faster than passing over everything. */
const fewSlabs = 0.05;
/** States of an object in `reached`. */
const done = 1;
const found = 2;
const looking = 3;

export function reachInPasses(kernel: Kernel, objects: Objects, alive: Alive, onProgress: (done: number) => void): Reach {
  const { image } = kernel;
  const { pages } = kernel.memory;
  const { slabs } = objects;
  const rows = slabRows(objects);
  const reached = new Uint8Array(slabs.total);
  const referenced = new Uint8Array(slabs.total);
  /** Slabs that hold objects which are found but not looked into, as a ring; each at most once. */
  const queue = new Uint32Array(slabs.count + 1);
  const queued = new Uint8Array(slabs.count);
  let head = 0;
  let tail = 0;

  function push(slab: number): void {
    if (queued[slab] === 1) return;
    queued[slab] = 1;
    queue[tail] = slab;
    tail = tail === queue.length - 1 ? 0 : tail + 1;
  }
  const waiting = (): number => (tail - head + queue.length) % queue.length;

  const tables = {
    mapLow: Number(kernel.directMap & 0xffffffffn),
    mapHigh: Number(kernel.directMap >> 32n),
    frames: slabs.frames,
    slabOf: slabs.slabOf,
    usedFor: slabs.usedFor,
    slabs: rows,
    allocated: objects.allocated,
    alive,
  };
  const sink: PointerSink = {
    takes: (object) => reached[object] === looking,
    hit(_self, object) {
      referenced[object] = 1;
      if (reached[object] !== 0) return;
      reached[object] = found;
      push(slabOfObject(object));
    },
  };
  const scan = pointerScan(tables, sink);

  function slabOfObject(object: number): number {
    let low = 0;
    let high = slabs.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (slabs.first[middle]! <= object) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  const buffer = Buffer.alloc(streamPages * pageSize);
  const words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.length / 4);
  function pass(look: typeof scan, wanted: (frame: number) => boolean, from: number, share: number): void {
    const visit = (held: Uint32Array, count: number): void => {
      for (let i = 0; i < count; i++) look(words, i * 1024, held[i]!);
      onProgress(from + (share * held[count - 1]!) / image.frames);
    };
    image.stream(0, image.frames, buffer, visit, wanted);
  }

  const kernelMemory = scanned(slabs);
  pass(scan, (frame) => kernelMemory(frame) && (frame >= slabs.frames || slabs.slabOf[frame] === 0), 0, 0.3);
  for (let i = 0; i < mostPasses && waiting() > fewSlabs * slabs.count; i++) {
    // All that wait now are looked into; what is found on the way waits for the next pass.
    const now = new Uint8Array(slabs.count);
    while (head !== tail) {
      const slab = queue[head]!;
      head = head === queue.length - 1 ? 0 : head + 1;
      now[slab] = 1;
      queued[slab] = 0;
      change(slab, found, looking);
    }
    pass(scan, (frame) => frame < slabs.frames && slabs.slabOf[frame] !== 0 && now[slabs.slabOf[frame]! - 1] === 1, 0.3 + i * 0.08, 0.08);
    for (let slab = 0; slab < slabs.count; slab++) if (now[slab] === 1) change(slab, looking, done);
  }
  while (head !== tail) {
    const slab = queue[head]!;
    head = head === queue.length - 1 ? 0 : head + 1;
    queued[slab] = 0;
    change(slab, found, looking);
    for (let frame = slabs.frame[slab]!, end = frame + slabs.pages[slab]!; frame < end; frame++) {
      const slot = pages.slot(frame);
      if (slot >= 0) scan(pages.words, slot * 1024, frame);
    }
    change(slab, looking, done);
  }

  /** An object that crosses pages is looked into on each of them: it is done when its slab is. */
  function change(slab: number, from: number, to: number): void {
    for (let object = slabs.first[slab]!, end = object + slabs.objects[slab]!; object < end; object++)
      if (reached[object] === from) reached[object] = to;
  }

  // What lost objects point to is referenced, though not reached.
  const lost = pointerScan(tables, {
    takes: (object) => reached[object] === 0,
    hit: (_self, object) => {
      referenced[object] = 1;
    },
  });
  pass(lost, (frame) => frame < slabs.frames && slabs.slabOf[frame] !== 0, 0.8, 0.2);
  return { reached, referenced, edges: 0, alive, perCache: countLost(objects, reached, referenced) };
}

/** @throws BadDump where not even that fits into `limit` bytes */
export function mustFit(limit: number, objects: Objects): void {
  const { frames, total, count } = objects.slabs;
  const needed = passesNeed(frames, total, count);
  if (needed > limit)
    throw new BadDump(
      '--memory',
      `${bytesText(needed)} needed for tables of ${frames} pages and ${total} objects, ${bytesText(limit)} allowed`,
    );
}
