/**
 * kallsyms, the kernel's table of its own symbols (kernel/kallsyms.c, scripts/kallsyms.c): names are strings
 * of tokens, addresses 32-bit offsets. Names stay as they are stored. A polynomial hash of a name follows
 * from the hashes of its tokens, so that 90,000 names are indexed without being written out; a lookup scans
 * the hashes and expands only what agrees.
 */
import { BadDump } from '../damage.ts';
import type { Memory } from '../memory/memory.ts';
import type { Vmcoreinfo } from './vmcoreinfo.ts';

export interface SymbolAt {
  readonly name: string;
  /** Bytes from the symbol's start. */
  readonly offset: number;
  /** As nm prints it: T t text, D d data, B b bss, R r read-only. */
  readonly type: string;
}

export interface Kallsyms {
  readonly count: number;
  /** Of a per-cpu symbol: what is added to a CPU's offset. */
  address(name: string): bigint | undefined;
  /** The symbol that covers an address of kernel text or data. */
  at(address: bigint): SymbolAt | undefined;
  /** Every symbol in the table's order. */
  all(): Generator<{ readonly name: string; readonly type: string; readonly address: bigint }>;
}

const mostSymbols = 1 << 22;
const mostNameBytes = 1 << 26;
const radix = 31;
const perCpu = 0xffffffff;

interface Tokens {
  readonly text: readonly string[];
  /** Hash of each token, and of what follows its first character: a name's first character is its type. */
  readonly hash: Int32Array;
  readonly tailHash: Int32Array;
  /** radix ^ length */
  readonly power: Int32Array;
}

function hashOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, radix) + text.charCodeAt(i)) | 0;
  return hash;
}

function decodeTokens(table: Buffer, index: Buffer): Tokens {
  const text: string[] = [];
  for (let i = 0; i < 256; i++) {
    const at = index.readUInt16LE(i * 2);
    const end = table.indexOf(0, at);
    if (end < 0) throw new BadDump('kallsyms_token_table', `token ${i} runs past the table`);
    text.push(table.toString('latin1', at, end));
  }
  return {
    text,
    hash: Int32Array.from(text, hashOf),
    tailHash: Int32Array.from(text, (t) => hashOf(t.slice(1))),
    power: Int32Array.from(text, (t) => {
      let p = 1;
      for (let i = 0; i < t.length; i++) p = Math.imul(p, radix);
      return p;
    }),
  };
}

export interface KallsymsTables {
  readonly count: number;
  readonly base: bigint;
  readonly names: Buffer;
  readonly offsets: Int32Array;
  readonly tokenTable: Buffer;
  readonly tokenIndex: Buffer;
}

/**
 * Reads the tables where VMCOREINFO says they are (Linux commits 5fd8fea935a1 "vmcoreinfo: include kallsyms
 * symbols" and f09bddbd8661 "vmcoreinfo: add kallsyms_num_syms symbol", both in v6.0).
 * @throws BadDump, Unmapped
 */
export function readKallsyms(memory: Memory, info: Vmcoreinfo): KallsymsTables {
  function symbol(name: string): bigint {
    const address = info.symbol(name);
    if (address === undefined) throw new BadDump('VMCOREINFO', `SYMBOL(${name}) expected: kernels before 6.0 do not say where kallsyms is`);
    return address;
  }
  const count = memory.u32(symbol('kallsyms_num_syms'));
  if (count === 0 || count > mostSymbols) throw new BadDump('kallsyms_num_syms', `1 to ${mostSymbols} symbols expected, found ${count}`);
  const names = symbol('kallsyms_names');
  const after = ['kallsyms_token_table', 'kallsyms_token_index', 'kallsyms_offsets', 'kallsyms_relative_base', 'kallsyms_num_syms']
    .map((name) => symbol(name))
    .filter((address) => address > names)
    .toSorted((a, b) => (a < b ? -1 : 1))[0];
  // The names end somewhere before the next table; each has at least two bytes and at most 2^14.
  const length = after === undefined ? count * 64 : Number(after - names);
  if (length > mostNameBytes) throw new BadDump('kallsyms_names', `at most ${mostNameBytes} bytes of names expected, found ${length}`);
  const offsets = memory.bytes(symbol('kallsyms_offsets'), count * 4);
  return {
    count,
    base: memory.u64(symbol('kallsyms_relative_base')),
    names: memory.bytes(names, length),
    offsets: new Int32Array(offsets.buffer, offsets.byteOffset, count),
    tokenTable: memory.bytes(symbol('kallsyms_token_table'), 4096),
    tokenIndex: memory.bytes(symbol('kallsyms_token_index'), 512),
  };
}

/** @throws BadDump where the tables contradict each other */
export function decodeKallsyms(tables: KallsymsTables): Kallsyms {
  const { count, base, names, offsets } = tables;
  const tokens = decodeTokens(tables.tokenTable, tables.tokenIndex);
  const starts = new Uint32Array(count);
  const hashes = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    starts[i] = at;
    let length = names[at++]!;
    // Lengths above 127 take a second byte (73bbb94466fd "kallsyms: support "big" kernel symbols", v6.1).
    if (length >= 128) length = (length & 127) | (names[at++]! << 7);
    if (!(length > 0) || at + length > names.length) throw new BadDump('kallsyms_names', `symbol ${i} of ${count} runs past the table`);
    let hash = tokens.tailHash[names[at]!]!;
    for (let j = at + 1, end = at + length; j < end; j++) hash = (Math.imul(hash, tokens.power[names[j]!]!) + tokens.hash[names[j]!]!) | 0;
    hashes[i] = hash;
    at += length;
  }

  /** The name with its type in front. */
  function expand(i: number): string {
    let from = starts[i]!;
    let length = names[from++]!;
    if (length >= 128) length = (length & 127) | (names[from++]! << 7);
    let text = '';
    for (let j = from; j < from + length; j++) text += tokens.text[names[j]!]!;
    return text;
  }

  // With CONFIG_KALLSYMS_ABSOLUTE_PERCPU an offset below zero stands for base − 1 − offset, and one above is
  // the per-cpu symbol's own value; without it (always since 01157ddc58dc, v6.15) all are unsigned.
  // Plain loops here: `from` and `some` with a function take milliseconds on tables of this size.
  let mixed = false;
  for (let i = 0; i < count && !mixed; i++) mixed = offsets[i]! < 0;
  const relative = new Uint32Array(count);
  for (let i = 0; i < count; i++) relative[i] = mixed ? (offsets[i]! < 0 ? -1 - offsets[i]! : perCpu) : offsets[i]!;
  const order = sortedByAddress(relative);
  const sorted = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) sorted[i] = relative[order[i]!]!;

  function addressOf(i: number): bigint {
    return relative[i] === perCpu && mixed ? BigInt(offsets[i]!) : base + BigInt(relative[i]!);
  }
  function address(name: string): bigint | undefined {
    const hash = hashOf(name);
    for (let i = hashes.indexOf(hash); i >= 0; i = hashes.indexOf(hash, i + 1)) if (expand(i).slice(1) === name) return addressOf(i);
    return undefined;
  }
  const start = address('_text') ?? address('_stext') ?? base;
  const end = address('_end') ?? base + BigInt(sorted.at(-1) ?? 0);

  return {
    count,
    address,
    at(wanted) {
      if (wanted < start || wanted >= end || wanted < base) return undefined;
      const offset = Number(wanted - base);
      let low = -1;
      let high = sorted.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (sorted[middle]! <= offset) low = middle;
        else high = middle - 1;
      }
      if (low < 0) return undefined;
      while (low > 0 && sorted[low - 1] === sorted[low]) low--; // of aliases the first, as the kernel's own lookup
      const text = expand(order[low]!);
      return { name: text.slice(1), offset: offset - sorted[low]!, type: text[0]! };
    },
    *all() {
      for (let i = 0; i < count; i++) {
        const text = expand(i);
        yield { name: text.slice(1), type: text[0]!, address: addressOf(i) };
      }
    },
  };
}

/** Indices of the symbols that have an address, by address; the table is written in that order already. */
function sortedByAddress(relative: Uint32Array): Uint32Array {
  const order = new Uint32Array(relative.length);
  let used = 0;
  let ascending = true;
  for (let i = 0; i < relative.length; i++) {
    if (relative[i] === perCpu) continue;
    if (used > 0 && relative[order[used - 1]!]! > relative[i]!) ascending = false;
    order[used++] = i;
  }
  const indices = order.slice(0, used);
  return ascending ? indices : indices.toSorted((a, b) => relative[a]! - relative[b]! || a - b);
}
