/**
 * /proc/kallsyms: `ffffffff81000000 T _text` a line, `\t[module]` after a module's. 200,000 lines are usual, so the
 * text stays bytes and what is made of it are two typed arrays; names are cut out when a stack is shown.
 */
import { Malformed } from '../model/reading.ts';

export interface Symbols {
  readonly count: number;
  /** `name+0x1f`, with ` [module]` where it is one's; undefined below the first symbol. `address`: the low 48 bits, which tell kernel addresses apart. */
  symbol(address: number): string | undefined;
}

/** The low 48 bits of an address given as two 32-bit words: exact in a number. */
export function address48(low: number, high: number): number {
  return (high & 0xffff) * 0x1_0000_0000 + (low >>> 0);
}

/** Further above a symbol than this lies something else that has none: code that was unloaded since. */
const LONGEST_FUNCTION = 0x20_0000;

const TAB = 9;
const NEWLINE = 10;
const SPACE = 32;
const OPENING = 91;
const CLOSING = 93;
const text = new Set(['t', 'T', 'w', 'W'].map((letter) => letter.charCodeAt(0)));

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  if (byte >= 97 && byte <= 102) return byte - 87;
  return -1;
}

/** Where each module's code lies, by /proc/modules: `name bytes users by state address`. Addresses as `address48` gives them. */
function moduleRanges(text: string): ReadonlyMap<string, readonly [from: number, to: number]> {
  const ranges = new Map<string, readonly [number, number]>();
  for (const [, name = '', size, address = ''] of text.matchAll(/^(\S+) (\d+) .* 0x([0-9a-f]+)(?: .*)?$/gm)) {
    const from = Number.parseInt(address.slice(-12), 16);
    if (from !== 0) ranges.set(name, [from, from + Number(size)]);
  }
  return ranges;
}

/**
 * @param modules the text of /proc/modules, where there is one. A module's start-up code is freed, but its exported symbols
 *   stay listed, amid the code of whatever was loaded there since: symbols outside their module's code are left out
 * @returns undefined when every address is zero: kernel.kptr_restrict hides them from this reader
 * @throws Malformed on a line that is not `address type name`
 */
export function decodeKallsyms(bytes: Uint8Array, modules = ''): Symbols | undefined {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ranges = moduleRanges(modules);
  const isStale = (address: number, start: number, end: number) => {
    if (bytes[end - 1] !== CLOSING) return false;
    const range = ranges.get(source.toString('latin1', source.indexOf(OPENING, start) + 1, end - 1));
    return range !== undefined && (address < range[0] || address >= range[1]);
  };
  // Shortest line: 16 digits, type, a name of one letter.
  const room = Math.ceil(bytes.length / 20) + 1;
  let addresses = new Float64Array(room);
  let names = new Uint32Array(room);
  let count = 0;
  let sorted = true;
  let seen = false;
  let line = 1;
  for (let at = 0; at < bytes.length; line++) {
    let end = source.indexOf(NEWLINE, at);
    if (end < 0) end = bytes.length;
    // Only the low twelve digits count: those before are the same for every kernel address. Two halves, so that they stay integers.
    let high = 0;
    let low = 0;
    let digits = 0;
    for (; at + digits < end; digits++) {
      const digit = hexDigit(bytes[at + digits]!);
      if (digit < 0) break;
      high = ((high << 4) | (low >>> 28)) & 0xffff;
      low = (low << 4) | digit;
    }
    const address = address48(low, high);
    const type = at + digits + 1;
    if ((digits !== 16 && digits !== 8) || bytes[type - 1] !== SPACE || bytes[type + 1] !== SPACE || type + 2 >= end)
      throw new Malformed(line, 'address, type and name', source.toString('latin1', at, end));
    if (address !== 0) seen = true;
    if (text.has(bytes[type]!) && !isStale(address, type + 2, end)) {
      if (count > 0 && address < addresses[count - 1]!) sorted = false;
      addresses[count] = address;
      names[count++] = type + 2;
    }
    at = end + 1;
  }
  if (!seen) return undefined;
  addresses = addresses.slice(0, count);
  names = names.slice(0, count);
  if (!sorted) ({ addresses, names } = sortedBy(addresses, names));
  return { count, symbol: (address) => lookUp(source, addresses, names, address) };
}

/** The kernel's own symbols come in order, modules' and programs' after them do not: those alone are sorted, and merged in. */
function sortedBy(
  addresses: Float64Array,
  names: Uint32Array,
): { readonly addresses: Float64Array<ArrayBuffer>; readonly names: Uint32Array<ArrayBuffer> } {
  let head = 1;
  while (head < addresses.length && addresses[head]! >= addresses[head - 1]!) head++;
  const tail = Uint32Array.from({ length: addresses.length - head }, (_, i) => head + i).toSorted(
    (a, b) => addresses[a]! - addresses[b]! || a - b,
  );
  const merged = { addresses: new Float64Array(addresses.length), names: new Uint32Array(names.length) };
  for (let to = 0, one = 0, other = 0; to < addresses.length; to++) {
    const first = other >= tail.length || (one < head && addresses[one]! <= addresses[tail[other]!]!);
    const from = first ? one++ : tail[other++]!;
    merged.addresses[to] = addresses[from]!;
    merged.names[to] = names[from]!;
  }
  return merged;
}

function lookUp(source: Buffer, addresses: Float64Array, names: Uint32Array, address: number): string | undefined {
  let low = 0;
  let high = addresses.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (addresses[middle]! <= address) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return undefined;
  let index = low - 1;
  if (address - addresses[index]! > LONGEST_FUNCTION) return undefined;
  // Of several names for one address the first is the function's own; the others are aliases (`__x64_sys_` before `__do_sys_`).
  while (index > 0 && addresses[index - 1] === addresses[index]) index--;
  const start = names[index]!;
  let end = source.indexOf(NEWLINE, start);
  if (end < 0) end = source.length;
  const tab = source.indexOf(TAB, start);
  const nameEnd = tab >= 0 && tab < end ? tab : end;
  const module = nameEnd < end ? ` ${source.toString('latin1', nameEnd + 1, end)}` : '';
  return `${source.toString('latin1', start, nameEnd)}+0x${(address - addresses[index]!).toString(16)}${module}`;
}
