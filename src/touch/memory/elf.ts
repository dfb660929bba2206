/**
 * ELF core: what /proc/vmcore, makedumpfile -E, virsh dump, QEMU's dump-guest-memory (with and without
 * paging) and /proc/kcore give. One PT_LOAD a range of physical memory, by p_paddr. With paging, QEMU writes
 * one per virtual range, so that many cover the same physical pages: each page is taken once.
 */
import type { Bytes } from '../../host/bytes.ts';
import { BadDump } from '../damage.ts';
import { damageLog, type Image, isZero, pageSize, type Piece, piece, vmcoreinfoOf } from './image.ts';

const PT_LOAD = 1;
const PT_NOTE = 4;
const EM_X86_64 = 62;
const mostSegments = 1 << 20;
const mostNoteBytes = 1 << 24;
/** On x86-64 kernel text and modules live from here on: segments of /proc/kcore that repeat what the direct map has. */
const kernelImage = 0xffffffff80000000n;

interface Segment {
  readonly frame: number;
  readonly end: number;
  /** of the first frame in the file */
  readonly offset: number;
}

function readPiece(file: Bytes, offset: number, length: number, what: string): Piece {
  const bytes = Buffer.alloc(length);
  const got = file.read(offset, length, bytes);
  if (got < length) throw new BadDump(`${file.origin}+${offset}`, `${what} of ${length} bytes expected, the file ends after ${got}`);
  return piece(bytes, file.origin);
}

/** @throws BadDump where header or program headers are not those of an x86-64 core */
export function openElf(file: Bytes, live = false): Image {
  const header = readPiece(file, 0, 64, 'an ELF header');
  if (header.bytes[4] !== 2 || header.bytes[5] !== 1) throw new BadDump(file.origin, 'a 64-bit little-endian ELF file expected');
  if (header.u16(18) !== EM_X86_64) throw new BadDump(file.origin, `x86-64 (machine 62) expected, found machine ${header.u16(18)}`);
  if (header.u16(16) !== 4) throw new BadDump(file.origin, `a core file (type 4) expected, found type ${header.u16(16)}`);
  if (header.u16(54) !== 56) throw new BadDump(file.origin, `program headers of 56 bytes expected, found ${header.u16(54)}`);
  const table = header.size(32);
  // PN_XNUM: more than 65,534 headers, the count stands in the first section header.
  const count = header.u16(56) === 0xffff ? readPiece(file, header.size(40), 64, 'a section header').u32(44) : header.u16(56);
  if (count > mostSegments) throw new BadDump(file.origin, `at most ${mostSegments} program headers expected, found ${count}`);
  const headers = readPiece(file, table, count * 56, 'program headers');
  const log = damageLog();
  let note = '';
  const loads: Segment[] = [];
  for (let at = 0; at < count * 56; at += 56) {
    const type = headers.u32(at);
    if (type === PT_NOTE && note === '') {
      const length = headers.size(at + 32);
      if (length > mostNoteBytes) throw new BadDump(file.origin, `notes of at most ${mostNoteBytes} bytes expected, found ${length}`);
      note = vmcoreinfoOf(readPiece(file, headers.size(at + 8), length, 'notes').bytes);
    }
    if (type !== PT_LOAD || headers.bytes.readBigUInt64LE(at + 24) >> 52n !== 0n) continue; // kcore: p_paddr is −1 where there is none
    if (live && headers.bytes.readBigUInt64LE(at + 16) >= kernelImage) continue;
    const physical = headers.size(at + 24);
    const offset = headers.size(at + 8);
    let length = headers.size(at + 32);
    if (!live && offset + length > file.size) {
      log.note('segments cut by the end of the file');
      length = Math.max(0, file.size - offset);
    }
    // Only whole pages are held: what a page has outside the segment is unknown.
    const frame = Math.ceil(physical / pageSize);
    const end = Math.floor((physical + length) / pageSize);
    if (frame < end) loads.push({ frame, end, offset: offset + frame * pageSize - physical });
  }
  const segments = disjoint(loads);
  return elfImage(file, segments, note, live, log);
}

/** Sorted, each frame once, neighbours that continue in the file joined. */
function disjoint(loads: readonly Segment[]): readonly Segment[] {
  const sorted = loads.toSorted((a, b) => a.frame - b.frame || b.end - a.end);
  const result: Segment[] = [];
  for (const load of sorted) {
    const last = result.at(-1);
    const frame = Math.max(load.frame, last?.end ?? 0);
    if (frame >= load.end) continue;
    const offset = load.offset + (frame - load.frame) * pageSize;
    if (last !== undefined && frame === last.end && offset === last.offset + (last.end - last.frame) * pageSize)
      result[result.length - 1] = { ...last, end: load.end };
    else result.push({ frame, end: load.end, offset });
  }
  return result;
}

function elfImage(file: Bytes, segments: readonly Segment[], note: string, live: boolean, log: ReturnType<typeof damageLog>): Image {
  let last = segments[0];

  function find(frame: number): Segment | undefined {
    if (last !== undefined && frame >= last.frame && frame < last.end) return last;
    let low = 0;
    let high = segments.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const segment = segments[middle]!;
      if (frame < segment.frame) high = middle - 1;
      else if (frame >= segment.end) low = middle + 1;
      else {
        last = segment;
        return segment;
      }
    }
    return undefined;
  }

  return {
    format: live ? 'live kernel memory' : 'ELF core',
    frames: segments.at(-1)?.end ?? 0,
    pages: segments.reduce((sum, s) => sum + s.end - s.frame, 0),
    effort: segments.reduce((sum, s) => sum + s.end - s.frame, 0) / readPerUnpacked,
    note,
    level: 0,
    reopenable: true,
    live,
    damage: log.counts,
    ranges: segments.map((s) => [s.frame, s.end] as const),
    read(frame, into, at) {
      const segment = find(frame);
      if (segment === undefined) return false;
      return file.read(segment.offset + (frame - segment.frame) * pageSize, pageSize, into, at) === pageSize;
    },
    stream(from, to, buffer, visit, wanted = () => true) {
      const batch = Math.floor(buffer.length / pageSize);
      const words = new Uint32Array(buffer.buffer, buffer.byteOffset, batch * 1024);
      const frames = new Uint32Array(batch);
      for (const segment of segments) {
        const end = Math.min(to, segment.end);
        for (let frame = Math.max(from, segment.frame); frame < end; ) {
          if (!wanted(frame)) {
            frame++;
            continue;
          }
          const length = runLength(frame, Math.min(end, frame + batch), wanted);
          const got = Math.floor(file.read(segment.offset + (frame - segment.frame) * pageSize, length * pageSize, buffer) / pageSize);
          if (got < length) log.note('reads cut short');
          let kept = 0;
          for (let i = 0; i < got; i++) {
            if (!wanted(frame + i) || isZero(words, i * 1024)) continue;
            if (kept !== i) words.copyWithin(kept * 1024, i * 1024, (i + 1) * 1024);
            frames[kept++] = frame + i;
          }
          if (kept > 0) visit(frames, kept);
          frame += length;
        }
      }
    },
    close: () => file.close(),
  };
}

/** Pages read in the time that one takes to unpack. */
const readPerUnpacked = 8;

/** One read costs about as much as so many pages that are not wanted. */
const bridged = 16;

/** From a wanted frame to the end of the run worth one read. */
function runLength(start: number, end: number, wanted: (frame: number) => boolean): number {
  let last = start;
  for (let frame = start + 1; frame < end && frame - last <= bridged; frame++) if (wanted(frame)) last = frame;
  return last + 1 - start;
}
