import { type Image, pageSize } from '../memory/image.ts';
import { edgeCollector, pointerScan, type PointerTables, scanned } from './pointers.ts';

/** Frames of one block: its edges are one array. A slab never crosses blocks: it starts at a multiple of its size. */
export const blockFrames = 8192;
/** Pages that are read and scanned at a time. */
export const streamPages = 256;
/** More pointers between objects than this do not fit the tables; 1 GiB of them. */
export const mostEdges = 2 ** 28;

/** By block, the objects that the block's objects point to. */
export interface Edges {
  readonly blocks: readonly Uint32Array[];
}

export function blocksOf(frames: number): number {
  return Math.ceil(frames / blockFrames);
}

/** Blocks that no thread has taken yet, each when it is taken. `next` is shared by all of them. */
export function* blocksLeft(next: Int32Array, frames: number): Generator<number> {
  const count = blocksOf(frames);
  for (let block = Atomics.add(next, 0, 1); block < count; block = Atomics.add(next, 0, 1)) yield block;
}

/** Scans a block and gives its edges; each thread has one of these. */
export function blockScan(image: Image, tables: PointerTables): (block: number) => Uint32Array<ArrayBuffer> {
  const edgesOf = edgeCollector(tables);
  const scan = pointerScan(tables, edgesOf);
  const buffer = Buffer.alloc(streamPages * pageSize);
  const words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.length / 4);
  const wanted = scanned(tables);
  const look = (frames: Uint32Array, pages: number): void => {
    for (let i = 0; i < pages; i++) scan(words, i * 1024, frames[i]!);
  };
  return (block) => {
    image.stream(block * blockFrames, Math.min(image.frames, (block + 1) * blockFrames), buffer, look, wanted);
    return edgesOf.take();
  };
}
