import type { Image } from './image.ts';
import { pageSize } from './image.ts';

/**
 * Recently read pages of an image, two to a set. `slot` gives where a page stands, in pages from the start of
 * `bytes` and `words`; it stays there until another `slot` call, no longer.
 */
export interface Pages {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
  /** −1 where the page is left out of the dump. */
  slot(frame: number): number;
  /** Forgets what it has: live memory may have changed. */
  forget(): void;
}

const empty = 0xffffffff;

/** @param count pages kept, a power of two; 2,048 (8 MiB) serve every walk */
export function pageCache(image: Image, count = 2048): Pages {
  const sets = count >> 1;
  const buffer = new ArrayBuffer(count * pageSize);
  const bytes = Buffer.from(buffer);
  const words = new Uint32Array(buffer);
  const frames = new Uint32Array(count).fill(empty);
  const older = new Uint8Array(sets);

  return {
    bytes,
    words,
    slot(frame) {
      const set = (frame ^ (frame >>> 11)) & (sets - 1);
      const first = set * 2;
      if (frames[first] === frame) {
        older[set] = 1;
        return first;
      }
      if (frames[first + 1] === frame) {
        older[set] = 0;
        return first + 1;
      }
      if (!(frame >= 0 && frame < image.frames)) return -1;
      const slot = first + older[set]!;
      frames[slot] = empty; // a read that fails leaves nothing whole behind
      if (!image.read(frame, bytes, slot * pageSize)) return -1;
      frames[slot] = frame;
      older[set] = slot === first ? 1 : 0;
      return slot;
    },
    forget: () => void frames.fill(empty),
  };
}
