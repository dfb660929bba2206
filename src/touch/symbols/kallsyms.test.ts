import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { array, assert as check, nat, property, tuple } from 'fast-check';
import { BadDump } from '../damage.ts';
import { decodeKallsyms, type KallsymsTables } from './kallsyms.ts';

/** Tokens: each byte stands for itself, 0x01 for "slab_", 0x02 for "Tip6_" (a type and the start of a name). */
function tables(symbols: readonly { readonly name: string; readonly offset: number }[], base = 0xffffffff81000000n): KallsymsTables {
  const texts = Array.from({ length: 256 }, (_, i) => (i === 1 ? 'slab_' : i === 2 ? 'Tip6_' : i < 32 ? '?' : String.fromCharCode(i)));
  const index = Buffer.alloc(512);
  let table = '';
  texts.forEach((text, i) => {
    index.writeUInt16LE(table.length, i * 2);
    table += `${text}\0`;
  });
  const names: number[] = [];
  for (const { name } of symbols) {
    const packed = Buffer.from(name.replace(/^Tip6_/, '\x02').replaceAll('slab_', '\x01'), 'latin1');
    if (packed.length < 128) names.push(packed.length);
    else names.push((packed.length & 127) | 128, packed.length >> 7);
    names.push(...packed);
  }
  return {
    count: symbols.length,
    base,
    names: Buffer.from(names),
    offsets: Int32Array.from(symbols, (s) => s.offset),
    tokenTable: Buffer.from(table, 'latin1'),
    tokenIndex: index,
  };
}
const long = `t${'long_name_'.repeat(30)}`;
/** As on kernels with absolute per-cpu symbols: text at −1 − offset. */
const mixed = [
  { name: 'Aruntime_slab_cpu', offset: 0x1f040 },
  { name: 'T_text', offset: -1 },
  { name: 'Tip6_dst_alloc', offset: -1 - 0x100 },
  { name: 'tip6_dst_alias', offset: -1 - 0x100 },
  { name: long, offset: -1 - 0x180 },
  { name: 'Dslab_caches', offset: -1 - 0x200 },
  { name: 'B_end', offset: -1 - 0x300 },
];

test('names made of tokens are found, with the addresses of both kinds of offsets', () => {
  const symbols = decodeKallsyms(tables(mixed));
  assert.equal(symbols.address('slab_caches'), 0xffffffff81000200n);
  assert.equal(symbols.address('ip6_dst_alloc'), 0xffffffff81000100n);
  assert.equal(symbols.address('runtime_slab_cpu'), 0x1f040n);
  assert.equal(symbols.address(long.slice(1)), 0xffffffff81000180n);
  assert.equal(symbols.address('slab_cache'), undefined);
  assert.deepEqual(
    [...symbols.all()].map((s) => s.type + s.name),
    mixed.map((s) => s.name),
  );
});

test('without absolute symbols every offset is unsigned', () => {
  const symbols = decodeKallsyms(tables(mixed.map((s, i) => ({ name: s.name, offset: i * 0x100 }))));
  assert.equal(symbols.address('runtime_slab_cpu'), 0xffffffff81000000n);
  assert.equal(symbols.address('_end'), 0xffffffff81000600n);
});

test('an address belongs to the symbol below it, of aliases the first; outside the kernel to none', () => {
  const symbols = decodeKallsyms(tables(mixed));
  assert.deepEqual(symbols.at(0xffffffff8100012an), { name: 'ip6_dst_alloc', offset: 0x2a, type: 'T' });
  assert.deepEqual(symbols.at(0xffffffff81000000n), { name: '_text', offset: 0, type: 'T' });
  assert.equal(symbols.at(0xffffffff81000300n), undefined);
  assert.equal(symbols.at(0xffff888000000000n), undefined);
});

test('damaged tables give symbols or BadDump, never another error', () => {
  check(
    property(array(tuple(nat(2000), nat(255)), { minLength: 1, maxLength: 6 }), nat(3), (changes, which) => {
      const damaged = tables(mixed);
      const part = [damaged.names, damaged.tokenTable, damaged.tokenIndex, Buffer.from(damaged.offsets.buffer)][which]!;
      for (const [at, value] of changes) part[at % part.length] = value;
      try {
        const symbols = decodeKallsyms(damaged);
        symbols.address('slab_caches');
        symbols.at(0xffffffff8100012an);
        for (const symbol of symbols.all()) assert.equal(typeof symbol.name, 'string');
      } catch (error) {
        assert.ok(error instanceof BadDump, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
