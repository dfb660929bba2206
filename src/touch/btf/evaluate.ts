import type { Btf, BtfType } from '../../kernel/btf.ts';
import { complaint, type Complaint } from '../../messages/expression.ts';
import { hex, Meaningless, Unmapped } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { type Expression, parseExpression, type TypeText } from './expression.ts';
import { globalTypes } from './globals.ts';

/** A type of the kernel's or a module's BTF, with `stars` pointers around it that BTF need not have. */
export interface TypeRef {
  readonly btf: Btf;
  readonly id: number;
  readonly stars: number;
}

/** What an expression names: a place in memory, or a number that stands nowhere. */
export type Value =
  | { readonly type: TypeRef; readonly address: bigint; readonly bit: number; readonly bits: number }
  | { readonly type: TypeRef; readonly raw: bigint };

/** As people write it: GCC's `long unsigned int` is `unsigned long`. */
export function typeText(type: TypeRef): string {
  const name = type.btf
    .typeName(type.id)
    .replace(/\b(long long|long|short) unsigned int\b/, 'unsigned $1')
    .replace(/\b(long long|long|short) int\b/, '$1')
    .replace('[', ' [');
  return type.stars === 0 ? name : `${name}${name.endsWith('*') ? '' : ' '}${'*'.repeat(type.stars)}`;
}

/** The type behind typedefs; undefined for a pointer that stars make. */
function bare(type: TypeRef): BtfType | undefined {
  return type.stars > 0 ? undefined : type.btf.resolve(type.id);
}

export function isPointer(type: TypeRef): boolean {
  return type.stars > 0 || type.btf.resolve(type.id).kind === 'ptr';
}

/** What a pointer points to, or an array's element; undefined for anything else. */
export function target(type: TypeRef): TypeRef | undefined {
  if (type.stars > 0) return { ...type, stars: type.stars - 1 };
  const own = type.btf.resolve(type.id);
  return own.kind === 'ptr' || own.kind === 'array' ? { btf: type.btf, id: own.type, stars: 0 } : undefined;
}

export function sizeOf(type: TypeRef): number {
  return type.stars > 0 ? 8 : type.btf.sizeOf(type.id);
}

/** The kernel's types first, then those of modules. */
export function findType(kernel: Kernel, text: TypeText): TypeRef {
  const [, keyword, name] = /^(?:(struct|union|enum) )?(.+)$/.exec(text.words) ?? [];
  const kinds =
    keyword === 'enum'
      ? (['enum', 'enum64'] as const)
      : keyword === undefined
        ? (['typedef', 'int', 'float', 'struct', 'union'] as const)
        : ([keyword as 'struct' | 'union'] as const);
  if (text.words === 'void') return { btf: kernel.btf, id: 0, stars: text.stars };
  const written = { unsigned: 'unsigned int', long: 'long int', short: 'short int', 'unsigned long': 'long unsigned int' }[text.words];
  const spellings = [name!, ...(written === undefined ? [] : [written]), ...intSpellings(name!)];
  for (const own of [kernel.btf, ...kernel.moduleBtfs.map((m) => m.btf)])
    for (const kind of kinds)
      for (const spelling of spellings) {
        const id = own.find(spelling, kind);
        if (id !== undefined) return { btf: own, id, stars: text.stars };
      }
  throw new Meaningless('no_type', { type: text.words });
}

/** "unsigned long" is "long unsigned int" to GCC and "unsigned long" to clang. */
function intSpellings(name: string): readonly string[] {
  const words = new Set(name.split(' '));
  for (const word of words) if (!['unsigned', 'signed', 'long', 'short', 'int', 'char'].includes(word)) return [];
  const unsigned = words.has('unsigned') ? 'unsigned ' : '';
  const longs = name.split(' ').filter((word) => word === 'long').length;
  if (words.has('char')) return [`${unsigned}char`];
  const width = words.has('short') ? 'short' : longs === 2 ? 'long long' : longs === 1 ? 'long' : '';
  return width === '' ? [`${unsigned}int`] : [`${width} ${unsigned}int`, `${unsigned}${width}`];
}

/** @throws Meaningless, Unmapped */
export function evaluate(kernel: Kernel, text: string): Value {
  return valueOf(kernel, parseExpression(text), true);
}

/** @param read what stands there will be read, not only its address taken: not possible of a per-cpu variable without a CPU */
function valueOf(kernel: Kernel, expression: Expression, read: boolean): Value {
  switch (expression.kind) {
    case 'name': {
      const found = global(kernel, expression.name);
      if (read && 'address' in found && isPerCpu(kernel, found.address))
        throw new Meaningless('per_cpu', { name: expression.name, cpus: kernel.cpus.join(' ') });
      return found;
    }
    case 'number':
      return { type: findType(kernel, { words: 'unsigned long', stars: 0 }), raw: expression.value };
    case 'cast': {
      const to = findType(kernel, expression.to);
      const from = valueOf(kernel, expression.of, true);
      const raw = scalar(kernel, from);
      if (raw === undefined) throw new Meaningless('no_cast', { type: typeText(from.type), to: expression.to.words });
      return { type: to, raw };
    }
    case 'address': {
      const of = valueOf(kernel, expression.of, false);
      if (!('address' in of) || of.bits > 0) throw new Meaningless('no_place', {});
      return { type: { ...of.type, stars: of.type.stars + 1 }, raw: of.address };
    }
    case 'dereference':
      return follow(kernel, valueOf(kernel, expression.of, true), 0n);
    case 'index': {
      const at = scalar(kernel, valueOf(kernel, expression.at, true));
      if (at === undefined) throw new Meaningless('no_index', {});
      return follow(kernel, valueOf(kernel, expression.of, read), at);
    }
    case 'member': {
      const of = valueOf(kernel, expression.of, read || expression.arrow);
      return member(expression.arrow || isPointer(of.type) ? follow(kernel, of, 0n) : of, expression.name);
    }
    case 'sum': {
      const left = valueOf(kernel, expression.left, true);
      const right = scalar(kernel, valueOf(kernel, expression.right, true));
      const base = scalar(kernel, left);
      if (base === undefined || right === undefined) throw new Meaningless('no_sum', {});
      const step = isPointer(left.type) ? BigInt(Math.max(1, sizeOf(target(left.type)!))) : 1n;
      return { type: left.type, raw: BigInt.asUintN(64, base + (expression.negative ? -right : right) * step) };
    }
    case 'perCpu':
      break;
  }
  if (!kernel.cpus.includes(expression.cpu)) throw new Meaningless('no_such_cpu', { cpu: expression.cpu, cpus: kernel.cpus.join(' ') });
  const of = valueOf(kernel, expression.of, false);
  // A per-cpu variable by name, or a __percpu pointer.
  if (!isPointer(of.type) && 'address' in of) return { ...of, address: kernel.perCpu(of.address, expression.cpu) };
  return { type: of.type, raw: kernel.perCpu(scalar(kernel, of)!, expression.cpu) };
}

function isPerCpu({ symbols }: Kernel, address: bigint): boolean {
  const start = symbols.address('__per_cpu_start');
  const end = symbols.address('__per_cpu_end');
  return start !== undefined && end !== undefined && address >= start && address < end;
}

function global(kernel: Kernel, name: string): Value {
  const address = kernel.addressOf(name);
  if (address === undefined) throw new Meaningless('no_symbol', { name });
  const { btf } = kernel;
  const variable = btf.find(name, 'var');
  const func = variable === undefined ? btf.find(name, 'func') : undefined;
  const id = variable === undefined ? func : btf.type(variable).type;
  if (id !== undefined) return { type: { btf, id, stars: 0 }, address, bit: 0, bits: 0 };
  const [, words, stars] = /^(.*?)\s*(\**)$/.exec(globalTypes[name] ?? 'void') ?? [];
  return { type: findType(kernel, { words: words!, stars: stars!.length }), address, bit: 0, bits: 0 };
}

function follow(kernel: Kernel, value: Value, index: bigint): Value {
  const to = target(value.type);
  if (to === undefined) throw new Meaningless('no_pointer', { type: typeText(value.type) });
  const base = isPointer(value.type) ? scalar(kernel, value)! : 'address' in value ? value.address : undefined;
  if (base === undefined) throw new Meaningless('stands_nowhere', { type: typeText(value.type) });
  return { type: to, address: BigInt.asUintN(64, base + BigInt.asIntN(64, index) * BigInt(sizeOf(to))), bit: 0, bits: 0 };
}

function member(of: Value, name: string): Value {
  if (!('address' in of)) throw new Meaningless('stands_nowhere', { type: typeText(of.type) });
  const owner = bare(of.type);
  if (owner === undefined || (owner.kind !== 'struct' && owner.kind !== 'union')) {
    throw new Meaningless(owner?.kind === 'void' ? 'no_members_untyped' : 'no_members', { type: typeText(of.type) });
  }
  const place = of.type.btf.member(owner.id, name);
  if (place === undefined)
    throw new Meaningless('no_member', { type: typeText(of.type), name, members: memberNames(of.type.btf, owner.id) });
  return {
    type: { btf: of.type.btf, id: place.type, stars: 0 },
    address: of.address + BigInt(place.offset),
    bit: place.bits > 0 ? place.bit & 7 : 0,
    bits: place.bits,
  };
}

function memberNames(btf: Btf, id: number): string {
  const names = btf.members(id).map((m) => m.name || '{…}');
  return names.length > 24 ? `${names.slice(0, 24).join(' ')} …` : names.join(' ');
}

/**
 * The number a value is: integers, enums and bit fields (sign extended where their type is signed), pointers.
 * @returns undefined for structs, unions, arrays and functions
 */
export function scalar(kernel: Kernel, value: Value): bigint | undefined {
  const own = bare(value.type);
  const kind = own?.kind ?? 'ptr';
  if (!['int', 'enum', 'enum64', 'ptr', 'float'].includes(kind)) return 'raw' in value ? value.raw : undefined;
  const bytes = sizeOf(value.type);
  if ('raw' in value) return own?.signed === true ? BigInt.asIntN(bytes * 8, value.raw) : BigInt.asUintN(bytes * 8, value.raw);
  const width = value.bits > 0 ? value.bits : bytes * 8;
  // As many bytes as the bits touch, little-endian; an int of 16 bytes has no bits to spare.
  const read = kernel.memory.bytes(value.address, Math.ceil((value.bit + width) / 8));
  let raw = 0n;
  for (let i = read.length - 1; i >= 0; i--) raw = (raw << 8n) | BigInt(read[i]!);
  raw >>= BigInt(value.bit);
  return own?.signed === true ? BigInt.asIntN(width, raw) : BigInt.asUintN(width, raw);
}

/** What went wrong with an expression, for the one who wrote it; undefined for an error that is not about it. */
export function complaintOf(error: unknown): Complaint | undefined {
  if (error instanceof Meaningless) return error.complaint;
  if (!(error instanceof Unmapped)) return undefined;
  const address = hex(error.address);
  return error.physical === undefined
    ? complaint('unmapped', { address })
    : complaint('left_out', { address, physical: hex(error.physical) });
}
