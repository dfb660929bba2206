import { BadDump, Unmapped } from '../damage.ts';
import type { Image } from './image.ts';
import { pageSize } from './image.ts';
import type { Pages } from './pages.ts';
import type { Architecture } from './x86-64.ts';

/** Kernel virtual memory. Every read of what is unmapped or left out of the dump throws `Unmapped`. */
export interface Memory {
  readonly image: Image;
  readonly pages: Pages;
  readonly architecture: Architecture;
  /** Physical address, −1 where nothing is mapped. */
  physical(address: bigint): number;
  u8(address: bigint): number;
  u16(address: bigint): number;
  u32(address: bigint): number;
  u64(address: bigint): bigint;
  bytes(address: bigint, length: number): Buffer;
  /** Up to a NUL or `most` bytes. */
  string(address: bigint, most?: number): string;
}

const keptTranslations = 1 << 15;
/** The largest table, BTF or kallsyms' names, has some megabytes. */
const longestRead = 1 << 27;

export function virtualMemory(image: Image, pages: Pages, architecture: Architecture): Memory {
  /** Page of a virtual address → physical start of the page; −1: not mapped. */
  const translations = new Map<bigint, number>();

  function physical(address: bigint): number {
    const { directMap, imageStart, imageEnd } = architecture;
    if ((address >= directMap.start && address < directMap.end) || (address >= imageStart && address < imageEnd))
      return architecture.translate(address)?.physical ?? -1;
    const page = address >> 12n;
    let start = image.live ? undefined : translations.get(page);
    if (start === undefined) {
      start = architecture.translate(page << 12n)?.physical ?? -1;
      if (translations.size >= keptTranslations) translations.clear();
      translations.set(page, start);
    }
    return start < 0 ? -1 : start + Number(address & 0xfffn);
  }

  /** Byte offset into the page cache. */
  function locate(address: bigint): number {
    const at = physical(address);
    if (at < 0) throw new Unmapped(address);
    const slot = pages.slot(Math.floor(at / pageSize));
    if (slot < 0) throw new Unmapped(address, at);
    return slot * pageSize + (at % pageSize);
  }

  function bytes(address: bigint, length: number): Buffer {
    if (length > longestRead) throw new BadDump(`0x${address.toString(16)}`, `at most ${longestRead} bytes expected, ${length} asked for`);
    const into = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const at = locate(address + BigInt(done));
      const n = Math.min(length - done, pageSize - (at % pageSize));
      pages.bytes.copy(into, done, at, at + n);
      done += n;
    }
    return into;
  }

  /** A value of `width` bytes; one that crosses a page is put together from both. */
  function value(address: bigint, width: number): { readonly from: Buffer; readonly at: number } {
    const at = locate(address);
    return (at % pageSize) + width <= pageSize ? { from: pages.bytes, at } : { from: bytes(address, width), at: 0 };
  }

  return {
    image,
    pages,
    architecture,
    physical,
    bytes,
    u8: (address) => pages.bytes[locate(address)]!,
    u16(address) {
      const { from, at } = value(address, 2);
      return from.readUInt16LE(at);
    },
    u32(address) {
      const { from, at } = value(address, 4);
      return from.readUInt32LE(at);
    },
    u64(address) {
      const { from, at } = value(address, 8);
      return from.readBigUInt64LE(at);
    },
    string(address, most = 256) {
      let text = '';
      for (let done = 0; done < most; ) {
        const at = locate(address + BigInt(done));
        const n = Math.min(most - done, pageSize - (at % pageSize));
        const piece = pages.bytes.subarray(at, at + n);
        const end = piece.indexOf(0);
        text += piece.toString('latin1', 0, end < 0 ? n : end);
        if (end >= 0) break;
        done += n;
      }
      return text;
    },
  };
}
