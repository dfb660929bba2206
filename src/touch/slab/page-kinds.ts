import type { Kernel } from '../kernel.ts';

/**
 * How to tell slab, free and user pages from their struct page. Three generations, told by what the kernel's
 * own description has, never by version:
 * - PG_slab is a page flag, free pages are `_mapcount == PAGE_BUDDY_MAPCOUNT_VALUE` (until 46df8e73a4a3 "mm:
 *   free up PG_slab", v6.10);
 * - slab and free are bits of `page_type` that are zero (v6.10, v6.11);
 * - slab and free are values of the top byte of `page_type` (4ffca5a96678 "mm: support only one page_type per
 *   page", v6.12).
 */
export interface PageKinds {
  readonly isSlab: (flags: number, type: number) => boolean;
  readonly isFree: (type: number) => boolean;
  /** Page tables, as far as the kernel marks them. */
  readonly isTable: (type: number) => boolean;
  /** Given back to the hypervisor by a balloon. */
  readonly isOffline: (type: number) => boolean;
  /** Word offsets into struct page. */
  readonly typeWord: number;
  readonly mappingWord: number;
  readonly privateWord: number;
  /** Page flag bits. */
  readonly lru: number;
  readonly head: number;
  readonly reserved: number;
  readonly swapBacked: number;
  /** Byte offset from the head page of the byte that has the order of a compound page. */
  readonly orderByte: number;
}

const never = (): boolean => false;

/** A page type by its number as VMCOREINFO gives it: its top byte where the rest is zero, else the whole word. */
function typeTest(value: number): (type: number) => boolean {
  const word = value >>> 0;
  return (word & 0xffffff) === 0 ? (type) => type >>> 24 === word >>> 24 : (type) => type >>> 0 === word;
}

/**
 * A page type that VMCOREINFO does not give: by the enumeration where there is one, else by its distance from the
 * buddy's bit (`PG_buddy 0x80, PG_offline 0x100, PG_table 0x200` until v6.10, a zero bit each).
 */
function otherType(kernel: Kernel, name: string, distance: number, buddy: number | undefined): (type: number) => boolean {
  const id = kernel.btf.find('pagetype', 'enum');
  const value = id === undefined ? undefined : kernel.btf.enumerators(id).find((one) => one.name === `PGTY_${name}`)?.value;
  if (value !== undefined) return (type) => type >>> 24 === Number(value);
  if (buddy === undefined || (buddy & 0xffffff) === 0) return never;
  const bits = (0xf0000000 | (~buddy << distance)) >>> 0;
  return (type) => (type & bits) >>> 0 === 0xf0000000;
}

export function pageKinds(kernel: Kernel): PageKinds {
  const { info, btf } = kernel;
  const flagEnum = btf.find('pageflags', 'enum');
  const flagBits = new Map(flagEnum === undefined ? [] : btf.enumerators(flagEnum).map((e) => [e.name, Number(e.value)]));
  const flag = (name: string): number | undefined => flagBits.get(name) ?? info.number(name);
  const slabFlag = flag('PG_slab');
  const slabType = info.number('PAGE_SLAB_MAPCOUNT_VALUE');
  const freeType = info.number('PAGE_BUDDY_MAPCOUNT_VALUE');
  const ofType = slabType === undefined ? never : typeTest(slabType);
  // Where both exist the type is the newer one: kernels keep reporting what tools ask for.
  const isSlab =
    slabType === undefined && slabFlag !== undefined
      ? (flags: number): boolean => ((flags >>> slabFlag) & 1) === 1
      : (_flags: number, type: number): boolean => ofType(type);
  // The order moved twice: 379708ffde1b "mm: add the first tail page to struct folio" (v6.2, backported) names it
  // _folio_order, ebc1baf5c9b4 "mm: free up a word in the first tail page" (v6.6) puts it into the flags.
  const order = ['folio._folio_order', 'folio._flags_1']
    .map((path) => btf.member('folio', path.slice(6)))
    .find((place) => place !== undefined);
  const compound = btf.member('page', 'compound_order');
  return {
    isSlab,
    isFree: freeType === undefined ? never : typeTest(freeType),
    isTable: otherType(kernel, 'table', 2, freeType),
    isOffline: otherType(kernel, 'offline', 1, freeType),
    typeWord: kernel.offset('page', '_mapcount') >> 2,
    mappingWord: kernel.offset('page', 'mapping') >> 2,
    privateWord: kernel.offset('page', 'private') >> 2,
    lru: flag('PG_lru') ?? 31,
    head: flag('PG_head') ?? 31,
    reserved: flag('PG_reserved') ?? 31,
    swapBacked: flag('PG_swapbacked') ?? 31,
    orderByte: order?.offset ?? kernel.structPage + (compound?.offset ?? 0),
  };
}
