import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Malformed } from '../../model/reading.ts';
import { fieldOffset, parseFormat } from './format.ts';
import { decodePage } from './pages.ts';

/** A page put together by hand after include/linux/ring_buffer.h. */
function page(records: Buffer, time = 1_000_000n, missed = false): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.writeBigUInt64LE(time, 0);
  bytes.writeUInt32LE((records.length | (missed ? 0x8000_0000 : 0)) >>> 0, 8);
  records.copy(bytes, 16);
  return bytes;
}
const words = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeUInt32LE(value >>> 0, i * 4));
  return bytes;
};
const header = (type: number, delta: number) => ((delta << 5) | type) >>> 0;

function decoded(bytes: Buffer): { readonly records: readonly (readonly [number, number])[]; readonly missed: boolean } {
  const records: [number, number][] = [];
  const missed = decodePage(bytes, bytes.length, (time, from, at, length) =>
    records.push([time, length === 0 ? -1 : from.readUInt32LE(at)]),
  );
  return { records, missed };
}

test('records carry the time since the record before; extensions and paddings carry time and no event', () => {
  const records = words(
    header(1, 5),
    77, // one word, 5 ns later
    header(30, 3),
    1, // 3 + 2^27 ns later
    header(2, 1),
    88,
    0, // two words
    header(0, 2),
    12,
    99,
    0, // length in a word of its own, which it counts
    header(29, 0),
    0, // the rest is empty
    header(1, 5),
    1234,
  );
  assert.deepEqual(decoded(page(records)).records, [
    [1_000_005, 77],
    [1_000_005 + 3 + 2 ** 27 + 1, 88],
    [1_000_005 + 3 + 2 ** 27 + 3, 99],
  ]);
});

test('events that were lost before a page are told', () => {
  assert.equal(decoded(page(words(header(1, 0), 1), 1n, true)).missed, true);
  assert.equal(decoded(page(words(header(1, 0), 1))).missed, false);
});

test('any page gives records within it, or Malformed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 300 }), (given) => {
      const bytes = Buffer.from(given);
      try {
        decodePage(bytes, bytes.length, (_time, _from, at, length) => assert.ok(at + length <= bytes.length));
      } catch (error) {
        assert.ok(error instanceof Malformed);
      }
    }),
  );
});

test('a format tells where fields lie, whatever the kernel adds or moves', () => {
  const format = parseFormat(`name: kmem_cache_free
ID: 512
format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

\tfield:unsigned long call_site;\toffset:8;\tsize:8;\tsigned:0;
\tfield:const void * ptr;\toffset:16;\tsize:8;\tsigned:0;
\tfield:__data_loc char[] name;\toffset:24;\tsize:4;\tsigned:0;

print fmt: "call_site=%pS"
`);
  assert.equal(format.id, 512);
  assert.equal(fieldOffset(format, 'ptr'), 16);
  assert.deepEqual(format.fields.get('name'), { offset: 24, size: 4, isText: true });
  assert.throws(() => fieldOffset(format, 'nope'), Malformed);
  assert.throws(() => parseFormat('nothing'), Malformed);
});
