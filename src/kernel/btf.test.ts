import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { array, assert as check, nat, property, tuple, uint8Array } from 'fast-check';
import { Malformed } from '../model/reading.ts';
import { decodeBtf } from './btf.ts';

/** Assembles BTF by hand: records of words, names by text; offsets of strings are filled in. */
function assemble(records: readonly (readonly (number | string)[])[]): Uint8Array {
  let strings = '\0';
  const words: number[] = [];
  for (const record of records)
    for (const item of record) {
      if (typeof item === 'number') words.push(item);
      else if (item === '') words.push(0);
      else {
        words.push(strings.length);
        strings += `${item}\0`;
      }
    }
  const bytes = new Uint8Array(24 + words.length * 4 + strings.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  [24, 0, words.length * 4, words.length * 4, strings.length].forEach((v, i) => view.setUint32(4 + i * 4, v, true));
  words.forEach((v, i) => view.setUint32(24 + i * 4, v >>> 0, true));
  bytes.set(Buffer.from(strings, 'latin1'), 24 + words.length * 4);
  return bytes;
}
const info = (kind: number, count = 0, flag = 0): number => ((flag << 31) | (kind << 24) | count) >>> 0;

// 1 int · 2 struct list { 3 next; u32 a:3 (bit 64) } · 3 list * · 4 struct outer { anonymous 5 } · 5 union { 2 head; 6 words }
// 6 unsigned int[4] · 7 typedef link_t = const 2 · 8 const 2 · 9 int (*)(link_t, ...) · 10 func walk · 11 enum
const sample = assemble([
  ['unsigned int', info(1), 4, 32],
  ['list', info(4, 2, 1), 16, 'next', 3, 0, 'a', 1, (3 << 24) | 64],
  ['', info(2), 2],
  ['outer', info(4, 2), 24, '', 5, 0, 'tail', 1, 160],
  ['', info(5, 2), 16, 'head', 2, 0, 'words', 6, 0],
  ['', info(3), 0, 1, 1, 4],
  ['link_t', info(8), 8],
  ['', info(10), 2],
  ['', info(13, 2), 1, 'link', 7, '', 0],
  ['walk', info(12, 1), 9],
  ['colour', info(6, 2, 1), 4, 'RED', 0, 'GREEN', -1],
]);

test('members are found by path through anonymous unions, bit fields with their width', () => {
  const btf = decodeBtf(sample);
  assert.equal(btf.count, 12);
  const outer = btf.find('outer', 'struct');
  assert.equal(outer, 4);
  assert.deepEqual(btf.member('outer', 'head.a'), { offset: 8, bit: 64, bits: 3, type: 1 });
  assert.deepEqual(btf.member('outer', 'tail'), { offset: 20, bit: 160, bits: 0, type: 1 });
  assert.equal(btf.member('outer', 'head.b'), undefined);
  assert.equal(btf.member('nowhere', 'a'), undefined);
});

test('sizes and names are those C would give', () => {
  const btf = decodeBtf(sample);
  assert.equal(btf.sizeOf(6), 16);
  assert.equal(btf.sizeOf(7), 16);
  assert.equal(btf.sizeOf(3), 8);
  assert.equal(btf.typeName(3), 'struct list *');
  assert.equal(btf.typeName(6), 'unsigned int[4]');
  assert.equal(btf.typeName(8), 'const struct list');
  assert.equal(btf.typeName(9), 'unsigned int (*)(link_t, ...)');
  assert.equal(btf.typeName(btf.find('walk', 'func')!), 'unsigned int (*)(link_t, ...)');
  assert.equal(btf.resolve(7).name, 'list');
  assert.deepEqual(btf.enumerators(11), [
    { name: 'RED', value: 0 },
    { name: 'GREEN', value: -1 },
  ]);
});

test("a module's types continue the kernel's ids and strings", () => {
  const base = decodeBtf(sample);
  const split = assemble([['', info(4, 1), 16, '', 2, 0]]);
  const view = new DataView(split.buffer);
  view.setUint32(24, base.stringBytes, true); // its own empty string stands after the base's strings
  const outer = Buffer.from(sample).indexOf('outer') - (sample.length - base.stringBytes);
  view.setUint32(24 + 12, outer, true); // a member named by the base's string
  const own = decodeBtf(split, base);
  assert.equal(own.first, 12);
  assert.equal(own.members(12)[0]?.name, 'outer');
  assert.equal(own.member(12, 'outer.next')?.type, 3);
  assert.equal(own.typeName(3), 'struct list *');
  assert.equal(own.find('list', 'struct'), 2);
});

test('types that stand at odd offsets are read as well', () => {
  const odd = Buffer.alloc(sample.length + 1);
  odd.set(sample.subarray(0, 24));
  odd.set(sample.subarray(24), 25);
  odd.writeUInt32LE(25, 4);
  assert.equal(decodeBtf(odd).typeName(3), 'struct list *');
});

test('a ring of typedefs is malformed, not an endless walk', () => {
  const ring = decodeBtf(
    assemble([
      ['a', info(8), 2],
      ['b', info(8), 1],
    ]),
  );
  assert.throws(() => ring.resolve(1), Malformed);
  assert.throws(() => ring.sizeOf(1), Malformed);
  const self = decodeBtf(assemble([['', info(4, 1), 8, '', 1, 0]]));
  assert.equal(self.member(1, 'x'), undefined);
});

function useAll(bytes: Uint8Array): void {
  try {
    const btf = decodeBtf(bytes);
    for (let id = 0; id <= btf.count; id++) {
      btf.type(id);
      btf.typeName(id);
      btf.sizeOf(id);
      btf.members(id);
      btf.member(id, 'head.a');
    }
  } catch (e) {
    assert.ok(e instanceof Malformed, String(e));
  }
}

test('any bytes are either decoded or Malformed', () => {
  check(property(uint8Array({ maxLength: 400 }), useAll));
  check(
    property(array(tuple(nat(sample.length - 1), nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = sample.slice();
      for (const [at, value] of changes) bytes[at] = value;
      useAll(bytes);
    }),
    { numRuns: 2000 },
  );
});
