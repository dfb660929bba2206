import assert from 'node:assert/strict';
import test from 'node:test';
import { liveHost } from '../host/live.ts';
import { replayOf } from './fixtures/hosts.ts';
import { look } from './look.ts';
import { sample } from './sampler.ts';

const head = 'slabinfo - version: 2.1\n# name\n';
const row = (name: string, objects: number): string =>
  `${name} ${objects} ${objects} 256 16 1 : tunables 0 0 0 : slabdata 1 ${objects / 16} 0\n`;
const slab = '/proc/slabinfo';

async function objectsOf(
  ticks: readonly Record<string, string>[],
): Promise<Map<string, readonly [readonly number[], readonly (number | null)[]]>> {
  const looked = await look(replayOf(ticks), { seconds: 0 });
  const wanted = looked.series.filter((series) => series.name === 'slab_active_objects');
  return new Map(wanted.map((series) => [series.labels['cache']!, [series.times, series.values]]));
}

test('a replay gives a value a sample, and ends when it has no more', async () => {
  const found = await objectsOf([16, 32, 48, 64].map((objects) => ({ [slab]: head + row('filp', objects) })));
  assert.deepEqual(found.get('filp'), [
    [1000, 1001, 1002, 1003],
    [16, 32, 48, 64],
  ]);
});

test('a cache that appears midway has unknowns before, not zeros', async () => {
  const found = await objectsOf([
    { [slab]: head + row('filp', 16) },
    { [slab]: head + row('filp', 16) + row('new', 32) },
    { [slab]: head + row('new', 48) },
  ]);
  assert.deepEqual(found.get('new'), [
    [1000, 1001, 1002],
    [null, 32, 48],
  ]);
  assert.deepEqual(found.get('filp'), [
    [1000, 1001, 1002],
    [16, 16, null],
  ]);
});

test('a sample that could not be read is unknown at that moment', async () => {
  const found = await objectsOf([{ [slab]: head + row('filp', 16) }, { [slab]: 'garbage\n' }, { [slab]: head + row('filp', 32) }]);
  assert.deepEqual(found.get('filp'), [
    [1000, 1001, 1002],
    [16, null, 32],
  ]);
});

test('a series that never changed keeps its first and last point', async () => {
  const found = await objectsOf([16, 16, 16].map((objects) => ({ [slab]: head + row('filp', objects) })));
  assert.deepEqual(found.get('filp'), [
    [1000, 1002],
    [16, 16],
  ]);
});

test('what cannot be read is said once, with what would help', async () => {
  const looked = await look(replayOf([{}, {}]), { seconds: 0 });
  const slabinfo = looked.unavailable.filter(({ what }) => what === slab);
  assert.equal(slabinfo.length, 1);
  assert.equal(slabinfo[0]!.reason, 'absent');
  assert.equal(looked.ledgers.end, null);
});

test('sample times do not drift by what a sample takes', async () => {
  const times: number[] = [];
  let now = 500;
  const machine = liveHost();
  const clock = { now: () => now, wait: (seconds: number) => Promise.resolve(((now += seconds), true)) };
  await sample({ ...machine, clock }, [], {
    seconds: 5,
    onTick: (_, time) => {
      times.push(time);
      now += 0.3;
    },
  });
  assert.deepEqual(times, [500, 501, 502, 503, 504, 505]);
});

test('a long window has at most 600 samples after the first', async () => {
  const elapsed: number[] = [];
  let now = 100;
  const clock = { now: () => now, wait: (seconds: number) => Promise.resolve(((now += seconds), true)) };
  await sample({ ...liveHost(), clock }, [], { seconds: 86_400, onTick: (seconds) => void elapsed.push(seconds) });
  assert.equal(elapsed.length, 601);
  assert.deepEqual([elapsed[0], elapsed[1], elapsed.at(-1)], [0, 144, 86_400]);
});

test('an aborted watch keeps what it has', async () => {
  const abort = new AbortController();
  const watch = sample(liveHost(), [], { seconds: 60, signal: abort.signal });
  abort.abort();
  assert.equal((await watch).times.length, 1);
});
