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
