/**
 * Pages of the kernel's ring buffer (include/linux/ring_buffer.h, kernel/trace/ring_buffer.c), as trace_pipe_raw gives
 * them: a time stamp, how much of the page is filled, then records. A record's header is 32 bits, 5 of them its type or
 * length in words, 27 the time since the record before.
 */
import { Malformed } from '../../model/reading.ts';

/** A record: its time, and where its bytes lie in the page. */
export type EachRecord = (nanoseconds: number, page: Buffer, at: number, length: number) => void;

const PADDING = 29;
const TIME_EXTEND = 30;
const TIME_STAMP = 31;
/** Above the 27 bits of a time delta. */
const HIGH = 2 ** 27;
const COMMIT_MASK = 0xf_ffff;
const MISSED = 0x8000_0000;
const DATA = 16;

/**
 * @returns whether events were lost before this page
 * @throws Malformed when a record reaches beyond what the page holds
 */
export function decodePage(page: Buffer, length: number, each: EachRecord): boolean {
  if (length < DATA) throw new Malformed(0, 'a page header of 16 bytes', `${length} bytes`);
  let time = page.readUInt32LE(0) + page.readUInt32LE(4) * 0x1_0000_0000;
  const commit = page.readUInt32LE(8);
  const end = DATA + (commit & COMMIT_MASK);
  if (end > length) throw new Malformed(0, `at most ${length} bytes in the page`, String(end));
  let at = DATA;
  while (at + 4 <= end) {
    const header = page.readUInt32LE(at);
    const type = header & 31;
    const delta = header >>> 5;
    at += 4;
    const long = type === 0 || type >= PADDING;
    if (long && at + 4 > end) break;
    if (type === PADDING) {
      if (delta === 0) break; // the rest of the page is empty
      at += page.readUInt32LE(at);
      continue;
    }
    if (type === TIME_EXTEND || type === TIME_STAMP) {
      const high = page.readUInt32LE(at) * HIGH;
      time = type === TIME_EXTEND ? time + high + delta : absolute(time, high + delta);
      at += 4;
      continue;
    }
    time += delta;
    const bytes = type === 0 ? page.readUInt32LE(at) - 4 : type * 4;
    const data = type === 0 ? at + 4 : at;
    if (bytes < 0 || data + bytes > end) throw new Malformed(0, `a record within ${end} bytes`, `${data} + ${bytes}`);
    each(time, page, data, bytes);
    at = data + bytes;
  }
  return (commit & MISSED) !== 0;
}

/** An absolute stamp has 59 bits: the five above them are the page's own. */
function absolute(time: number, stamp: number): number {
  const high = 2 ** 59;
  return stamp + Math.floor(time / high) * high;
}
