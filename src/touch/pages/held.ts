import { BadDump } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { pageSize } from '../memory/image.ts';
import { streamPages } from '../slab/blocks.ts';
import { placeReader } from '../slab/holders.ts';
import type { Objects } from '../slab/objects.ts';
import { type Alive, scanned, whole } from '../slab/pointers.ts';
import { type Frames, kindOf } from './kinds.ts';

/** Who points to blocks of pages that nothing else explains. */
export interface Held {
  readonly place: string;
  readonly pages: number;
  readonly blocks: number;
}

const mostPlaces = 4096;
/** Half of it pointers; 256 MiB. To leave one out would invent a loss. */
const mostBetween = 2 ** 25;

/**
 * Mark and sweep over the blocks of pages that no flag, type or table explains: one pass over memory looks for
 * pointers to the page itself (direct map) and to its struct page (memory map). What other kernel memory leads to
 * is `held`; the rest stays `unowned`: its address is nowhere any more.
 * @returns places that hold blocks, most pages first; `frames.kind` is changed
 */
export function markHeld(
  kernel: Kernel,
  objects: Objects,
  frames: Frames,
  alive: Alive,
  onProgress: (done: number) => void,
): readonly Held[] {
  const { image, memory, vmemmap } = kernel;
  const { kind, block } = frames;
  const structBytes = kernel.structPage;
  const limit = kind.length * pageSize;
  const mapLimit = kind.length * structBytes;
  const low = (address: bigint): number => Number(address & 0xffffffffn);
  const high = (address: bigint): number => Number(address >> 32n);
  const [directLow, directHigh, mapLow, mapHigh] = [low(kernel.directMap), high(kernel.directMap), low(vmemmap), high(vmemmap)];
  const placeOf = placeReader(kernel, objects);
  const memoryMap = memoryMapFrames();
  const heldBy = new Map<number, string>();
  /** Pairs of block that points and block pointed to, both without an owner so far. */
  const between: number[] = [];

  /** Frames that hold the memory map, each with the frame its first struct page describes. */
  function memoryMapFrames(): ReadonlyMap<number, number> {
    const found = new Map<number, number>();
    for (let at = 0; at < mapLimit; at += pageSize) {
      const physical = memory.physical(vmemmap + BigInt(at));
      if (physical >= 0) found.set(Math.floor(physical / pageSize), at);
    }
    return found;
  }

  function point(target: number, at: number, source: number): void {
    const own = block[target]!;
    if (heldBy.has(own)) return;
    if (kind[source] === kindOf.unowned) {
      const from = block[source]!;
      if (from === own || (between.at(-1) === own && between.at(-2) === from)) return;
      if (between.length >= mostBetween) throw new BadDump('pages', `more than ${mostBetween / 2} pointers between pages of no known kind`);
      between.push(from, own);
      return;
    }
    const place = placeOf(at, -1);
    if (place !== undefined) heldBy.set(own, heldBy.size < mostPlaces * 64 ? place : '');
  }

  const buffer = Buffer.alloc(streamPages * pageSize);
  const words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.length / 4);
  function look(held: Uint32Array, pages: number): void {
    for (let i = 0; i < pages; i++) {
      const source = held[i]!;
      const map = memoryMap.get(source);
      const { from, to } = alive.get(source) ?? whole;
      for (let x = i * 1024 + (from >> 2) + 1; x < i * 1024 + (to >> 2); x += 2) {
        const top = words[x]!;
        if (top < 0x80000000) continue;
        const bottom = words[x - 1]!;
        const physical = (top - directHigh) * 4294967296 + bottom - directLow;
        let target = -1;
        if (physical >= 0 && physical < limit) target = Math.floor(physical / pageSize);
        else {
          const offset = (top - mapHigh) * 4294967296 + bottom - mapLow;
          if (!(offset >= 0 && offset < mapLimit)) continue;
          target = Math.floor(offset / structBytes);
          // In the memory map itself: a tail names its head by an odd pointer, an empty list points to itself.
          if (map !== undefined && ((bottom & 1) === 1 || Math.floor((map + ((x - 1) & 1023) * 4) / structBytes) === target)) continue;
        }
        if (kind[target] === kindOf.unowned) point(target, source * pageSize + ((x - 1) & 1023) * 4, source);
      }
    }
    onProgress(Math.min(1, (held[pages - 1]! + 1) / image.frames));
  }
  image.stream(0, image.frames, buffer, look, scanned(objects.slabs));

  spread(heldBy, between);
  holdPieces(frames, heldBy);
  const places = new Map<string, { pages: number; blocks: number }>();
  for (let frame = 0; frame < kind.length; frame++) {
    const place = kind[frame] === kindOf.unowned ? heldBy.get(block[frame]!) : undefined;
    if (place === undefined) continue;
    kind[frame] = kindOf.held;
    const key = places.size < mostPlaces ? place : '';
    const own = places.get(key) ?? { pages: 0, blocks: 0 };
    own.pages++;
    if (block[frame] === frame) own.blocks++;
    places.set(key, own);
  }
  return [...places].map(([place, own]) => ({ place, ...own })).toSorted((a, b) => b.pages - a.pages);
}

/**
 * alloc_pages_exact() splits a block into single pages, and its user keeps the first one's address: single pages
 * that follow a held one up to the end of a block that could have been allocated there are its pieces.
 */
function holdPieces({ kind, block }: Frames, heldBy: Map<number, string>): void {
  const lost = (frame: number): boolean => kind[frame] === kindOf.unowned && block[frame] === frame && !heldBy.has(frame);
  const before = [...heldBy]; // what is added is no first page
  for (const [first, place] of before) {
    let end = first + 1;
    while (end < kind.length && lost(end)) end++;
    const size = 2 ** Math.ceil(Math.log2(end - first));
    if (size > 1024 || first % size !== 0) continue;
    for (let frame = first + 1; frame < end; frame++) heldBy.set(frame, place);
  }
}

/** What a held block points to is held too. */
function spread(heldBy: Map<number, string>, between: readonly number[]): void {
  const from = new Map<number, number[]>();
  for (let i = 0; i < between.length; i += 2) {
    const own = from.get(between[i]!);
    if (own === undefined) from.set(between[i]!, [between[i + 1]!]);
    else own.push(between[i + 1]!);
  }
  const queue = [...heldBy.keys()];
  while (queue.length > 0)
    for (const next of from.get(queue.pop()!) ?? []) {
      if (heldBy.has(next)) continue;
      heldBy.set(next, 'another such page');
      queue.push(next);
    }
}
