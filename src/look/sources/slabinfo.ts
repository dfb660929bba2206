import { addName, collectNames, cursor, integer, literal, malformed, more, namesOf, nextLine, wordEnd } from '../scan.ts';
import type { Key, Rows, Source } from '../source.ts';

/** /proc/slabinfo by columns; index i is the cache `names[i]`. */
export interface Slabinfo extends Rows {
  /** `<active_objs>` of every cache, then `<num_objs>`, then bytes of pages held: what moves, in one array a sample. */
  readonly frame: Float64Array;
  /** What does not: the very object of the previous sample as long as caches and their sizes are the same. */
  readonly sizes: SlabSizes;
}

export interface SlabSizes {
  /** bytes an object takes in the slab, debug metadata and padding included */
  readonly objectSize: Float64Array;
  readonly objectsPerSlab: Float64Array;
  readonly pagesPerSlab: Float64Array;
  /** bytes; derived from the rows themselves, see `pageBytes` */
  readonly pageSize: number;
}

/** What is read of a row before its place in the frame is known: the number of rows is told by the last. */
const perRow = 6;

/**
 * Version 2.x: two header lines, then
 * `name <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables a b c : slabdata <active_slabs> <num_slabs> <sharedavail>`.
 * Source: mm/slab_common.c, cache_show().
 */
export function parseSlabinfo(text: string, like?: Slabinfo): Slabinfo {
  const c = cursor(text);
  literal(c, 'slabinfo - version: 2.');
  nextLine(c);
  if (more(c) && text.charCodeAt(c.at) === 35) nextLine(c);
  const names = collectNames(like?.names);
  const numbers: number[] = [];
  while (more(c)) {
    const end = wordEnd(c);
    if (end === c.at) throw malformed(c, 'a cache name');
    addName(names, text, c.at, end);
    c.at = end;
    numbers.push(
      integer(c, '<active_objs>'),
      integer(c, '<num_objs>'),
      integer(c, '<objsize>'),
      integer(c, '<objperslab>'),
      integer(c, '<pagesperslab>'),
    );
    // The tunables are history (SLAB); what follows them is not.
    const data = text.indexOf(': slabdata', c.at);
    const lineEnd = text.indexOf('\n', c.at);
    if (data < 0 || (lineEnd >= 0 && data > lineEnd)) throw malformed(c, '": slabdata"');
    c.at = data + 10;
    integer(c, '<active_slabs>');
    numbers.push(integer(c, '<num_slabs>'));
    nextLine(c);
  }
  const rows = names.count;
  const sizes = like !== undefined && sameSizes(like.sizes, numbers, rows) ? like.sizes : sizesOf(numbers, rows);
  const frame = new Float64Array(rows * 3);
  for (let row = 0; row < rows; row++) {
    frame[row] = numbers[row * perRow]!;
    frame[rows + row] = numbers[row * perRow + 1]!;
    frame[2 * rows + row] = numbers[row * perRow + 5]! * numbers[row * perRow + 4]! * sizes.pageSize;
  }
  return { names: namesOf(names), frame, sizes };
}

function sameSizes(sizes: SlabSizes, numbers: readonly number[], rows: number): boolean {
  if (sizes.objectSize.length !== rows) return false;
  for (let row = 0, at = 0; row < rows; row++, at += perRow)
    if (
      sizes.objectSize[row] !== numbers[at + 2] ||
      sizes.objectsPerSlab[row] !== numbers[at + 3] ||
      sizes.pagesPerSlab[row] !== numbers[at + 4]
    )
      return false;
  return true;
}

function sizesOf(numbers: readonly number[], rows: number): SlabSizes {
  const column = (index: number): Float64Array => Float64Array.from({ length: rows }, (_, row) => numbers[row * perRow + index]!);
  const [objectSize, objectsPerSlab, pagesPerSlab] = [column(2), column(3), column(4)];
  let fullest = 0;
  for (let row = 0; row < rows; row++) {
    const pages = pagesPerSlab[row]!;
    if (pages > 0) fullest = Math.max(fullest, (objectSize[row]! * objectsPerSlab[row]!) / pages);
  }
  return { objectSize, objectsPerSlab, pagesPerSlab, pageSize: pageBytes(fullest) };
}

/**
 * The page size that the rows imply: the power of two that holds the fullest slab. Caches of power-of-two
 * objects (kmalloc-*) fill their slabs to the last byte, so this is exact on any real machine, and a capture
 * needs no other file to know it. 4096 is the least Linux has.
 */
function pageBytes(fullest: number): number {
  let size = 4096;
  while (size < fullest && size < 65536) size *= 2;
  return size;
}

/** Bytes of pages a cache holds. An upper bound where the kernel fell back to smaller slabs. */
export function slabBytes(value: Slabinfo, row: number): number {
  return value.frame[2 * value.names.length + row]!;
}

/** All objects of a cache, free ones included. */
export function slabObjects(value: Slabinfo, row: number): number {
  return value.frame[value.names.length + row]!;
}

/** Slabs of a cache. */
export function slabsOf({ sizes, ...value }: Slabinfo, row: number): number {
  return value.frame[2 * value.names.length + row]! / (sizes.pagesPerSlab[row]! * sizes.pageSize || 1);
}

/** How many objects each slab cache has. The active count is approximate while partial lists are long (since 5.1). */
export const slabinfo: Source<Slabinfo> = {
  id: 'slabinfo',
  path: '/proc/slabinfo',
  cadence: 'tick',
  help: {
    denied: 'run as root (CAP_DAC_OVERRIDE), or chmod a+r /proc/slabinfo',
    absent: 'a kernel with CONFIG_SLUB_DEBUG or CONFIG_SLAB; none is built without',
  },
  parse: parseSlabinfo,
  keys(value) {
    const keys: Key[] = [];
    for (const name of ['slab_active_objects', 'slab_objects', 'slab_bytes'] as const)
      for (const cache of value.names) keys.push({ name, labels: { cache } });
    return keys;
  },
  values: (value) => value.frame,
};
