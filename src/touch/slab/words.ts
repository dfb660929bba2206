import type { Kernel } from '../kernel.ts';
import { pageSize } from '../memory/image.ts';
import type { Objects } from './objects.ts';

/** What a 64-bit word of an object can be, judged by its value alone. */
export const wordClasses = [
  'zero',
  'small',
  'number',
  'user',
  'text',
  'data',
  'module',
  'self',
  'object',
  'freed',
  'page',
  'memmap',
  'vmalloc',
  'other',
] as const;
export type WordClass = (typeof wordClasses)[number];
export const classOf = Object.fromEntries(wordClasses.map((name, i) => [name, i])) as Readonly<Record<WordClass, number>>;
/** Classes that are pointers into the kernel. */
export const pointerClasses: readonly WordClass[] = ['text', 'data', 'module', 'self', 'object', 'freed', 'page', 'memmap', 'vmalloc'];

/** Classes from here on have an address behind them. */
const firstPointer = classOf.text;
/** Offsets inside a class's range are kept below this, so that class and offset make one exact number. */
const span = 2 ** 48;

export interface WordReader {
  /** Class of the word (high, low) found in an object of [start, start + size); `target` and `key` describe it afterwards. */
  classify(high: number, low: number, start: number, size: number): number;
  /** Object number the last word points to, −1 where to none. */
  readonly target: { object: number; key: number };
  /** The address that a key stands for. */
  addressOf(key: number): bigint;
}

interface Range {
  readonly code: number;
  readonly base: bigint;
  readonly end: bigint;
}

/**
 * Tells apart what a word may be, without building a BigInt for each: high and low halves are compared with
 * the ranges of the address space.
 */
export function wordReader(kernel: Kernel, objects: Objects): WordReader {
  const { symbols } = kernel;
  const direct = kernel.directMap;
  const limit = objects.slabs.frames * pageSize;
  const low32 = (address: bigint): number => Number(address & 0xffffffffn);
  const high32 = (address: bigint): number => Number(address >> 32n);
  const mapLow = low32(direct);
  const mapHigh = high32(direct);
  const text = symbols.address('_stext') ?? 0n;
  const textEnd = symbols.address('_etext') ?? text;
  const end = symbols.address('_end') ?? textEnd;
  const [textLow, dataLow, endLow] = [low32(text), low32(textEnd), low32(end)];
  const vmalloc = vmallocRange(kernel);
  const ranges: readonly Range[] = [
    { code: classOf.memmap, base: kernel.vmemmap, end: kernel.vmemmap + BigInt(objects.slabs.frames * kernel.structPage) },
    { code: classOf.vmalloc, base: vmalloc, end: vmalloc + (1n << 45n) },
  ];
  const numeric = ranges.map((r) => ({ code: r.code, high: high32(r.base), low: low32(r.base), length: Number(r.end - r.base) }));
  const modules = kernel.modules.flatMap((m) => m.ranges).map(([from, to]) => [low32(from), low32(to)] as const);
  const target = { object: -1, key: 0 };

  function inImage(low: number): number {
    if (low >= textLow && low < dataLow) return classOf.text;
    if (low >= dataLow && low < endLow) return classOf.data;
    if (modules.some(([from, to]) => low >= from && low < to)) return classOf.module;
    return low >= 0xffff0000 ? classOf.small : classOf.other; // small and negative
  }

  return {
    target,
    classify(high, low, start, size) {
      target.object = -1;
      target.key = 0;
      if (high === 0) return low === 0 ? classOf.zero : low < 65536 ? classOf.small : classOf.number;
      if (high < 0x80000000) return high >= 0x5500 && high < 0x8000 ? classOf.user : classOf.number;
      if (high === 0xffffffff) {
        const code = inImage(low);
        target.key = code * span + low;
        return code;
      }
      const physical = (high - mapHigh) * 4294967296 + low - mapLow;
      if (physical >= 0 && physical < limit) {
        if (physical >= start && physical < start + size) {
          target.key = classOf.self * span + physical - start;
          return classOf.self;
        }
        target.key = classOf.page * span + physical;
        if (objects.slabAt(physical) < 0) return classOf.page;
        target.object = objects.objectAt(physical);
        return target.object >= 0 && objects.allocated[target.object] === 1 ? classOf.object : classOf.freed;
      }
      for (const range of numeric) {
        const offset = (high - range.high) * 4294967296 + low - range.low;
        if (offset < 0 || offset >= range.length) continue;
        target.key = range.code * span + offset;
        return range.code;
      }
      return classOf.other;
    },
    addressOf(key) {
      const code = Math.floor(key / span);
      const offset = BigInt(key - code * span);
      if (code === classOf.page) return direct + offset;
      const range = ranges.find((r) => r.code === code);
      return range === undefined ? 0xffffffff00000000n + offset : range.base + offset;
    },
  };
}

export const isPointer = (code: number): boolean => code >= firstPointer && code < classOf.other;
export const isSelf = (key: number): boolean => Math.floor(key / span) === classOf.self;
export const selfOffset = (key: number): number => key - classOf.self * span;

function vmallocRange(kernel: Kernel): bigint {
  const holder = kernel.symbols.address('vmalloc_base');
  if (holder !== undefined) return kernel.memory.u64(holder);
  return kernel.memory.architecture.levels === 5 ? 0xffa0000000000000n : 0xffffc90000000000n;
}
