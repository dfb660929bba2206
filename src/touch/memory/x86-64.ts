/**
 * Everything that is x86-64: where the kernel is mapped and how virtual addresses become physical ones
 * (Documentation/arch/x86/x86_64/mm.rst). Another architecture is one more file with the same export.
 */
import { BadDump } from '../damage.ts';
import type { Vmcoreinfo } from '../symbols/vmcoreinfo.ts';
import { pageSize } from './image.ts';
import type { Pages } from './pages.ts';

/** A translated address: physical, and how many bytes from there on belong to the same mapping. */
export interface Translation {
  readonly physical: number;
  readonly length: number;
}

export interface Architecture {
  readonly levels: 4 | 5;
  /** Kernel text and data: by formula, mapped from here … */
  readonly imageStart: bigint;
  /** … to here. */
  readonly imageEnd: bigint;
  /** The direct map's start; set once the kernel's own variable can be read (KASLR moves it). */
  readonly directMap: { start: bigint; end: bigint };
  /** undefined where nothing is mapped, or a table is not in the dump. */
  translate(address: bigint): Translation | undefined;
  /** Bytes from an address that is not mapped to the next one that may be, by the table that has no entry for it. */
  hole(address: bigint): number;
  /**
   * Calls `visit` with the frame of each page of tables: those of the kernel's half, from its own root, or of the
   * user's half, from a process's root (physical). @returns false where there are more than `most`
   */
  tables(root: number | undefined, most: number, visit: (frame: number) => void): boolean;
  /** Where the kernel puts its memory map and direct map without KASLR. */
  readonly defaults: { readonly directMap: bigint; readonly vmemmap: bigint };
}

const imageStart = 0xffffffff80000000n;
/** What the kernel may span at most; KERNEL_IMAGE_SIZE says less on older ones. */
const imageBytes = 1n << 30n;
const PRESENT = 1;
const LARGE = 0x80;
const PROTNONE = 0x100;

/** @throws BadDump where VMCOREINFO does not say where page tables or kernel image are */
export function x8664(info: Vmcoreinfo, pages: Pages): Architecture {
  const physBase = info.get('NUMBER(phys_base)');
  const rootTable = info.symbol('swapper_pg_dir') ?? info.symbol('init_top_pgt');
  if (physBase === undefined || !/^-?\d{1,15}$/.test(physBase))
    throw new BadDump('VMCOREINFO', `NUMBER(phys_base) expected, found ${physBase ?? 'none'}`);
  if (rootTable === undefined) throw new BadDump('VMCOREINFO', 'SYMBOL(swapper_pg_dir) or SYMBOL(init_top_pgt) expected');
  const size = info.number('KERNEL_IMAGE_SIZE');
  const shift = BigInt(physBase); // signed: the kernel may be loaded below its link address
  const imageEnd = imageStart + (size === undefined ? imageBytes : BigInt(size));
  const levels = info.number('pgtable_l5_enabled') === 1 ? 5 : 4;
  const root = Number(rootTable - imageStart + shift);
  const defaults =
    levels === 5
      ? { directMap: 0xff11000000000000n, vmemmap: 0xffd4000000000000n }
      : { directMap: 0xffff888000000000n, vmemmap: 0xffffea0000000000n };
  const directMap = { start: 0n, end: 0n };

  /** A hole has a physical address below zero, and its length. */
  function walk(address: bigint): Translation {
    let table = root;
    for (let level = levels - 1; level > 0; level--) {
      const found = step(level);
      if (typeof found !== 'number') return found;
      table = found;
    }
    return step(0) as Translation;

    /** The next table, or where the walk ends. */
    function step(level: number): Translation | number {
      const shiftBits = 12 + 9 * level;
      const bytes = 2 ** shiftBits;
      const inside = Number(BigInt.asUintN(shiftBits, address));
      const hole = { physical: -1, length: bytes - inside };
      const slot = pages.slot(Math.floor(table / pageSize));
      if (slot < 0) return hole;
      const at = slot * 1024 + Number((address >> BigInt(shiftBits)) & 511n) * 2;
      const low = pages.words[at]!;
      const high = pages.words[at + 1]! & 0xfffff;
      // A leaf without PRESENT but with PROTNONE is mapped; only the hardware is told otherwise.
      if ((low & PRESENT) === 0 && !(level === 0 && (low & PROTNONE) !== 0)) return hole;
      const target = high * 4294967296 + ((low & 0xfffff000) >>> 0);
      const large = level > 0 && level <= 2 && (low & LARGE) !== 0;
      if (level > 0 && !large) return target;
      return { physical: Math.floor(target / bytes) * bytes + inside, length: bytes - inside };
    }
  }

  function tables(own: number | undefined, most: number, visit: (frame: number) => void): boolean {
    let seen = 0;
    const descend = (table: number, level: number, from: number, to: number): boolean => {
      const frame = Math.floor(table / pageSize);
      if (++seen > most) return false;
      visit(frame);
      if (level === 0) return true;
      for (let i = from; i < to; i++) {
        const slot = pages.slot(frame); // of each entry anew: what lies below may have taken its place
        if (slot < 0) return true;
        const low = pages.words[slot * 1024 + i * 2]!;
        if ((low & PRESENT) === 0 || (level <= 2 && (low & LARGE) !== 0)) continue;
        const target = (pages.words[slot * 1024 + i * 2 + 1]! & 0xfffff) * 4294967296 + ((low & 0xfffff000) >>> 0);
        if (!descend(target, level - 1, 0, 512)) return false;
      }
      return true;
    };
    return own === undefined ? descend(root, levels - 1, 256, 512) : descend(own, levels - 1, 0, 256);
  }

  return {
    tables,
    levels,
    imageStart,
    imageEnd,
    directMap,
    defaults,
    translate(address) {
      if (address >= imageStart && address < imageEnd)
        return { physical: Number(address - imageStart + shift), length: Number(imageEnd - address) };
      if (address >= directMap.start && address < directMap.end) {
        const physical = Number(address - directMap.start);
        return { physical, length: Number(directMap.end - address) };
      }
      const found = walk(address);
      return found.physical < 0 ? undefined : found;
    },
    hole: (address) => walk(address).length,
  };
}
