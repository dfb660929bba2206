import type { Btf, BtfMember } from '../../kernel/btf.ts';

const cacheLine = 64;
const deepest = 16;

/** A C declaration of `name` with a type: `int (*output)(struct net *)`, `u8 hash[16]`. */
export function declare(btf: Btf, id: number, name: string, depth = 0): { readonly type: string; readonly declarator: string } {
  const own = btf.type(id);
  if (depth > deepest) return { type: '…', declarator: name };
  if (own.kind === 'array') return declare(btf, own.type, `${name}[${own.count}]`, depth + 1);
  if (own.kind === 'ptr') {
    const to = btf.kind(own.type);
    return declare(btf, own.type, to === 'func_proto' || to === 'array' ? `(*${name})` : `*${name}`, depth + 1);
  }
  if (own.kind === 'func_proto') {
    const given = btf.parameters(id).map((p) => (p.type === 0 ? (p.name === '' ? '...' : 'void') : btf.typeName(p.type)));
    return declare(btf, own.type, `${name}(${given.length === 0 ? 'void' : given.join(', ')})`, depth + 1);
  }
  if (own.kind === 'const' || own.kind === 'volatile' || own.kind === 'restrict' || own.kind === 'type_tag') {
    const inner = declare(btf, own.type, name, depth + 1);
    const plain = own.kind === 'type_tag' || own.kind === 'restrict' || btf.kind(own.type) === 'ptr';
    return { type: plain ? inner.type : `${own.kind} ${inner.type}`, declarator: inner.declarator };
  }
  return { type: btf.typeName(id), declarator: name };
}

/** A struct's or union's layout as pahole prints it: offsets, sizes, holes, cache lines. */
export function formatLayout(btf: Btf, id: number): string {
  const own = btf.resolve(id);
  let holes = 0;
  let lost = 0;
  let line = 1;

  function rows(members: readonly BtfMember[], size: number, base: number, indent: string, union: boolean, depth: number): string[] {
    const out: string[] = [];
    let end = base * 8;
    for (const m of members) {
      const at = base * 8 + m.bit;
      const bits = m.bits > 0 ? m.bits : btf.sizeOf(m.type) * 8;
      if (!union && at - end >= 8) {
        const bytes = Math.floor((at - end) / 8);
        holes++;
        lost += bytes;
        out.push('', `${indent}/* XXX ${bytes} byte${bytes === 1 ? '' : 's'} hole, try to pack */`, '');
      }
      if (!union && depth === 0 && at >= line * cacheLine * 8) {
        line = Math.floor(at / 8 / cacheLine);
        const over = at / 8 - line * cacheLine;
        out.push(
          `${indent}/* --- cacheline ${line} boundary (${line * cacheLine} bytes)${over >= 1 ? ` was ${Math.floor(over)} bytes ago` : ''} --- */`,
        );
        line++;
      }
      out.push(...row(m, at, indent, depth));
      end = union ? base * 8 : at + bits;
    }
    if (!union && depth === 0 && size * 8 - end >= 8) out.push('', `${indent}/* padding: ${Math.floor((size * 8 - end) / 8)} */`);
    return out;
  }

  function row(m: BtfMember, at: number, indent: string, depth: number): string[] {
    const inner = btf.resolve(m.type);
    const size = btf.sizeOf(m.type);
    const where =
      m.bits > 0
        ? `/* ${String(Math.floor(at / 8 / size) * size).padStart(5)}:${String(at % (size * 8)).padStart(2)} ${String(size).padStart(2)} */`
        : `/* ${String(at / 8).padStart(5)} ${String(size).padStart(5)} */`;
    if ((inner.kind === 'struct' || inner.kind === 'union') && btf.type(m.type).name === '' && inner.name === '' && depth < deepest) {
      const nested = rows(btf.members(inner.id), inner.size, at / 8, `${indent}\t`, inner.kind === 'union', depth + 1);
      return [`${indent}${inner.kind} {`, ...nested, `${indent}}${m.name === '' ? '' : ` ${m.name}`};`.padEnd(48 + indent.length) + where];
    }
    const { type, declarator } = declare(btf, m.type, m.name);
    const declared = `${type.padEnd(26)} ${declarator}${m.bits > 0 ? `:${m.bits}` : ''};`;
    return [`${indent}${declared.padEnd(48)} ${where}`];
  }

  const members = btf.members(own.id);
  const body = rows(members, own.size, 0, '\t', own.kind === 'union', 0);
  const lines = Math.ceil(own.size / cacheLine);
  const sum = [`\t/* size: ${own.size}, cachelines: ${lines}, members: ${members.length} */`];
  if (holes > 0) sum.push(`\t/* sum holes: ${lost}, holes: ${holes} */`);
  if (own.size % cacheLine !== 0) sum.push(`\t/* last cacheline: ${own.size % cacheLine} bytes */`);
  return [`${own.kind} ${own.name} {`, ...body, '', ...sum, '};'].join('\n');
}
