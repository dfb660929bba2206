/**
 * makedumpfile's flattened format, which QEMU writes and which travels through pipes: a header page, then
 * records of big-endian (offset, size) and data, in the order they were written. A later record overrides an
 * earlier one; offset −1 ends the stream.
 */
import type { Bytes } from '../../host/bytes.ts';
import { BadDump } from '../damage.ts';

export const flattenedMagic = 'makedumpfile';
/** Records that overlap one another in one place: makedumpfile rewrites headers once, not thousands of times. */
const mostOverlapping = 4096;
const windowBytes = 1 << 18;

interface Run {
  readonly start: number;
  readonly length: number;
  /** of the data in the flattened file */
  readonly at: number;
  readonly order: number;
}

/** Columns of a growing table of numbers. */
function columns(count: number): { readonly push: (...row: number[]) => void; readonly done: () => Float64Array[] } {
  let data = Array.from({ length: count }, () => new Float64Array(1024));
  let used = 0;
  return {
    push(...row) {
      if (used === data[0]!.length) {
        data = data.map((old) => {
          const grown = new Float64Array(old.length * 2);
          grown.set(old);
          return grown;
        });
      }
      for (let c = 0; c < count; c++) data[c]![used] = row[c]!;
      used++;
    },
    done: () => data.map((column) => column.subarray(0, used)),
  };
}

/** The file that the flattened one describes. @throws BadDump on records that can't be */
export function unflatten(file: Bytes): Bytes {
  const records = columns(3);
  const window = Buffer.allocUnsafe(1 << 19); // most of a record is passed over: fewer, longer reads
  let from = 0;
  let filled = 0;
  let sorted = true;
  let last = 0;
  let order = 0;
  for (let at = 4096; ; order++) {
    if (at < from || at + 16 > from + filled) {
      from = at;
      filled = file.read(at, window.length, window);
      if (filled < 16) break; // a truncated stream: what came before is good
    }
    const start = window.readInt32BE(at - from) * 4294967296 + window.readUInt32BE(at - from + 4);
    const length = window.readInt32BE(at - from + 8) * 4294967296 + window.readUInt32BE(at - from + 12);
    if (start < 0) break;
    if (length <= 0 || start + length > Number.MAX_SAFE_INTEGER)
      throw new BadDump(`${file.origin}+${at}`, `a record with a length expected, found offset ${start}, length ${length}`);
    records.push(start, length, at + 16);
    if (start < last) sorted = false;
    last = start + length;
    at += 16 + length;
  }
  const [starts, lengths, places] = records.done() as [Float64Array, Float64Array, Float64Array];
  return sorted ? runs(file, starts, lengths, places) : arranged(file, starts, lengths, places);
}

/** Sorts the records and lets later ones win where they overlap. */
function arranged(file: Bytes, starts: Float64Array, lengths: Float64Array, places: Float64Array): Bytes {
  const order = Uint32Array.from(starts, (_, i) => i).toSorted((a, b) => starts[a]! - starts[b]! || a - b);
  const out = columns(3);
  for (let i = 0; i < order.length; ) {
    const first = order[i]!;
    let end = starts[first]! + lengths[first]!;
    let j = i + 1;
    while (j < order.length && starts[order[j]!]! < end) {
      end = Math.max(end, starts[order[j]!]! + lengths[order[j]!]!);
      j++;
    }
    if (j === i + 1) out.push(starts[first]!, lengths[first]!, places[first]!);
    else {
      if (j - i > mostOverlapping)
        throw new BadDump(file.origin, `more than ${mostOverlapping} records over one another at offset ${starts[first]}`);
      const cluster = Array.from(order.subarray(i, j), (k) => ({ start: starts[k]!, length: lengths[k]!, at: places[k]!, order: k }));
      for (const run of paint(cluster)) out.push(run.start, run.length, run.at);
    }
    i = j;
  }
  const [s, l, p] = out.done() as [Float64Array, Float64Array, Float64Array];
  return runs(file, s, l, p);
}

/** Overlapping runs → disjoint ones: the latest first, each taking what is not taken yet. */
function paint(cluster: readonly Run[]): readonly Run[] {
  const taken: Run[] = [];
  for (const run of cluster.toSorted((a, b) => b.order - a.order)) {
    let gap = run.start;
    const end = run.start + run.length;
    const add: Run[] = [];
    for (const other of taken) {
      if (other.start >= end || gap >= end) break;
      if (other.start > gap) add.push({ ...run, start: gap, length: other.start - gap, at: run.at + gap - run.start });
      gap = Math.max(gap, other.start + other.length);
    }
    if (gap < end) add.push({ ...run, start: gap, length: end - gap, at: run.at + gap - run.start });
    taken.push(...add);
    taken.sort((a, b) => a.start - b.start);
  }
  return taken;
}

function runs(file: Bytes, starts: Float64Array, lengths: Float64Array, places: Float64Array): Bytes {
  const count = starts.length;
  let hint = 0;

  /** The last run that starts at or before `offset`; −1 where none does. */
  function runAt(offset: number): number {
    if (hint < count && starts[hint]! <= offset && offset < starts[hint]! + lengths[hint]!) return hint;
    let low = -1;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    if (low >= 0) hint = low;
    return low;
  }

  // Records are as small as a packed page: what follows in the file is read along, for the next ones.
  const window = new Uint8Array(windowBytes);
  let windowFrom = 0;
  let windowTo = 0;
  function take(place: number, length: number, ahead: number, into: Uint8Array, at: number): number {
    if (place < windowFrom || place + length > windowTo) {
      if (length >= windowBytes / 2) return file.read(place, length, into, at);
      windowFrom = place;
      windowTo = place + file.read(place, Math.min(windowBytes, Math.max(length, ahead + (ahead >> 3))), window);
    }
    const n = Math.min(length, windowTo - place);
    into.set(window.subarray(place - windowFrom, place - windowFrom + n), at);
    return n;
  }

  const size = count === 0 ? 0 : starts[count - 1]! + lengths[count - 1]!;
  return {
    origin: file.origin,
    size,
    read(offset, length, into, at = 0) {
      let done = 0;
      const wanted = Math.min(length, size - offset);
      while (done < wanted) {
        const here = offset + done;
        const run = runAt(here);
        const end = run < 0 ? 0 : starts[run]! + lengths[run]!;
        if (here >= end) {
          // A hole of the described file, which reads as zeros like any sparse file's.
          const n = Math.min(wanted - done, starts[run + 1]! - here);
          into.fill(0, at + done, at + done + n);
          done += n;
          continue;
        }
        const n = Math.min(wanted - done, end - here);
        const got = take(places[run]! + here - starts[run]!, n, wanted - done, into, at + done);
        done += got;
        if (got < n) break;
      }
      return Math.max(0, done);
    },
    close: () => file.close(),
  };
}
