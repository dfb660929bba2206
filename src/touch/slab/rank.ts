import type { Btf, BtfType } from '../../kernel/btf.ts';
import { Unmapped } from '../damage.ts';
import { typesOfCache } from '../../kernel/cache-types.ts';
import type { Kernel } from '../kernel.ts';
import type { Cache } from './caches.ts';
import type { Census, CensusRow } from './census.ts';
import { type Leaf, leavesOf, prototypeKey } from './leaves.ts';
import { weights } from './weights.ts';
import { pointerClasses } from './words.ts';

export interface RankedType {
  readonly type: string;
  readonly id: number;
  readonly size: number;
  /** Higher fits better; what it means is only known against the others'. */
  readonly score: number;
  /** Of the score, what the objects' own words say: neither the cache's name nor its size. */
  readonly evidence: number;
  /** Does the cache, or an alias, bear its name? */
  readonly named: boolean;
}

const smallest = 0.4;
/** Words of a global that are compared with a struct's function pointers. */
const comparedWords = 128;

/** Structs that a cache's name may stand for: `ip6_dst_cache` no, `task_struct`, `cred_jar`, `files_cache` yes. */
function namesFor(cache: Cache): ReadonlySet<string> {
  const names = new Set<string>();
  for (const name of [cache.name, ...cache.aliases]) {
    for (const type of typesOfCache(name)) names.add(type);
    const stem = name.replace(/-\d+$/, '').replace(/[_-]?(cachep?|jar|head_cache|slab|node_cache)$/, '');
    const sock = stem.toLowerCase().replace('v6', '6');
    for (const candidate of [
      name,
      stem,
      `${stem}_struct`,
      stem.replace(/s$/, ''),
      name.replace(/s$/, ''),
      `${stem}_info`,
      `${stem.toLowerCase().replaceAll('-', '_')}_node`,
      `${stem.toLowerCase().replaceAll('-', '_')}_object`,
      `${sock}_sock`,
      stem.replace(/^[a-z0-9]+_/, ''),
    ])
      names.add(candidate);
  }
  return names;
}

/** Ranks the kernel's structs, and its modules', by how well they explain a census: best first. */
export function rankTypes(kernel: Kernel, caches: readonly Cache[], counted: Census): readonly RankedType[] {
  const { cache, objects } = counted;
  if (objects === 0) return [];
  const names = namesFor(cache);
  const byName = new Map(caches.map((c) => [c.name, c]));
  const words = Math.min(16_384, Math.ceil((cache.objectSize * 1.25) / 8));
  const matcher = tableMatcher(kernel);
  const rows = counted.rows.map((row) => shares(row, objects));
  const ranked: RankedType[] = [];
  let btf = kernel.btf; // whose struct is looked at: a module's continues the kernel's
  for (const id of candidates()) {
    const bytes = btf.sizeOf(id);
    if (bytes < cache.objectSize * smallest) continue;
    const own = btf.type(id);
    if (bytes > cache.objectSize && !mayBeCut(own, bytes)) continue;
    const named = names.has(own.name);
    const leaves = leavesOf(btf, id, Math.min(words, Math.ceil(bytes / 8)));
    let prior = named ? weights.named : 0;
    if (bytes === cache.objectSize) prior += cache.aliases.length === 0 ? weights.exact : weights.exactOfMerged;
    let score = prior + weights.fills * Math.min(1, bytes / cache.objectSize);
    for (const row of rows) {
      const here = leaves[row.offset >> 3] ?? [];
      if (here.length === 0) score += row.pointers > 0.05 ? weights.pointerOutside * row.pointers : 0;
      else score += Math.max(...here.map((leaf) => leaf.weight * leafScore(leaf, row, here.length)));
    }
    ranked.push({
      type: own.name === '' ? `struct {…} #${id}` : own.name,
      id,
      size: own.size,
      score: rounded(score),
      evidence: rounded(score - prior),
      named,
    });
  }
  return ranked.toSorted((a, b) => b.score - a.score);

  function* candidates(): Generator<number> {
    for (const own of [kernel.btf, ...kernel.moduleBtfs.map((one) => one.btf)]) {
      btf = own;
      yield* own.ids('struct');
    }
  }

  /**
   * Objects smaller than their struct: of a struct that ends in an array only the elements in use are allocated
   * (kmem_cache.node), and task_struct's object ends inside thread.fpu.
   */
  function mayBeCut(own: BtfType, bytes: number): boolean {
    if (!names.has(own.name)) return false;
    const last = btf.members(own.id).at(-1);
    return (
      bytes <= cache.objectSize * 1.25 ||
      (last !== undefined && btf.resolve(last.type).kind === 'array' && last.bit >> 3 <= cache.objectSize)
    );
  }

  function leafScore(leaf: Leaf, row: Shares, alternatives: number): number {
    if (leaf.kind === 'number') {
      if (leaf.long && row.pointers > 0.02) return weights.pointerInUnsignedLong * row.pointers;
      let score = row.pointers > 0.02 ? weights.pointerInNumber * row.pointers : row.numbers + row.small > 0 ? 0.2 : 0;
      if (alternatives === 1 && leaf.size === 8) score *= 0.7;
      return leaf.size === 8 && row.pointers > 0.02 ? score + weights.pointerInLong * row.pointers : score;
    }
    const base = row.numbers + row.small > 0.02 ? weights.numberInPointer * row.numbers + weights.smallInPointer * row.small : 0.1;
    const { first, share } = row;
    if (share > 0.2 && first?.target?.symbol?.function === true) return base + functionScore(leaf, row);
    if (leaf.kind === 'function') return base + weights.dataForFunction * row.pointers * (share > 0 ? 1 : 0);
    if (share > 0.2 && first?.self !== undefined) {
      if (leaf.list === undefined) return base + weights.selfElsewhere * share;
      return base + (leaf.list.name === 'list_head' && first.self === leaf.list.offset ? weights.ownListHead * share : -0.5 * share);
    }
    if (share > 0.2 && first?.target?.symbol !== undefined) return base + globalScore(leaf.to, row);
    return row.pointers > 0.2 && row.row.caches[0] !== undefined ? base + cacheScore(leaf.to, row) : base;
  }

  function functionScore(leaf: Leaf, { first, share }: Shares): number {
    const symbol = first!.target!.symbol!;
    if (leaf.kind !== 'function') return leaf.kind === 'pointer' && leaf.to !== undefined ? weights.functionForPointer * share : 0;
    const known = symbol.offset === 0 ? btf.find(symbol.name, 'func') : undefined;
    if (known === undefined) return share;
    return (
      (prototypeKey(btf, btf.type(known).type) === prototypeKey(btf, leaf.prototype) ? weights.samePrototype : weights.otherPrototype) *
      share
    );
  }

  function globalScore(to: BtfType | undefined, { first, share }: Shares): number {
    if (to?.kind !== 'struct') return 0;
    const structs = first!.target!.structs ?? [];
    let score = structs.length === 0 ? 0 : (structs.includes(to.id) ? weights.sameStruct : weights.otherStruct) * share;
    const { fit, misfit } = matcher(btf, to, first!.address!);
    if (fit > 1) score += (weights.functionTable * Math.min(fit, 6) * share * fit) / (fit + 2 * misfit);
    if (misfit > fit) score += weights.notThatTable * share;
    return score;
  }

  function cacheScore(to: BtfType | undefined, { row }: Shares): number {
    const [most] = row.caches;
    if (most === undefined || to?.kind !== 'struct') return 0;
    const share = most.count / objects;
    if (most.name === to.name || most.name.replace(/_cachep?$/, '') === to.name) return weights.cacheOfThatType * share;
    const target = byName.get(most.name);
    return most.start > most.count / 2 && target !== undefined && to.size > target.objectSize
      ? weights.largerThanItsObject * share
      : weights.anyCache * share;
  }
}

function rounded(score: number): number {
  return Math.round(score * 100) / 100;
}

interface Shares {
  readonly offset: number;
  readonly row: CensusRow;
  readonly pointers: number;
  /** Neither zero nor a pointer, nor what freed objects leave behind. */
  readonly numbers: number;
  /** Small numbers: a pointer may hold them too (SIG_IGN, an error, a flag). */
  readonly small: number;
  readonly first: CensusRow['targets'][number] | undefined;
  readonly share: number;
}

function shares(row: CensusRow, objects: number): Shares {
  const part = (names: readonly (keyof CensusRow['classes'])[]): number =>
    names.reduce((sum, name) => sum + (row.classes[name] ?? 0), 0) / objects;
  const silent = part(['freed', 'user', 'zero']); // what is left behind, a program's own address: they say nothing
  const pointers = part(pointerClasses.filter((name) => name !== 'freed'));
  const small = part(['small']);
  const first = row.targets[0];
  return {
    offset: row.offset,
    row,
    pointers,
    numbers: Math.max(0, 1 - silent - small - pointers),
    small,
    first,
    share: (first?.count ?? 0) / objects,
  };
}

/** How many function pointers of a struct fit what stands at an address, by their prototypes; and how many don't. */
function tableMatcher(kernel: Kernel): (btf: Btf, type: BtfType, address: bigint) => { readonly fit: number; readonly misfit: number } {
  const { symbols, memory } = kernel;
  const known = new Map<string, { readonly fit: number; readonly misfit: number }>();
  const text = symbols.address('_stext') ?? 0n;
  const textEnd = symbols.address('_etext') ?? 0n;
  function compare(btf: Btf, type: BtfType, address: bigint): { readonly fit: number; readonly misfit: number } {
    const words = Math.min(comparedWords, Math.floor(type.size / 8));
    const leaves = leavesOf(btf, type.id, words);
    let fit = 0;
    let misfit = 0;
    try {
      const bytes = memory.bytes(address, words * 8);
      leaves.forEach((here, word) => {
        const value = bytes.readBigUInt64LE(word * 8);
        const isText = value >= text && value < textEnd;
        for (const leaf of here) {
          if (leaf.kind === 'function' && value !== 0n) {
            const symbol = isText ? symbols.at(value) : undefined;
            const func = symbol?.offset === 0 ? btf.find(symbol.name, 'func') : undefined;
            if (!isText) misfit++;
            else if (func !== undefined && prototypeKey(btf, btf.type(func).type) === prototypeKey(btf, leaf.prototype)) fit++;
            else if (func !== undefined) misfit++;
          } else if (isText && here.length === 1 && leaf.kind === 'number') misfit++;
        }
      });
    } catch (error) {
      if (!(error instanceof Unmapped)) throw error;
      misfit = 1;
    }
    return { fit, misfit };
  }
  return (btf, type, address) => {
    const key = `${btf.first} ${btf.count} ${type.id} ${address}`;
    const done = known.get(key) ?? compare(btf, type, address);
    known.set(key, done);
    return done;
  };
}
