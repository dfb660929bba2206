import { pageSize } from '../memory/image.ts';
import type { Kernel } from '../kernel.ts';
import type { Cache } from './caches.ts';
import type { Objects } from './objects.ts';
import { describe, type Target } from './targets.ts';
import { classOf, isPointer, isSelf, selfOffset, type WordClass, wordClasses, wordReader } from './words.ts';

/** What a cache's objects have at one offset. */
export interface CensusRow {
  readonly offset: number;
  /** Objects by what the word at this offset is. */
  readonly classes: Readonly<Partial<Record<WordClass, number>>>;
  /** Pointers that many objects share, most frequent first. */
  readonly targets: readonly { readonly count: number; readonly self?: number; readonly address?: bigint; readonly target?: Target }[];
  /** Caches whose objects are pointed to. */
  readonly caches: readonly { readonly count: number; readonly name: string; readonly start: number }[];
  /** Low 32 bits that many objects share, where the word is a number. */
  readonly values: readonly { readonly count: number; readonly value: number }[];
}

export interface Census {
  readonly cache: Cache;
  readonly objects: number;
  readonly rows: readonly CensusRow[];
}

/** Different values an offset is counted for; past them only those known already are. */
const mostKeys = 256;
const shown = 3;
/** Words of an object that are looked at: 64 KiB. */
const mostColumns = 8192;

function count<K>(map: Map<K, number>, key: K): void {
  const known = map.get(key);
  if (known !== undefined) map.set(key, known + 1);
  else if (map.size < mostKeys) map.set(key, 1);
}

function top<K>(map: ReadonlyMap<K, number>): readonly (readonly [K, number])[] {
  return [...map].toSorted((a, b) => b[1] - a[1]).slice(0, shown);
}

/**
 * Goes through a cache's allocated objects word by word and counts what stands where.
 * @param only counts just the objects it accepts (the unreachable ones, say), by object number
 */
export function census(kernel: Kernel, objects: Objects, cache: Cache, only?: (object: number) => boolean): Census {
  const { pages } = kernel.memory;
  const { words } = pages;
  const reader = wordReader(kernel, objects);
  const columns = Math.min(mostColumns, Math.floor(cache.objectSize / 8));
  const classes = new Uint32Array(columns * wordClasses.length);
  const targets = Array.from({ length: columns }, () => new Map<number, number>());
  const values = Array.from({ length: columns }, () => new Map<number, number>());
  const pointed = Array.from({ length: columns }, () => new Map<number, number>());
  const atStart = Array.from({ length: columns }, () => new Map<number, number>());
  let total = 0;
  objects.each(cache, (_slab, object, physical) => {
    if (only !== undefined && !only(object)) return;
    total++;
    let slot = -1;
    for (let column = 0; column < columns; column++) {
      const at = physical + column * 8;
      if (slot < 0 || at % pageSize === 0) slot = pages.slot(Math.floor(at / pageSize));
      if (slot < 0) break; // left out of the dump: unknown, counted nowhere
      const word = slot * 1024 + ((at % pageSize) >> 2);
      const low = words[word]!;
      const code = reader.classify(words[word + 1]!, low, physical, cache.size);
      classes[column * wordClasses.length + code]!++;
      if (isPointer(code)) {
        count(targets[column]!, reader.target.key);
        const to = reader.target.object;
        if (code === classOf.object) {
          const slab = objects.slabAt(reader.target.key - classOf.page * 2 ** 48);
          const owner = objects.slabs.cache[slab]!;
          count(pointed[column]!, owner);
          if (objects.physicalOf(slab, to) === reader.target.key - classOf.page * 2 ** 48) count(atStart[column]!, owner);
        }
      } else if (code !== classOf.zero && code !== classOf.other) count(values[column]!, low);
    }
  });

  const rows = targets.map((own, column): CensusRow => {
    const base = column * wordClasses.length;
    return {
      offset: column * 8,
      classes: Object.fromEntries(wordClasses.map((name, i) => [name, classes[base + i]!] as const).filter(([, n]) => n > 0)),
      targets: top(own).map(([key, n]) => {
        if (isSelf(key)) return { count: n, self: selfOffset(key) };
        const address = reader.addressOf(key);
        return { count: n, address, target: describe(kernel, objects, address) };
      }),
      caches: top(pointed[column]!).map(([index, n]) => ({
        count: n,
        name: objects.caches[index]!.name,
        start: atStart[column]!.get(index) ?? 0,
      })),
      values: top(values[column]!).map(([value, n]) => ({ count: n, value })),
    };
  });
  return { cache, objects: total, rows };
}

/** What most objects point to at an offset, in words; undefined where there is no such thing. */
export function dominant(row: CensusRow, objects: number, share = 0.5): { readonly text: string; readonly share: number } | undefined {
  const first = row.targets[0];
  if (first !== undefined && first.count > objects * share && first.target?.text !== '')
    return { text: first.self === undefined ? (first.target?.text ?? '') : `itself+${first.self}`, share: first.count / objects };
  const cache = row.caches[0];
  if (cache !== undefined && cache.count > objects * share) return { text: `object of ${cache.name}`, share: cache.count / objects };
  const value = row.values[0];
  return value !== undefined && value.count > objects * share ? { text: `value ${value.value}`, share: value.count / objects } : undefined;
}
