import type { Kernel } from '../kernel.ts';
import { pageSize } from '../memory/image.ts';
import type { Cache } from './caches.ts';
import { type Census, census } from './census.ts';
import type { Objects } from './objects.ts';
import { type RankedType, rankTypes } from './rank.ts';

/** Objects of a cache that have one pointer in common, and the type that explains them best. */
export interface Group {
  readonly objects: number;
  /** undefined where nothing tells: objects of zeros, or no struct that fits. */
  readonly type: RankedType | undefined;
  readonly ranked: readonly RankedType[];
  /** What they have in common: `ip6_output at +48`; empty for the rest. */
  readonly by: string;
  /** Of at most some thousands of them. */
  readonly counted: Census;
}

const mostGroups = 6;
/** Objects that are looked at word by word. */
const enough = 8192;
const neighbours = 16;
/** A group is worth telling from this share of the objects on, or from this many. */
const worthShare = 0.01;
const worthObjects = 8;
/** A type needs some score to be named at all: a struct of zeros fits every object of zeros. */
const leastScore = 2.5;
/** A type that nothing but the objects' words speaks for needs more: a pointer that many types could have is not enough. */
const leastEvidence = 6;
/** And far more where the objects point into a module that brings no types: its own struct is not among those ranked. */
const evidenceAgainstModule = 20;

/**
 * Splits a cache that several types share: by the pointer most objects have in common (a function, a global),
 * then the rest by theirs, and so on. Each group gets the type that explains it best.
 */
export function splitByType(kernel: Kernel, objects: Objects, cache: Cache, only?: (object: number) => boolean): readonly Group[] {
  const taken = marks(objects);
  const rest = (object: number): boolean => !taken.has(object) && (only === undefined || only(object));
  const groups: Group[] = [];
  let total = 0;
  for (let round = 0; round < mostGroups; round++) {
    let left = 0;
    objects.each(cache, (_slab, object) => {
      if (rest(object)) left++;
    });
    if (round === 0) total = left;
    if (left === 0) break;
    const counted = census(kernel, objects, cache, someOf(rest, left));
    const mark = round === mostGroups - 1 ? undefined : common(counted);
    const inAll = mark === undefined ? 0 : (mark.count / counted.objects) * left;
    if (mark === undefined || inAll < Math.max(Math.min(worthObjects, total / 2), total * worthShare)) {
      groups.push(group(kernel, objects, counted, left, ''));
      break;
    }
    const members = marks(objects);
    markThoseWith(kernel, objects, cache, mark.offset, mark.address, rest, members);
    if (members.size === left) {
      groups.push(group(kernel, objects, counted, left, mark.text));
      break;
    }
    const theirs = census(
      kernel,
      objects,
      cache,
      someOf((object) => members.has(object), members.size),
    );
    groups.push(group(kernel, objects, theirs, members.size, mark.text));
    taken.addAll(members);
  }
  return groups;
}

/**
 * Of many objects some, all over: what they share shows in thousands as in millions. How many they are is counted in
 * full. Neighbours are taken together: each page costs its unpacking, however many of its objects are looked at.
 */
function someOf(wanted: (object: number) => boolean, count: number): (object: number) => boolean {
  if (count <= enough) return wanted;
  const every = Math.ceil(count / enough) * neighbours;
  let seen = 0;
  return (object) => wanted(object) && seen++ % every < neighbours;
}

interface Marks {
  readonly size: number;
  has(object: number): boolean;
  add(object: number): void;
  addAll(others: Marks): void;
  /** @internal a bit for each object */
  readonly bits: Uint8Array;
}

/** A set of object numbers, in a bit each: a dump may have a hundred million of them. */
function marks({ slabs }: Objects): Marks {
  const bits = new Uint8Array((slabs.total >> 3) + 1);
  let size = 0;
  return {
    bits,
    get size() {
      return size;
    },
    has: (object) => ((bits[object >> 3]! >> (object & 7)) & 1) === 1,
    add(object) {
      bits[object >> 3]! |= 1 << (object & 7);
      size++;
    },
    addAll(others) {
      for (let i = 0; i < bits.length; i++) bits[i]! |= others.bits[i]!;
      size += others.size;
    },
  };
}

function group(kernel: Kernel, objects: Objects, counted: Census, count: number, by: string): Group {
  const ranked = rankTypes(kernel, objects.caches, counted);
  const best = ranked[0];
  const told =
    best !== undefined &&
    best.score >= leastScore &&
    (best.named || best.evidence >= (ofUntypedModule(kernel, counted) ? evidenceAgainstModule : leastEvidence));
  return {
    objects: count,
    type: told && (speaks(counted) || (best.named && counted.cache.aliases.length === 0)) ? best : undefined,
    ranked,
    by,
    counted,
  };
}

function ofUntypedModule(kernel: Kernel, counted: Census): boolean {
  const typed = new Set(kernel.moduleBtfs.map((one) => one.module));
  return counted.rows.some(({ targets: [first] }) => {
    const module = first?.target?.symbol?.module;
    return module !== undefined && !typed.has(module) && first!.count > counted.objects / 2;
  });
}

/** Is there anything but zeros in the objects? */
function speaks(counted: Census): boolean {
  return counted.rows.some((row) => (row.classes.zero ?? 0) < counted.objects * 0.9);
}

/** The pointer to a function or global that most objects have; functions first. */
function common(
  counted: Census,
): { readonly offset: number; readonly address: bigint; readonly count: number; readonly text: string } | undefined {
  let best:
    | { readonly offset: number; readonly address: bigint; readonly count: number; readonly text: string; readonly weight: number }
    | undefined;
  for (const row of counted.rows)
    for (const { count, address, target } of row.targets) {
      if (address === undefined || target?.symbol === undefined) continue;
      const weight = count * (target.symbol.function ? 1.1 : 1);
      if (best === undefined || weight > best.weight)
        best = { offset: row.offset, address, count, text: `${target.text} at +${row.offset}`, weight };
    }
  return best;
}

function markThoseWith(
  kernel: Kernel,
  objects: Objects,
  cache: Cache,
  offset: number,
  address: bigint,
  rest: (object: number) => boolean,
  members: Marks,
): void {
  const { pages } = kernel.memory;
  const low = Number(address & 0xffffffffn);
  const high = Number(address >> 32n);
  objects.each(cache, (_slab, object, physical) => {
    if (!rest(object)) return;
    const at = physical + offset;
    const slot = pages.slot(Math.floor(at / pageSize));
    const word = slot * 1024 + ((at % pageSize) >> 2);
    if (slot >= 0 && pages.words[word] === low && pages.words[word + 1] === high) members.add(object);
  });
}
