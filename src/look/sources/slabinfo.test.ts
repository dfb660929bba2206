import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { recorded, survivesAnything } from '../fixtures/texts.ts';
import { liveHost } from '../../host/live.ts';
import { readSource } from '../source.ts';
import { parseSlabinfo, slabBytes, slabinfo, slabObjects, slabsOf } from './slabinfo.ts';

const text = recorded('/proc/slabinfo');

test('columns are read by cache', () => {
  const value = parseSlabinfo(text);
  const row = value.names.indexOf('ext4_inode_cache');
  assert.deepEqual(
    [
      value.frame[row],
      slabObjects(value, row),
      value.sizes.objectSize[row],
      value.sizes.objectsPerSlab[row],
      value.sizes.pagesPerSlab[row],
      slabsOf(value, row),
    ],
    [76384, 76398, 1128, 14, 4, 5457],
  );
  assert.equal(slabBytes(value, row), 5457 * 4 * 4096);
});

test('the page size follows from the rows: 8 KiB pages, 64 KiB pages', () => {
  const head = text.split('\n').slice(0, 2).join('\n');
  const rows = (line: string): number => parseSlabinfo(`${head}\n${line} : tunables 0 0 0 : slabdata 1 1 0\n`).sizes.pageSize;
  assert.equal(rows('filp 1 1 256 16 1'), 4096);
  assert.equal(rows('kmalloc-8k 8 8 8192 8 1'), 65536);
  assert.equal(rows('odd 8 8 1000 8 1'), 8192);
});

test('names are the same array as long as the same caches come in the same order', () => {
  const first = parseSlabinfo(text);
  assert.equal(parseSlabinfo(text.replace('840    840', '841    861'), first).names, first.names);
  assert.equal(parseSlabinfo(text.replace('840    840', '841    861'), first).sizes, first.sizes);
  assert.notEqual(parseSlabinfo(text.replace('192   21    1', '256   16    1'), first).sizes, first.sizes);
  const fewer = parseSlabinfo(text.replace(/^filp .*\n/m, ''), first);
  assert.notEqual(fewer.names, first.names);
  assert.deepEqual(
    [...first.names].filter((name) => name !== 'filp'),
    fewer.names,
  );
  const more = parseSlabinfo(`${text}new_cache 1 2 64 64 1 : tunables 0 0 0 : slabdata 1 1 0\n`, first);
  assert.deepEqual(more.names, [...first.names, 'new_cache']);
  assert.equal(slabObjects(more, more.names.length - 1), 2);
});

test('more than 256 caches are all kept', () => {
  const lines = Array.from({ length: 1000 }, (_, n) => `cache-${n} ${n} ${2 * n} 64 64 1 : tunables 0 0 0 : slabdata 3 ${n} 0\n`);
  const value = parseSlabinfo(text.split('\n').slice(0, 2).join('\n') + '\n' + lines.join(''));
  assert.equal(value.names.length, 1000);
  assert.deepEqual([value.frame[777], slabObjects(value, 777), slabsOf(value, 777)], [777, 1554, 777]);
});

test('a text that is not slabinfo says what was expected and where', () => {
  assert.throws(() => parseSlabinfo('MemTotal: 1 kB\n'), /line 1: expected "slabinfo - version: 2\."/);
  assert.throws(() => parseSlabinfo(text.replace('840    840', 'many   840')), /line 10: expected <active_objs>, found "many/);
});

test('the values agree with awk on this machine', (t) => {
  const reading = readSource(liveHost(), slabinfo);
  if (!reading.ok) return t.skip(reading.unavailable.detail);
  // Sizes do not move between the two readings; the counts do.
  const byAwk = execFileSync('awk', ['NR>2{n++; size+=$4; per+=$5; pages+=$6} END{print n, size, per, pages}', '/proc/slabinfo'], {
    encoding: 'utf8',
  });
  const { names, sizes } = reading.value;
  const { objectSize, objectsPerSlab, pagesPerSlab } = sizes;
  assert.equal(byAwk.trim(), [names.length, sum(objectSize), sum(objectsPerSlab), sum(pagesPerSlab)].join(' '));
});

test('any text gives a value or Malformed', () => survivesAnything(parseSlabinfo, text));

function sum(column: Float64Array): number {
  return column.reduce((total, each) => total + each, 0);
}
