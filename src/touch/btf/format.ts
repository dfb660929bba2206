import type { Btf } from '../../kernel/btf.ts';
import { hex, Unmapped } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { isPointer, scalar, sizeOf, target, type TypeRef, typeText, type Value } from './evaluate.ts';

const deepest = 8;
const mostElements = 64;
const mostLines = 4000;

/**
 * A value as C would initialise it, `(type)value`: structs member by member, arrays without their tail of
 * zeros, character arrays and pointers as strings, function pointers by name.
 */
export function formatValue(kernel: Kernel, value: Value): string {
  let lines = 0;

  function text(own: Value, indent: string, depth: number, typed: boolean): string {
    const prefix = typed ? `(${typeText(own.type)})` : '';
    const number = scalar(kernel, own);
    if (number !== undefined) return prefix + scalarText(kernel, own.type, number);
    if (!('address' in own)) return `${prefix}?`;
    const bare = own.type.btf.resolve(own.type.id);
    if (bare.kind === 'array') return prefix + array(own, bare.count, indent, depth);
    if (bare.kind !== 'struct' && bare.kind !== 'union') return `${prefix}${hex(own.address)}${symbolText(kernel, own.address)}`; // void, a function
    return depth >= deepest ? `${prefix}{ … }` : prefix + members(own.type.btf, bare.id, own.address, indent, depth);
  }

  function members(btf: Btf, id: number, address: bigint, indent: string, depth: number): string {
    const inner = `${indent}\t`;
    const rows = btf.members(id).map((m) => {
      if (++lines > mostLines) return `${inner}…`;
      const place: Value = {
        type: { btf, id: m.type, stars: 0 },
        address: address + BigInt(m.bit >> 3),
        bit: m.bits > 0 ? m.bit & 7 : 0,
        bits: m.bits,
      };
      if (m.name === '') return anonymous(place, indent, depth);
      return `${inner}.${m.name} = ${text(place, inner, depth + 1, true)},`;
    });
    return `{\n${rows.slice(0, mostLines).join('\n')}\n${indent}}`;
  }

  /** Members of an anonymous struct stand among those of the one around it. */
  function anonymous(place: Value, indent: string, depth: number): string {
    if (!('address' in place)) return '';
    const inner = place.type.btf.resolve(place.type.id);
    return members(place.type.btf, inner.id, place.address, indent, depth + 1)
      .split('\n')
      .slice(1, -1)
      .join('\n');
  }

  function array(own: Value & { readonly address: bigint }, count: number, indent: string, depth: number): string {
    const element = target(own.type)!;
    const kind = element.btf.resolve(element.id);
    if (kind.kind === 'int' && kind.size === 1 && (kind.encoding === 'char' || kind.name === 'char')) {
      const bytes = kernel.memory.bytes(own.address, Math.min(count, 4096));
      const end = bytes.indexOf(0);
      return JSON.stringify(bytes.toString('utf8', 0, end < 0 ? bytes.length : end));
    }
    const bytes = sizeOf(element);
    let used = Math.min(count, mostElements);
    if (bytes > 0)
      while (used > 0 && kernel.memory.bytes(own.address + BigInt((used - 1) * bytes), Math.min(bytes, 65536)).every((b) => b === 0))
        used--;
    if (used === 0) return '{}';
    const items = Array.from({ length: used }, (_, i) => {
      const at: Value = { type: element, address: own.address + BigInt(i * bytes), bit: 0, bits: 0 };
      return text(at, `${indent}\t`, depth + 1, scalar(kernel, at) === undefined);
    });
    if (count > mostElements && used === mostElements) items.push('…');
    return `{ ${items.join(', ')} }`;
  }

  return text(value, '', 0, true);
}

/** A number by its type: bool, enumerator, pointer with what it names, or decimal. */
export function scalarText(kernel: Kernel, type: TypeRef, number: bigint): string {
  if (isPointer(type)) return hex(number) + pointerText(kernel, type, number);
  const own = type.btf.resolve(type.id);
  if (own.kind === 'enum' || own.kind === 'enum64')
    return type.btf.enumerators(own.id).find((e) => BigInt(e.value) === number)?.name ?? String(number);
  return own.encoding === 'bool' ? String(number !== 0n) : String(number);
}

function pointerText(kernel: Kernel, type: TypeRef, address: bigint): string {
  if (address === 0n) return '';
  const to = target(type)!;
  const kind = to.stars > 0 ? undefined : to.btf.resolve(to.id);
  if (kind?.kind === 'int' && kind.size === 1 && kind.name === 'char') {
    try {
      return ` = ${JSON.stringify(kernel.memory.string(address, 256))}`;
    } catch (error) {
      if (error instanceof Unmapped) return '';
      throw error;
    }
  }
  return symbolText(kernel, address);
}

function symbolText(kernel: Kernel, address: bigint): string {
  const at = kernel.symbolAt(address);
  if (at === undefined) return '';
  return ` = ${at.name}${at.offset === 0 ? '' : `+0x${at.offset.toString(16)}`}${at.module === undefined ? '' : ` [${at.module}]`}`;
}
