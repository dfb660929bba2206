/**
 * The inner loop of mark and sweep: every word of kernel memory, compared with the direct map. It runs over
 * plain tables of numbers, so that a worker can run it over the same tables shared.
 */
import { pageSize } from '../memory/image.ts';
import { use } from './slabs.ts';

/** Numbers a slab has in `slabs`: frame, bytes an object takes, objects, number of the first, left pad, bytes that belong to an object. */
export const slabColumns = 6;

/** Bytes of a page. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/** By frame, the part of a page whose pointers hold what they point to. Of pages that are not here all does. */
export type Alive = ReadonlyMap<number, Part>;

export const whole: Part = { from: 0, to: pageSize };

export interface PointerTables {
  /** Low and high words of the direct map's start. */
  readonly mapLow: number;
  readonly mapHigh: number;
  readonly frames: number;
  readonly slabOf: Int32Array;
  readonly usedFor: Uint8Array;
  readonly slabs: Int32Array;
  readonly allocated: Uint8Array;
  readonly alive: Alive;
  /** Set to 1 for each object that memory outside of slabs points to. */
  readonly root: Uint8Array;
  /** Edges that leave each object. */
  readonly degree: Uint32Array;
}

/** What is done about the pointers that are found. */
export interface PointerSink {
  /** Is this object to be looked into? Asked of allocated ones. */
  readonly takes: (object: number) => boolean;
  /** A pointer to an allocated object, from another one or (self < 0) from memory outside of slabs. */
  readonly hit: (self: number, object: number) => void;
}

/** Looks at one page; `at` is its first word. */
export type PointerScan = (words: Uint32Array, at: number, frame: number) => void;

/** Free and user pages hold no pointers of the kernel's. */
export function scanned({ frames, usedFor }: Pick<PointerTables, 'frames' | 'usedFor'>): (frame: number) => boolean {
  return (frame) => frame >= frames || (usedFor[frame] !== use.free && usedFor[frame] !== use.user);
}

/** Keeps each pointer between objects, and which objects are roots. Pages are to be given in order of frame. */
export function edgeCollector({ root, degree }: Pick<PointerTables, 'root' | 'degree'>): PointerSink & {
  /** Objects that objects point to, in the order of those that point; and starts over. */
  take(): Uint32Array<ArrayBuffer>;
} {
  let edges = new Uint32Array(1 << 16);
  let count = 0;
  return {
    takes: () => true,
    hit(self, object) {
      if (self < 0) root[object] = 1;
      else if (root[object] === 0) {
        // What is a root already needs no edge to be reached.
        if (count === edges.length) {
          const grown = new Uint32Array(count * 2);
          grown.set(edges);
          edges = grown;
        }
        edges[count++] = object;
        degree[self]!++;
      }
    },
    take() {
      const taken = edges.slice(0, count);
      count = 0;
      return taken;
    },
  };
}

/** An interior pointer counts as well as one to the start: lists link members, not objects. */
export function pointerScan(tables: Omit<PointerTables, 'root' | 'degree'>, { takes, hit }: PointerSink): PointerScan {
  const { mapLow, mapHigh, frames, slabOf, usedFor, slabs, allocated, alive } = tables;
  const limit = frames * 4096;
  const highest = Math.floor((mapLow + limit) / 4294967296);

  function span(words: Uint32Array, from: number, to: number, self: number): void {
    let last = -1;
    for (let x = from + 1; x < to; x += 2) {
      const high = (words[x]! - mapHigh) >>> 0;
      if (high > highest) continue;
      const physical = high * 4294967296 + words[x - 1]! - mapLow;
      if (physical < 0 || physical >= limit) continue;
      const frame = (physical / 4096) | 0;
      const slab = slabOf[frame]!;
      if (slab === 0) continue;
      const row = (slab - 1) * slabColumns;
      const offset = physical - slabs[row]! * 4096 - slabs[row + 4]!;
      if (offset < 0) continue;
      const place = (offset / slabs[row + 1]!) | 0;
      if (place >= slabs[row + 2]!) continue;
      const object = place + slabs[row + 3]!;
      if (object === self || object === last || allocated[object] === 0) continue;
      last = object;
      hit(self, object);
    }
  }

  return (words, at, frame) => {
    const kind = frame < frames ? usedFor[frame]! : use.unknown;
    if (kind === use.free || kind === use.user) return;
    if (kind !== use.slab) {
      const { from, to } = alive.get(frame) ?? whole;
      return span(words, at + (from >> 2), at + (to >> 2), -1);
    }
    const row = (slabOf[frame]! - 1) * slabColumns;
    const size = slabs[row + 1]!;
    const inner = slabs[row + 5]!;
    const shift = (frame - slabs[row]!) * 4096 - slabs[row + 4]!; // of this page from the first object
    let place = shift > 0 ? (shift / size) | 0 : 0;
    for (const objects = slabs[row + 2]!; place < objects; place++) {
      const start = place * size - shift;
      if (start >= 4096) break;
      const object = slabs[row + 3]! + place;
      if (allocated[object] === 0 || !takes(object)) continue;
      const from = Math.max(0, start);
      const to = Math.min(4096, start + inner) & ~7;
      if (from < to) span(words, at + (from >> 2), at + (to >> 2), object);
    }
  };
}
