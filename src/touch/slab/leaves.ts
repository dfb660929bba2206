import type { Btf, BtfType } from '../../kernel/btf.ts';

/** What a struct has in one 64-bit word, down to what is no struct any more. Unions give several. */
export type Leaf = (
  | { readonly kind: 'function'; readonly prototype: number }
  | { readonly kind: 'pointer'; readonly to: BtfType | undefined; readonly list: Link | undefined }
  | { readonly kind: 'number'; readonly size: number; readonly name: string; readonly long: boolean }
) & {
  /** 1, less for an array's elements: 64 times the same is not 64 pieces of evidence. */
  readonly weight: number;
};

/** The link of a list or tree that a pointer belongs to, and where it starts. */
interface Link {
  readonly name: string;
  readonly offset: number;
}

const linkTypes = new Set(['list_head', 'hlist_node', 'rb_node', 'callback_head', 'llist_node', 'hlist_nulls_node']);
const mostElements = 64;
const deepest = 10;

/** Leaves of a struct by word, up to `words` words. */
export function leavesOf(btf: Btf, id: number, words: number): readonly (readonly Leaf[])[] {
  const table: Leaf[][] = Array.from({ length: words }, () => []);

  function add(type: number, offset: number, depth: number, name: string, weight: number, list: Link | undefined): void {
    const word = table[offset >> 3];
    if (word === undefined || depth > deepest) return;
    const own = btf.resolve(type);
    if (own.kind === 'struct' || own.kind === 'union') {
      const link = linkTypes.has(own.name) ? { name: own.name, offset } : list;
      for (const member of btf.members(own.id))
        add(member.type, offset + (member.bit >> 3), depth + 1, member.name === '' ? name : member.name, weight, link);
    } else if (own.kind === 'array') {
      const bytes = btf.sizeOf(own.type);
      const count = bytes === 0 ? 0 : Math.min(own.count, mostElements);
      for (let i = 0; i < count && offset + i * bytes < words * 8; i++)
        add(own.type, offset + i * bytes, depth + 1, name, weight / Math.sqrt(Math.max(1, Math.min(count, words))), list);
    } else if (own.kind === 'ptr') {
      const to = own.type === 0 ? undefined : btf.resolve(own.type);
      word.push(
        to?.kind === 'func_proto'
          ? { kind: 'function', prototype: to.id, weight }
          : { kind: 'pointer', to: to?.kind === 'void' ? undefined : to, list, weight },
      );
    } else word.push({ kind: 'number', size: own.size, name, long: own.name === 'long unsigned int', weight });
  }

  add(id, 0, 0, '', 1, undefined);
  return table;
}

/** A prototype as a key: return type and parameters, pointers by what they point to. Equal functions have equal keys. */
export function prototypeKey(btf: Btf, id: number): string {
  const own = btf.resolve(id);
  const key = (type: number): string => {
    const t = btf.resolve(type);
    return t.kind === 'ptr' ? `p${btf.resolve(t.type).id}` : String(t.id);
  };
  return [key(own.type), ...btf.parameters(own.id).map((p) => key(p.type))].join();
}
