import { BadDump } from '../damage.ts';

export const pageSize = 4096;

/**
 * Physical memory as a dump holds it, by page frame number. A page may be held or left out (filtered by
 * makedumpfile, a hole, past a truncation); left out means unknown, never zero.
 */
export interface Image {
  /** For people: "ELF core", "kdump-compressed (zlib)". */
  readonly format: string;
  /** Frames are numbered below this. */
  readonly frames: number;
  /** Pages that are held. */
  readonly pages: number;
  /** How long a pass over all of it takes, in pages to unpack; a page that is only read or all zeros counts for little. */
  readonly effort: number;
  /** VMCOREINFO of the dump's notes; empty where it has none. */
  readonly note: string;
  /** makedumpfile's dump level; 0 where everything was kept. */
  readonly level: number;
  /** Can the file be opened once more by its path? Not what was unpacked into a file without a name. */
  readonly reopenable: boolean;
  /** Live memory changes under the reader: nothing may be remembered. */
  readonly live: boolean;
  /** Damage met so far, counted by kind: pages that could not be unpacked, truncated segments. */
  readonly damage: ReadonlyMap<string, number>;
  /** Fills 4096 bytes at `at`; false where the page is left out. */
  read(frame: number, into: Uint8Array, at: number): boolean;
  /**
   * The held pages of [from, to) in order, in batches as large as `buffer`; pages of zeros are passed over.
   * `visit` gets their frame numbers and how many there are; page i starts at byte i × 4096 of the buffer.
   * @param wanted frames it does not want are not even unpacked
   */
  stream(
    from: number,
    to: number,
    buffer: Buffer,
    visit: (frames: Uint32Array, count: number) => void,
    wanted?: (frame: number) => boolean,
  ): void;
  /** [from, to) ranges that hold pages, in order: tables are sized and scanned by them. */
  readonly ranges: readonly (readonly [number, number])[];
  close(): void;
}

/** Little-endian reader over a bounded piece of a file. */
export interface Piece {
  readonly bytes: Buffer;
  u16(at: number): number;
  u32(at: number): number;
  i32(at: number): number;
  /** @throws BadDump where the value is 2^53 or more */
  size(at: number): number;
}

export function piece(bytes: Buffer, where: string): Piece {
  return {
    bytes,
    u16: (at) => bytes.readUInt16LE(at),
    u32: (at) => bytes.readUInt32LE(at),
    i32: (at) => bytes.readInt32LE(at),
    size(at) {
      const high = bytes.readUInt32LE(at + 4);
      if (high >= 0x20_0000)
        throw new BadDump(`${where}+${at}`, `a size or offset below 2^53 expected, found 0x${bytes.readBigUInt64LE(at).toString(16)}`);
      return high * 4294967296 + bytes.readUInt32LE(at);
    },
  };
}

/** Is the page of `words` (1024 from `at`) all zeros? */
export function isZero(words: Uint32Array, at: number): boolean {
  for (let i = at, end = at + 1024; i < end; i++) if (words[i] !== 0) return false;
  return true;
}

/** Counts damage by kind. */
export function damageLog(): { readonly counts: Map<string, number>; note(kind: string): void } {
  const counts = new Map<string, number>();
  return { counts, note: (kind) => void counts.set(kind, (counts.get(kind) ?? 0) + 1) };
}

/** ELF notes → the text of VMCOREINFO, empty where there is none. */
export function vmcoreinfoOf(notes: Buffer): string {
  for (let at = 0; at + 12 <= notes.length; ) {
    const nameBytes = notes.readUInt32LE(at);
    const textBytes = notes.readUInt32LE(at + 4);
    const text = at + 12 + ((nameBytes + 3) & ~3);
    if (nameBytes > 256 || text + textBytes > notes.length) return '';
    if (notes.toString('latin1', at + 12, at + 12 + Math.max(0, nameBytes - 1)) === 'VMCOREINFO') {
      const end = notes.indexOf(0, text);
      return notes.toString('latin1', text, end >= 0 && end < text + textBytes ? end : text + textBytes);
    }
    at = text + ((textBytes + 3) & ~3);
  }
  return '';
}
