/**
 * kdump-compressed, the format of makedumpfile and of QEMU's dump-guest-memory -z -l -s (IMPLEMENTATION of
 * makedumpfile, diskdump_mod.h): header block, sub-header, two bitmaps (pages of memory, pages in the dump),
 * one descriptor a dumped page, the pages. Descriptors are read in blocks, never all: a dump of 64 GiB has
 * 400 MB of them.
 */
import type { Bytes } from '../../host/bytes.ts';
import { BadDump } from '../damage.ts';
import { damageLog, type Image, isZero, pageSize, piece, vmcoreinfoOf } from './image.ts';
import { unpackers } from './unpack.ts';

export const kdumpMagic = 'KDUMP   ';
const COMPRESSED_ZLIB = 1;
const COMPRESSED_LZO = 2;
const COMPRESSED_SNAPPY = 4;
const INCOMPLETE = 8;
const COMPRESSED_ZSTD = 0x20;
const anyCompression = COMPRESSED_ZLIB | COMPRESSED_LZO | COMPRESSED_SNAPPY | COMPRESSED_ZSTD;
const descriptorBytes = 24;
const blockDescriptors = 512;
const keptBlocks = 256;
const streamWindow = 1 << 18;
const randomWindow = 1 << 14;
const mostNoteBytes = 1 << 24;
/** Bytes a page of a kernel's takes when packed, on the average; those of zeros take none. */
const packedPage = 1300;
/** 16 TiB: what the 32-bit frame numbers of the tables can say. */
const mostFrames = 2 ** 32 - 1;

const ones = Uint8Array.from({ length: 256 }, (_, value) => {
  let count = 0;
  for (let v = value; v > 0; v >>= 1) count += v & 1;
  return count;
});

interface Layout {
  readonly status: number;
  readonly frames: number;
  readonly level: number;
  readonly note: string;
  readonly bitmap: Buffer;
  /** of the first descriptor in the file */
  readonly descriptors: number;
}

/** @throws BadDump where the headers can't be those of an x86-64 dump, or say more than the file holds */
function readLayout(file: Bytes): Layout {
  function get(offset: number, length: number, what: string): Buffer {
    if (offset + length > file.size)
      throw new BadDump(`${file.origin}+${offset}`, `${what} of ${length} bytes expected, the file has ${file.size}`);
    const bytes = Buffer.alloc(length);
    if (file.read(offset, length, bytes) < length) throw new BadDump(`${file.origin}+${offset}`, `${what} can't be read`);
    return bytes;
  }
  const header = piece(get(0, pageSize, 'a header'), file.origin);
  if (header.bytes.toString('latin1', 0, 8) !== kdumpMagic) throw new BadDump(file.origin, 'the signature "KDUMP" expected');
  const version = header.i32(8);
  const block = header.i32(428);
  if (block !== pageSize) throw new BadDump(file.origin, `blocks of ${pageSize} bytes expected, found ${block}`);
  const subBlocks = header.i32(432);
  const bitmapBlocks = header.u32(436);
  if (subBlocks < 1 || subBlocks > 4096) throw new BadDump(file.origin, `1 to 4096 sub-header blocks expected, found ${subBlocks}`);
  const sub = piece(get(block, pageSize, 'a sub-header'), file.origin);
  if (sub.i32(12) !== 0)
    throw new BadDump(file.origin, 'one whole dump expected, this is one part of a split one (join them with makedumpfile --reassemble)');
  const frames = (version >= 6 ? sub.size(96) : 0) || header.u32(440);
  if (frames > mostFrames) throw new BadDump(file.origin, `at most ${mostFrames} page frames expected, found ${frames}`);
  // Two bitmaps, one after the other; the second tells which pages are in the dump.
  const half = Math.floor(bitmapBlocks / 2) * block;
  const needed = Math.ceil(frames / 8);
  if (half < needed) throw new BadDump(file.origin, `bitmaps of ${needed} bytes expected for ${frames} frames, found ${half}`);
  const bitmaps = (1 + subBlocks) * block;
  return {
    status: header.u32(424),
    frames,
    level: version >= 1 ? sub.i32(8) : 0,
    note: readNote(),
    bitmap: get(bitmaps + half, needed, 'a bitmap'),
    descriptors: bitmaps + bitmapBlocks * block,
  };

  function readNote(): string {
    const text = version >= 3 ? sub.size(40) : 0;
    const notes = version >= 4 ? sub.size(56) : 0;
    if (text > mostNoteBytes || notes > mostNoteBytes)
      throw new BadDump(file.origin, `notes of at most ${mostNoteBytes} bytes expected, found ${Math.max(text, notes)}`);
    if (text > 0)
      return get(sub.size(32), text, 'VMCOREINFO')
        .toString('latin1')
        .replace(/\0[^]*$/, '');
    return notes > 0 ? vmcoreinfoOf(get(sub.size(48), notes, 'notes')) : '';
  }
}

/** How many pages are in the dump below a frame, in constant time: one count per 64 bytes of the bitmap. */
function ranking(bitmap: Buffer): {
  readonly total: number;
  readonly has: (frame: number) => boolean;
  readonly rank: (frame: number) => number;
} {
  const before = new Uint32Array((bitmap.length >> 6) + 2);
  let total = 0;
  for (let i = 0; i < bitmap.length; i++) {
    if ((i & 63) === 0) before[i >> 6] = total;
    total += ones[bitmap[i]!]!;
  }
  return {
    total,
    has: (frame) => ((bitmap[frame >>> 3]! >> (frame & 7)) & 1) === 1,
    rank(frame) {
      const byte = frame >>> 3;
      let n = before[byte >> 6]!;
      for (let i = byte & ~63; i < byte; i++) n += ones[bitmap[i]!]!;
      return n + ones[bitmap[byte]! & ((1 << (frame & 7)) - 1)]!;
    },
  };
}

/** Ranges of frames that hold pages; gaps of less than 32 MiB are not worth a range of their own. */
function heldRanges(bitmap: Buffer, frames: number): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  const step = 1024; // bytes of bitmap: 8192 frames
  for (let from = 0; from < bitmap.length; from += step) {
    const some = bitmap.subarray(from, from + step).some((byte) => byte !== 0);
    if (!some) continue;
    const end = Math.min(frames, (from + step) * 8);
    const last = ranges.at(-1);
    if (last?.[1] === from * 8) last[1] = end;
    else ranges.push([from * 8, end]);
  }
  return ranges;
}

/** @throws BadDump where the headers are not those of a dump; damaged pages count as left out and in `damage` */
export function openKdump(file: Bytes): Image {
  const { status, frames, level, note, bitmap, descriptors } = readLayout(file);
  if (frames % 8 !== 0) bitmap[bitmap.length - 1]! &= (1 << (frames % 8)) - 1;
  const { total, has, rank } = ranking(bitmap);
  const data = descriptors + total * descriptorBytes;
  const log = damageLog();
  if ((status & INCOMPLETE) !== 0) log.note('the dump says that it is incomplete');
  if (data > file.size) log.note('descriptors cut by the end of the file');
  const unpack = unpackers();

  // Blocks of descriptors, kept by block number modulo `keptBlocks`.
  const blocks: (Uint32Array | undefined)[] = Array.from({ length: keptBlocks });
  const blockOf = new Int32Array(keptBlocks).fill(-1);
  function descriptor(index: number): { readonly words: Uint32Array; readonly at: number } {
    const block = Math.floor(index / blockDescriptors);
    const slot = block % keptBlocks;
    let words = blocks[slot];
    if (words === undefined || blockOf[slot] !== block) {
      words ??= blocks[slot] = new Uint32Array((blockDescriptors * descriptorBytes) / 4);
      const bytes = new Uint8Array(words.buffer);
      const got = file.read(descriptors + block * blockDescriptors * descriptorBytes, bytes.length, bytes);
      bytes.fill(0, got);
      blockOf[slot] = block;
    }
    return { words, at: (index % blockDescriptors) * 6 };
  }

  // Pages of zeros share one page of data: both makedumpfile and QEMU write it first.
  let zeroAt = -1;
  const scratch = new Uint8Array(pageSize);
  const window = Buffer.alloc(streamWindow);
  let windowFrom = 0;
  let windowTo = 0;

  /** Where in the window a piece of the file stands; −1 where the file ends before. */
  function packed(offset: number, length: number, ahead: number): number {
    if (offset < windowFrom || offset + length > windowTo) {
      windowFrom = offset;
      windowTo = offset + file.read(offset, Math.max(length, ahead), window);
      if (offset + length > windowTo) return -1;
    }
    return offset - windowFrom;
  }

  function page(index: number, into: Uint8Array, at: number, ahead: number): 'page' | 'zero' | 'damaged' {
    const { words, at: d } = descriptor(index);
    const offset = words[d]! + words[d + 1]! * 4294967296;
    const length = words[d + 2]!;
    const flags = words[d + 3]! & anyCompression;
    if (offset === zeroAt) return 'zero';
    if (offset < data || length === 0 || length > 2 * pageSize) return bad('descriptors that point nowhere');
    const start = packed(offset, length, ahead);
    if (start < 0) return bad('pages past the end of the file');
    let good: boolean;
    if ((flags & COMPRESSED_ZLIB) !== 0) good = unpack.zlib(window, start, length, into, at);
    else if ((flags & COMPRESSED_ZSTD) !== 0) good = unpack.zstd(window, start, length, into, at);
    else if ((flags & COMPRESSED_SNAPPY) !== 0) good = unpack.snappy(window, start, length, into, at);
    else if ((flags & COMPRESSED_LZO) !== 0) good = unpack.lzo(window, start, length, into, at);
    else {
      good = length === pageSize;
      if (good) into.set(window.subarray(start, start + length), at);
    }
    return good ? 'page' : bad('pages that do not unpack');
  }
  function bad(kind: string): 'damaged' {
    log.note(kind);
    return 'damaged';
  }

  function startsWithZeroPage(): boolean {
    for (let index = 0; index < Math.min(total, 16 * blockDescriptors); index++) {
      const { words, at } = descriptor(index);
      if (words[at]! + words[at + 1]! * 4294967296 === data)
        return page(index, scratch, 0, 0) === 'page' && isZero(new Uint32Array(scratch.buffer), 0);
    }
    return false;
  }
  if (startsWithZeroPage()) zeroAt = data;

  const methods = [
    [COMPRESSED_ZLIB, 'zlib'],
    [COMPRESSED_LZO, 'lzo'],
    [COMPRESSED_SNAPPY, 'snappy'],
    [COMPRESSED_ZSTD, 'zstd'],
  ] as const;
  return {
    format: `kdump-compressed (${methods.find(([bit]) => (status & bit) !== 0)?.[1] ?? 'not compressed'})`,
    frames,
    pages: total,
    effort: Math.min(total, (file.size - data) / packedPage),
    note,
    level,
    reopenable: true,
    live: false,
    damage: log.counts,
    ranges: heldRanges(bitmap, frames),
    read(frame, into, at) {
      if (frame < 0 || frame >= frames || !has(frame)) return false;
      const state = page(rank(frame), into, at, randomWindow);
      if (state === 'zero') into.fill(0, at, at + pageSize);
      return state !== 'damaged';
    },
    stream(from, to, buffer, visit, wanted) {
      const batch = Math.floor(buffer.length / pageSize);
      const list = new Uint32Array(batch);
      const end = Math.min(to, frames);
      let count = 0;
      let index = from < end ? rank(from) : 0;
      for (let frame = from; frame < end; frame++) {
        if (bitmap[frame >>> 3] === 0) {
          frame |= 7; // none of eight: a hole
          continue;
        }
        if (!has(frame)) continue;
        const own = index++;
        if (wanted !== undefined && !wanted(frame)) continue;
        if (page(own, buffer, count * pageSize, streamWindow) !== 'page') continue;
        list[count++] = frame;
        if (count === batch) {
          visit(list, count);
          count = 0;
        }
      }
      if (count > 0) visit(list, count);
    },
    close: () => file.close(),
  };
}
