import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedRecord } from '../src/record/fixtures/seed.ts';
import type { Series } from '../src/model/evidence.ts';
import type { Record } from '../src/model/record.ts';
import { cacheRows, courseOf, ledgerCourse, pairsOf, pointsOf, rateOf, spread } from './course.ts';

const times = Array.from({ length: 61 }, (_, i) => 1000 + i);
const line = (name: string, labels: Series['labels'], value: (i: number) => number, unit: Series['unit'] = 'objects'): Series => ({
  name,
  labels,
  unit,
  times,
  values: times.map((_, i) => value(i)),
});
// 7 packets in even seconds and 13 in odd ones; each loses one object.
const packets = (i: number): number => Math.floor(i / 2) * 20 + (i % 2 === 1 ? 7 : 0);
const watched: Record = {
  ...seedRecord,
  series: [
    line('slab_active_objects', { cache: 'filp' }, (i) => 2000 + packets(i)),
    line('slab_bytes', { cache: 'filp' }, (i) => 256 * (2000 + packets(i)), 'bytes'),
    line('population_objects', { cache: 'ip6_dst_cache', by: '/proc/net/rt6_stats dst_entries' }, (i) => 50 + packets(i)),
    line('snmp_total', { counter: 'Ip6InReceives' }, (i) => 1e6 + packets(i), 'events'),
    line('ledger_bytes', { part: 'free' }, (i) => 2 ** 29 - 256 * packets(i), 'bytes'),
    line('ledger_bytes', { part: 'slab-unreclaimable' }, (i) => 2 ** 28 + 256 * packets(i), 'bytes'),
  ],
};
const [finding] = watched.diagnosis.findings;

test('cache and owner are drawn from a common start, with the slope of the diagnosis', () => {
  const course = courseOf(watched, finding!)!;
  assert.deepEqual(
    course.lines.map(({ label, values }) => [label, values[0], values[60]]),
    [
      ['filp', 0, 600],
      ['ip6_dst_cache: /proc/net/rt6_stats dst_entries', 0, 600],
    ],
  );
  assert.deepEqual([course.fit.slope, course.fit.low, course.fit.high, course.fit.origin], [131.2, 130.3, 132.1, 1030]);
});

test('events and objects are paired second by second', () => {
  const pairs = pairsOf(watched, finding!)!;
  assert.deepEqual(pairs.points.slice(0, 3), [
    [7, 7],
    [13, 13],
    [7, 7],
  ]);
  assert.equal(pairs.points.length, 60);
  assert.equal(pairs.seconds, 1);
});

test('without the courses there is no picture, and no invented one', () => {
  assert.equal(pairsOf(seedRecord, finding!), null);
  assert.equal(ledgerCourse(seedRecord), null);
  assert.equal(courseOf({ ...seedRecord, series: [] }, finding!), null);
});

test('the rate of a straight line is its slope, and its interval holds it', () => {
  const rate = rateOf(line('x', {}, (i) => 3 * i + (i % 3)))!;
  assert.ok(Math.abs(rate.perSecond - 3) < 0.1, String(rate.perSecond));
  assert.ok(rate.interval95![0] <= 3 && rate.interval95![1] >= 3);
  assert.deepEqual(rateOf({ name: 'x', labels: {}, unit: 'objects', times: [0, 10], values: [5, 25] }), { perSecond: 2, interval95: null });
  assert.equal(rateOf({ name: 'x', labels: {}, unit: 'objects', times: [0], values: [5] }), null);
});

test('the cache a finding is about comes first, with its owner', () => {
  const [row] = cacheRows(watched);
  assert.deepEqual([row!.name, row!.owner, row!.finding, row!.objects, row!.gained], ['filp', 'ip6_dst_cache', 1, 2600, 256 * 600]);
});

test('the ledger keeps its sum, with the small parts put together', () => {
  const many: Record = {
    ...watched,
    series: Array.from({ length: 12 }, (_, k) => line('ledger_bytes', { part: `p${k}` }, (i) => k * 1000 + i, 'bytes')),
    ledger: { ...watched.ledger!, parts: Array.from({ length: 12 }, (_, k) => ({ id: `p${k}`, bytes: 1 })) },
  };
  const course = ledgerCourse(many)!;
  assert.equal(course.parts.length, 8);
  assert.equal(
    course.parts.reduce((sum, { values }) => sum + values[60]!, 0),
    66_000 + 12 * 60,
  );
});

test('what was not read is left out, and a series that stood still is spread over the others’ times', () => {
  const gaps: Series = { name: 'x', labels: {}, unit: 'objects', times: [1, 2, 3], values: [5, null, 7] };
  assert.deepEqual(pointsOf(gaps), { times: [1, 3], values: [5, 7] });
  assert.deepEqual(spread(gaps, [1, 2, 3, 4]), [5, 5, 7, 7]);
});
