/**
 * BTF, the kernel's own description of its types (Documentation/bpf/btf.rst). One traversal finds where every
 * type stands; names, members and everything else are decoded when asked for, so that opening 95,000 types
 * costs a few milliseconds. Nothing is trusted: every offset and id is checked, every chain is bounded, and
 * what does not fit is `Malformed`, with the byte where the record starts in place of the line.
 */
import { Malformed } from '../model/reading.ts';

const kinds = [
  'void',
  'int',
  'ptr',
  'array',
  'struct',
  'union',
  'enum',
  'fwd',
  'typedef',
  'volatile',
  'const',
  'restrict',
  'func',
  'func_proto',
  'var',
  'datasec',
  'float',
  'decl_tag',
  'type_tag',
  'enum64',
] as const;
export type BtfKind = (typeof kinds)[number];

/** Words that follow a record's three, fixed and per entry, by kind. */
const fixedWords = [0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0];
const entryWords = [0, 0, 0, 0, 3, 3, 2, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 3];
const modifiers: readonly BtfKind[] = ['typedef', 'volatile', 'const', 'restrict', 'type_tag'];
/** Kinds whose third word is a size in bytes; for the others it is the id of the type they refer to. */
const sized: readonly BtfKind[] = ['int', 'struct', 'union', 'enum', 'datasec', 'float', 'enum64'];
const deepest = 32;
/** A function's parameters that are functions themselves, and theirs: few in C, without end in damage. */
const deepestFunction = 12;
const shownParameters = 24;

export interface BtfType {
  readonly id: number;
  readonly kind: BtfKind;
  readonly name: string;
  /** Bytes; 0 where the kind has no size of its own (see `sizeOf`). */
  readonly size: number;
  /** What a pointer, modifier, function or variable refers to, an array's element; 0 is void. */
  readonly type: number;
  /** Entries: members, enumerators, parameters; an array's elements. */
  readonly count: number;
  /** Of an int or enum: its values may be negative. */
  readonly signed: boolean;
  readonly encoding: 'number' | 'char' | 'bool';
}

export interface BtfMember {
  readonly name: string;
  readonly type: number;
  /** Offset in bits from the start of the struct. */
  readonly bit: number;
  /** Width of a bit field; 0 for an ordinary member. */
  readonly bits: number;
}

/** A member found by path; `offset` in bytes, `bit` in bits, both from the start of the outermost struct. */
export interface BtfPlace {
  readonly offset: number;
  readonly bit: number;
  readonly bits: number;
  readonly type: number;
}

export interface Btf {
  /** Ids run from `first` to `count − 1`; below `first` they are the base's. */
  readonly first: number;
  readonly count: number;
  readonly base: Btf | undefined;
  type(id: number): BtfType;
  kind(id: number): BtfKind;
  /** The id of a named type of that kind, own types before the base's. */
  find(name: string, kind: BtfKind): number | undefined;
  /** Strips typedef, const, volatile, restrict and type tags. */
  resolve(id: number): BtfType;
  /** Of a struct or union, as declared; anonymous ones have an empty name. */
  members(id: number): readonly BtfMember[];
  /** `a.b.c` in a struct given by name or id, seen through anonymous members; undefined where there is none. */
  member(struct: string | number, path: string): BtfPlace | undefined;
  /** Of a function prototype, or of a function's. A variadic one ends in a parameter of type 0 without a name. */
  parameters(id: number): readonly { readonly name: string; readonly type: number }[];
  enumerators(id: number): readonly { readonly name: string; readonly value: number | bigint }[];
  /** Bytes an object of the type takes; 0 for void, functions and forward declarations. Pointers take 8. */
  sizeOf(id: number): number;
  /** As C would write it: `struct sock *`, `unsigned long`, `u8[16]`. */
  typeName(id: number): string;
  /** Ids of one kind, own types only, in order. */
  ids(kind: BtfKind): Generator<number>;
  /** @internal string at an offset of the joined string section */
  text(offset: number): string;
  /** @internal bytes of the string section, bases' included */
  readonly stringBytes: number;
  /** @internal offset of a string in the joined section, from `after` on */
  findText(name: string, after: number): number;
}

interface Sections {
  readonly words: Uint32Array;
  readonly strings: Buffer;
}

/** @throws Malformed where the header does not describe sections inside `bytes` */
function sections(bytes: Uint8Array): Sections {
  if (bytes.length < 24) throw new Malformed(0, 'a BTF header of 24 bytes', `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0, true) !== 0xeb9f) throw new Malformed(0, 'the BTF magic 0xeb9f', `0x${view.getUint16(0, true).toString(16)}`);
  if (view.getUint8(2) !== 1) throw new Malformed(2, 'BTF version 1', String(view.getUint8(2)));
  const [header, typeStart, typeBytes, textStart, textBytes] = [4, 8, 12, 16, 20].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const types = header + typeStart;
  const text = header + textStart;
  if (types + typeBytes > bytes.length || text + textBytes > bytes.length || typeBytes % 4 !== 0)
    throw new Malformed(4, `sections inside ${bytes.length} bytes`, `types ${types}+${typeBytes}, strings ${text}+${textBytes}`);
  if (textBytes > 0 && bytes[text + textBytes - 1] !== 0) throw new Malformed(text, 'strings that end in NUL', 'an open string');
  const aligned = (bytes.byteOffset + types) % 4 === 0 ? bytes : new Uint8Array(bytes.subarray(types, types + typeBytes)); // a copy: Buffer's slice is none
  const words = new Uint32Array(aligned.buffer, aligned === bytes ? bytes.byteOffset + types : aligned.byteOffset, typeBytes / 4);
  return { words, strings: Buffer.from(bytes.buffer, bytes.byteOffset + text, textBytes) };
}

/** Where each record starts, in words. */
function recordStarts(words: Uint32Array): Uint32Array {
  const starts = new Uint32Array(Math.floor(words.length / 3));
  let count = 0;
  for (let at = 0; at < words.length; ) {
    if (at + 3 > words.length) throw new Malformed(at * 4, 'a type record of 12 bytes', 'the end of the types');
    const info = words[at + 1]!;
    const kind = (info >>> 24) & 31;
    if (kind === 0 || kind >= kinds.length) throw new Malformed(at * 4, `a kind of 1 to ${kinds.length - 1}`, String(kind));
    starts[count++] = at;
    at += 3 + fixedWords[kind]! + entryWords[kind]! * (info & 0xffff);
    if (at > words.length) throw new Malformed(at * 4, 'a record inside the types', `kind ${kinds[kind]} past their end`);
  }
  return starts.slice(0, count);
}

/** Ids by name, hashed: a few milliseconds once, where looking through the strings takes a tenth of one each time. */
function nameIndex(names: Uint32Array, strings: Buffer): (name: string) => Generator<number> {
  const mask = 2 ** Math.ceil(Math.log2(names.length + 2)) - 1;
  const heads = new Int32Array(mask + 1).fill(-1);
  const next = new Int32Array(names.length);
  for (let i = names.length - 1; i >= 0; i--) {
    let hash = 0;
    for (let at = names[i]!; at < strings.length && strings[at] !== 0; at++) hash = (Math.imul(hash, 31) + strings[at]!) | 0;
    next[i] = heads[hash & mask]!;
    heads[hash & mask] = i;
  }
  return function* withName(name) {
    const wanted = Buffer.from(`${name}\0`, 'latin1');
    let hash = 0;
    for (let at = 0; at < wanted.length - 1; at++) hash = (Math.imul(hash, 31) + wanted[at]!) | 0;
    for (let i = heads[hash & mask]!; i >= 0; i = next[i]!) {
      const at = names[i]!;
      if (at + wanted.length <= strings.length && wanted.compare(strings, at, at + wanted.length) === 0) yield i;
    }
  };
}

/**
 * @param base the kernel's own BTF, where `bytes` is a module's
 * @throws Malformed on a bad header or record; lookups throw it for ids and strings that point nowhere
 */
export function decodeBtf(bytes: Uint8Array, base?: Btf): Btf {
  const { words, strings } = sections(bytes);
  const starts = recordStarts(words);
  const first = base?.count ?? 1;
  const count = first + starts.length;
  const textBase = base?.stringBytes ?? 0;
  const names = new Uint32Array(starts.length);
  for (let i = 0; i < starts.length; i++) names[i] = words[starts[i]!]!;
  const found = new Map<string, number | undefined>();
  const texts = new Map<string, number>();
  let index: ReturnType<typeof nameIndex> | undefined;
  const memberLists = new Map<number, readonly BtfMember[]>();
  const types = new Map<number, BtfType>();

  function start(id: number): number {
    const at = starts[id - first];
    if (at === undefined) throw new Malformed(0, `a type id below ${count}`, String(id));
    return at;
  }

  function kind(id: number): BtfKind {
    if (id === 0) return 'void';
    if (base !== undefined && id < first) return base.kind(id);
    return kinds[(words[start(id) + 1]! >>> 24) & 31]!;
  }

  function text(offset: number): string {
    if (base !== undefined && offset < textBase) return base.text(offset);
    const from = offset - textBase;
    const end = strings.indexOf(0, from);
    if (from < 0 || from >= strings.length || end < 0)
      throw new Malformed(0, `a string offset below ${textBase + strings.length}`, String(offset));
    return strings.toString('latin1', from, end);
  }

  function type(id: number): BtfType {
    if (base !== undefined && id < first) return base.type(id);
    const known = types.get(id);
    if (known !== undefined) return known;
    if (id === 0) return { id, kind: 'void', name: '', size: 0, type: 0, count: 0, signed: false, encoding: 'number' };
    const at = start(id);
    const info = words[at + 1]!;
    const own = kinds[(info >>> 24) & 31]!;
    const third = words[at + 2]!;
    const extra = own === 'int' ? words[at + 3]! >>> 24 : 0;
    const decoded: BtfType = {
      id,
      kind: own,
      name: text(words[at]!),
      size: sized.includes(own) ? third : 0,
      type: own === 'array' ? words[at + 3]! : sized.includes(own) || own === 'fwd' ? 0 : third,
      count: own === 'array' ? words[at + 5]! : info & 0xffff,
      signed: own === 'int' ? (extra & 1) !== 0 : info >>> 31 === 1 || own === 'float',
      encoding: (extra & 4) !== 0 ? 'bool' : (extra & 2) !== 0 ? 'char' : 'number',
    };
    types.set(id, decoded);
    return decoded;
  }

  function findText(name: string, after: number): number {
    if (base !== undefined && after < textBase) {
      const there = base.findText(name, after);
      if (there >= 0) return there;
    }
    // Every module asks its base for the same names.
    const known = after === 0 ? texts.get(name) : undefined;
    if (known !== undefined) return known;
    // The section starts with the empty string, so that every name stands between two NULs.
    const at = strings.indexOf(`\0${name}\0`, Math.max(0, after - textBase - 1), 'latin1');
    const place = at < 0 ? -1 : at + 1 + textBase;
    if (after === 0) texts.set(name, place);
    return place;
  }

  function find(name: string, wanted: BtfKind): number | undefined {
    const key = `${wanted} ${name}`;
    if (found.has(key)) return found.get(key);
    let id: number | undefined;
    if (base === undefined) {
      for (const i of (index ??= nameIndex(names, strings))(name)) {
        if (kind(first + i) !== wanted) continue;
        id = first + i;
        break;
      }
      found.set(key, id);
      return id;
    }
    // A module's names may be the kernel's. A producer may leave a string twice: each place is tried.
    for (let at = findText(name, 0); at >= 0 && id === undefined; at = findText(name, at + 1)) {
      for (let i = names.indexOf(at); i >= 0 && id === undefined; i = names.indexOf(at, i + 1))
        if (kind(first + i) === wanted) id = first + i;
    }
    id ??= base?.find(name, wanted);
    found.set(key, id);
    return id;
  }

  function resolve(id: number): BtfType {
    let at = id;
    for (let step = 0; step < deepest; step++) {
      if (!modifiers.includes(kind(at))) return type(at);
      at = base !== undefined && at < first ? base.type(at).type : words[start(at) + 2]!;
    }
    throw new Malformed(0, `at most ${deepest} modifiers of type ${id}`, 'more, perhaps a ring');
  }

  function members(id: number): readonly BtfMember[] {
    const known = memberLists.get(id);
    if (known !== undefined) return known;
    const owner = resolve(id);
    if (base !== undefined && owner.id < first) return base.members(owner.id);
    const list: BtfMember[] = [];
    if (owner.kind === 'struct' || owner.kind === 'union') {
      const at = start(owner.id);
      const fields = words[at + 1]! >>> 31 === 1;
      for (let i = 0, m = at + 3; i < owner.count; i++, m += 3) {
        const place = words[m + 2]!;
        list.push({ name: text(words[m]!), type: words[m + 1]!, bit: fields ? place & 0xffffff : place, bits: fields ? place >>> 24 : 0 });
      }
    }
    memberLists.set(id, list);
    return list;
  }

  function field(id: number, name: string, depth: number): BtfMember | undefined {
    const list = members(id);
    const direct = list.find((m) => m.name === name);
    if (direct !== undefined || depth >= deepest) return direct;
    for (const m of list) {
      if (m.name !== '') continue;
      const inner = field(m.type, name, depth + 1);
      if (inner !== undefined) return { ...inner, bit: inner.bit + m.bit };
    }
    return undefined;
  }

  function member(struct: string | number, path: string): BtfPlace | undefined {
    let id = typeof struct === 'number' ? struct : (find(struct, 'struct') ?? find(struct, 'union'));
    let bit = 0;
    let bits = 0;
    for (const part of path.split('.')) {
      const next = id === undefined ? undefined : field(id, part, 0);
      if (next === undefined) return undefined;
      id = next.type;
      bit += next.bit;
      bits = next.bits;
    }
    return { offset: bit >>> 3, bit, bits, type: id! };
  }

  function parameters(id: number): readonly { readonly name: string; readonly type: number }[] {
    const own = resolve(id);
    if (own.kind === 'func') return kind(own.type) === 'func_proto' ? parameters(own.type) : [];
    if (base !== undefined && own.id < first) return base.parameters(own.id);
    if (own.kind !== 'func_proto') return [];
    const at = start(own.id) + 3;
    return Array.from({ length: own.count }, (_, i) => ({ name: text(words[at + i * 2]!), type: words[at + i * 2 + 1]! }));
  }

  function enumerators(id: number): readonly { readonly name: string; readonly value: number | bigint }[] {
    const own = resolve(id);
    if (base !== undefined && own.id < first) return base.enumerators(own.id);
    if (own.kind !== 'enum' && own.kind !== 'enum64') return [];
    const at = start(own.id) + 3;
    return Array.from({ length: own.count }, (_, i) => {
      if (own.kind === 'enum')
        return { name: text(words[at + i * 2]!), value: own.signed ? words[at + i * 2 + 1]! | 0 : words[at + i * 2 + 1]! };
      const wide = (BigInt(words[at + i * 3 + 2]!) << 32n) | BigInt(words[at + i * 3 + 1]!);
      return { name: text(words[at + i * 3]!), value: own.signed ? BigInt.asIntN(64, wide) : wide };
    });
  }

  function sizeOf(id: number): number {
    let elements = 1;
    let at = id;
    const direct = kind(id);
    if ((direct === 'struct' || direct === 'union') && id >= first) return words[start(id) + 2]!;
    for (let step = 0; step < deepest; step++) {
      const own = resolve(at);
      if (own.kind === 'ptr') return 8 * elements;
      if (own.kind === 'var') at = own.type;
      else if (own.kind === 'array') {
        elements *= own.count;
        at = own.type;
      } else return own.size * elements;
    }
    throw new Malformed(0, `at most ${deepest} nested arrays in type ${id}`, 'more, perhaps a ring');
  }

  function typeName(id: number, depth = 0): string {
    const own = type(id);
    if (depth > deepest) return '…';
    switch (own.kind) {
      case 'void':
        return 'void';
      case 'ptr':
        return kind(own.type) === 'func_proto' ? prototypeName(own.type, depth) : `${typeName(own.type, depth + 1)} *`.replace('* *', '**');
      case 'array': {
        const dimensions: number[] = [];
        let element = own;
        for (; element.kind === 'array' && dimensions.length < deepest; element = type(element.type)) dimensions.push(element.count);
        return typeName(element.id, depth + 1) + dimensions.map((n) => `[${n}]`).join('');
      }
      case 'struct':
      case 'union':
      case 'enum':
        return own.name === '' ? `${own.kind} {…}` : `${own.kind} ${own.name}`;
      case 'enum64':
        return `enum ${own.name}`;
      case 'fwd':
        return `struct ${own.name}`;
      case 'const':
      case 'volatile':
        return kind(own.type) === 'ptr' ? `${typeName(own.type, depth + 1)} ${own.kind}` : `${own.kind} ${typeName(own.type, depth + 1)}`;
      case 'restrict':
      case 'type_tag':
        return typeName(own.type, depth + 1);
      case 'func':
      case 'func_proto':
        return prototypeName(own.kind === 'func' ? own.type : id, depth);
      case 'int':
      case 'typedef':
      case 'var':
      case 'datasec':
      case 'float':
      case 'decl_tag':
        break;
    }
    return own.name;
  }

  function prototypeName(id: number, depth: number): string {
    const inner = depth + deepestFunction;
    const all = parameters(id);
    const given = all.slice(0, shownParameters).map((p) => (p.type === 0 && p.name === '' ? '...' : typeName(p.type, inner)));
    if (all.length > shownParameters) given.push('…');
    return `${typeName(type(id).type, inner)} (*)(${given.length === 0 ? 'void' : given.join(', ')})`;
  }

  function* ids(wanted: BtfKind): Generator<number> {
    const code = kinds.indexOf(wanted);
    for (let i = 0; i < starts.length; i++) if (((words[starts[i]! + 1]! >>> 24) & 31) === code) yield first + i;
  }

  return {
    first,
    count,
    base,
    type,
    kind,
    find,
    resolve,
    members,
    member,
    parameters,
    enumerators,
    sizeOf,
    typeName: (id) => typeName(id),
    ids,
    text,
    stringBytes: textBase + strings.length,
    findText,
  };
}
