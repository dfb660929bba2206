import type { BtfType } from '../../kernel/btf.ts';
import { globalTypes } from '../btf/globals.ts';
import type { Kernel } from '../kernel.ts';
import { pageSize } from '../memory/image.ts';
import type { Objects } from './objects.ts';

/** What stands at an address. */
export interface Target {
  /** For people: `ip6_output`, `init_net.ipv6.ip6_dst_ops`, `dentry+16`. */
  readonly text: string;
  readonly symbol?: { readonly name: string; readonly offset: number; readonly function: boolean; readonly module: string | undefined };
  /** Structs that start exactly here inside a typed global, outermost first. */
  readonly structs?: readonly number[];
  readonly object?: { readonly cache: string; readonly offset: number; readonly allocated: boolean };
}

/** Name, path and types of an address. */
export function describe(kernel: Kernel, objects: Objects, address: bigint): Target {
  const at = kernel.symbolAt(address);
  if (at !== undefined) {
    const isFunction = at.type === 't' || at.type === 'T' || (at.module !== undefined && kernel.btf.find(at.name, 'func') !== undefined);
    const symbol = { name: at.name, offset: at.offset, function: isFunction, module: at.module };
    const suffix = at.module === undefined ? '' : ` [${at.module}]`;
    const inside = isFunction ? undefined : pathInGlobal(kernel, at.name, at.offset);
    if (inside !== undefined) return { text: inside.text + suffix, symbol, structs: inside.structs };
    return { text: `${at.name}${at.offset === 0 ? '' : `+0x${at.offset.toString(16)}`}${suffix}`, symbol };
  }
  const physical = Number(address - kernel.directMap);
  if (physical < 0 || physical >= objects.slabs.frames * pageSize) return { text: '' };
  const slab = objects.slabAt(physical);
  if (slab < 0) return { text: 'page' };
  const object = objects.objectAt(physical);
  const cache = objects.caches[objects.slabs.cache[slab]!]!;
  if (object < 0) return { text: `${cache.name} (between objects)` };
  const offset = physical - objects.physicalOf(slab, object);
  const allocated = objects.allocated[object] === 1;
  return { text: `${cache.name}${allocated ? '' : ' (freed)'}+${offset}`, object: { cache: cache.name, offset, allocated } };
}

function pathInGlobal(
  kernel: Kernel,
  name: string,
  offset: number,
): { readonly text: string; readonly structs: readonly number[] } | undefined {
  const type = /^struct (\w+)$/.exec(globalTypes[name] ?? '')?.[1];
  const id = type === undefined ? undefined : kernel.btf.find(type, 'struct');
  if (id === undefined || offset >= kernel.btf.sizeOf(id)) return undefined;
  const { path, structs } = pathAt(kernel, id, offset);
  return { text: path === '' ? name : `${name}.${path}`, structs };
}

/** A struct that starts with another one of some size is seldom what is meant: the pointer is to the inner one. */
const largeBytes = 64;

function leadsToLarge(kernel: Kernel, type: BtfType, depth: number): boolean {
  if (depth === 0) return false; // the global itself
  const first = kernel.btf.members(type.id)[0];
  const inner = first === undefined ? undefined : kernel.btf.resolve(first.type);
  return inner?.kind === 'struct' && inner.size >= largeBytes;
}

/**
 * The member that covers a byte of a struct, as a path down to the outermost struct that starts at that byte,
 * and that struct with the ones that start there inside it.
 */
export function pathAt(kernel: Kernel, id: number, offset: number): { readonly path: string; readonly structs: readonly number[] } {
  const { btf } = kernel;
  const parts: string[] = [];
  const outer: number[] = [];
  let type: BtfType = btf.resolve(id);
  let left = offset;
  for (let depth = 0; depth < 24 && !(left === 0 && type.kind === 'struct' && !leadsToLarge(kernel, type, depth)); depth++) {
    if (type.kind === 'array') {
      const bytes = btf.sizeOf(type.type) || 1;
      parts.push(`${parts.pop() ?? ''}[${Math.floor(left / bytes)}]`);
      left %= bytes;
      type = btf.resolve(type.type);
      continue;
    }
    if (left === 0 && type.kind === 'struct' && depth > 0) outer.push(type.id);
    const member = btf.members(type.id).find((m) => m.bit >> 3 <= left && left < (m.bit >> 3) + Math.max(1, btf.sizeOf(m.type)));
    if (member === undefined) break;
    if (member.name !== '') parts.push(member.name);
    left -= member.bit >> 3;
    type = btf.resolve(member.type);
  }
  const structs: number[] = outer;
  for (let first: BtfType | undefined = left === 0 ? type : undefined; first?.kind === 'struct' && structs.length < 24; ) {
    structs.push(first.id);
    const head = btf.members(first.id).find((m) => m.bit === 0);
    first = head === undefined ? undefined : btf.resolve(head.type);
  }
  return { path: parts.join('.'), structs };
}
