import { addName, collectNames, cursor, integer, literal, malformed, more, namesOf, nextLine, wordEnd } from '../scan.ts';
import type { Key, Rows, Source } from '../source.ts';

/** /proc/slabinfo by columns; index i is the cache `names[i]`. */
export interface Slabinfo extends Rows {
  readonly activeObjects: Float64Array;
  readonly objects: Float64Array;
  /** bytes an object takes in the slab, debug metadata and padding included */
  readonly objectSize: Float64Array;
  readonly objectsPerSlab: Float64Array;
  readonly pagesPerSlab: Float64Array;
  readonly slabs: Float64Array;
  /** bytes; derived from the rows themselves, see `pageBytes` */
  readonly pageSize: number;
}

/**
 * Version 2.x: two header lines, then
 * `name <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables a b c : slabdata <active_slabs> <num_slabs> <sharedavail>`.
 * Source: mm/slab_common.c, cache_show(). A cache name may hold blanks only since nobody forbids them; the kernel's have none.
 */
export function parseSlabinfo(text: string, like?: Slabinfo): Slabinfo {
  const c = cursor(text);
  literal(c, 'slabinfo - version: 2.');
  nextLine(c);
  if (more(c) && text.charCodeAt(c.at) === 35) nextLine(c);
  const names = collectNames(like?.names);
  let capacity = Math.max(16, like?.names.length ?? 256);
  let columns = new Float64Array(capacity * 6);
  let row = 0;
  let perPage = 0;
  while (more(c)) {
    if (row === capacity) {
      const larger = new Float64Array(capacity * 12);
      for (let column = 0; column < 6; column++)
        larger.set(columns.subarray(column * capacity, (column + 1) * capacity), column * capacity * 2);
      columns = larger;
      capacity *= 2;
    }
    const end = wordEnd(c);
    if (end === c.at) throw malformed(c, 'a cache name');
    addName(names, text, c.at, end);
    c.at = end;
    columns[row] = integer(c, '<active_objs>');
    columns[capacity + row] = integer(c, '<num_objs>');
    const size = integer(c, '<objsize>');
    const perSlab = integer(c, '<objperslab>');
    const pages = integer(c, '<pagesperslab>');
    columns[2 * capacity + row] = size;
    columns[3 * capacity + row] = perSlab;
    columns[4 * capacity + row] = pages;
    if (pages > 0 && size * perSlab > perPage * pages) perPage = (size * perSlab) / pages;
    // The tunables are history (SLAB); what follows them is not.
    const data = text.indexOf(': slabdata', c.at);
    const lineEnd = text.indexOf('\n', c.at);
    if (data < 0 || (lineEnd >= 0 && data > lineEnd)) throw malformed(c, '": slabdata"');
    c.at = data + 10;
    integer(c, '<active_slabs>');
    columns[5 * capacity + row] = integer(c, '<num_slabs>');
    row++;
    nextLine(c);
  }
  const column = (index: number): Float64Array => columns.subarray(index * capacity, index * capacity + row);
  return {
    names: namesOf(names),
    activeObjects: column(0),
    objects: column(1),
    objectSize: column(2),
    objectsPerSlab: column(3),
    pagesPerSlab: column(4),
    slabs: column(5),
    pageSize: pageBytes(perPage),
  };
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

/** Bytes of pages each cache holds. An upper bound where the kernel fell back to smaller slabs. */
export function slabBytes(value: Slabinfo, index: number): number {
  return value.slabs[index]! * value.pagesPerSlab[index]! * value.pageSize;
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
  values(value) {
    const rows = value.names.length;
    const values = new Float64Array(rows * 3);
    values.set(value.activeObjects, 0);
    values.set(value.objects, rows);
    for (let row = 0; row < rows; row++) values[2 * rows + row] = slabBytes(value, row);
    return values;
  },
};
