import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Series } from '../model/evidence.ts';
import { gaussian, poisson, type Random, seeded } from '../statistics/random.ts';
import { forecast, growthOf, growthOfAll } from './growth.ts';

const cache = (values: readonly (number | null)[], spacing = 1): Series => ({
  name: 'slab_active_objects',
  labels: { cache: 'filp' },
  unit: 'objects',
  times: values.map((_, i) => 1_700_000_000 + i * spacing),
  values,
});

const ticks = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const whole = { lump: 1, bytesPerUnit: 256 };

/** A leak as slabinfo shows it: Poisson, in whole slabs. */
function leak(random: Random, seconds: number, perSecond: number, lump: number): number[] {
  let leaked = 0;
  return ticks(seconds + 1).map((i) => {
    if (i > 0) leaked += poisson(random, perSecond);
    return 1000 * lump + Math.floor(leaked / lump) * lump;
  });
}

test('131 objects a second for a minute are a trend of 131, with bytes', () => {
  const growth = growthOf(cache(leak(seeded(1), 60, 131, 16)), { lump: 16, bytesPerUnit: 256 });
  assert.equal(growth.shape, 'trend');
  assert.ok(growth.interval95[0] < 131 && 131 < growth.interval95[1], String(growth.interval95));
  assert.ok(growth.interval95[1] - growth.interval95[0] < 10);
  assert.equal(growth.bytes_per_second, growth.objects_per_second! * 256);
  assert.ok(growth.p < 1e-4);
});

test('what never changes is flat, and its interval says what could have been missed', () => {
  const growth = growthOf(cache(ticks(31).map(() => 800)), { lump: 16, bytesPerUnit: 256 });
  assert.equal(growth.shape, 'flat');
  // Rule of three: 3 slabs of 16 objects in 30 s.
  assert.deepEqual(growth.interval95, [-1.6, 1.6]);
});

test('seven points are too few', () => {
  const growth = growthOf(cache([1, 2, 3, 4, 5, 6, 7]), whole);
  assert.equal(growth.shape, 'inconclusive');
  assert.ok(growth.window_needed_seconds! >= 8);
});

test('nulls are left out, not taken for zero', () => {
  const values = leak(seeded(2), 60, 50, 1).map((v, i) => (i % 4 === 2 ? null : v));
  const growth = growthOf(cache(values), whole);
  assert.equal(growth.shape, 'trend');
  assert.ok(Math.abs(growth.objects_per_second! - 50) < 5);
});

test('warm-up that stops is a plateau', () => {
  const random = seeded(3);
  const values = ticks(61).map((t) => Math.round(2000 * Math.min(t / 30, 1) + 4 * gaussian(random)));
  assert.equal(growthOf(cache(values), whole).shape, 'plateau');
});

test('one jump is a step', () => {
  const random = seeded(4);
  const values = ticks(61).map((t) => 500 + (t < 25 ? 0 : 400) + Math.round(2 * gaussian(random)));
  assert.equal(growthOf(cache(values), whole).shape, 'step');
});

test('a leak on which a burst stands is still a trend, with the slope of the leak', () => {
  const values = leak(seeded(13), 60, 20, 16).map((v, i) => v + (i < 25 ? 0 : 6400));
  const growth = growthOf(cache(values), { lump: 16, bytesPerUnit: 256 });
  assert.equal(growth.shape, 'trend');
  assert.ok(Math.abs(growth.objects_per_second! - 20) < 2, String(growth.objects_per_second));
});

test('the same jump downwards is falling, not growing', () => {
  const values = ticks(61).map((t) => 900 - (t < 25 ? 0 : 400) + (t % 3));
  assert.equal(growthOf(cache(values), whole).shape, 'falling');
});

const breath = (t: number): number => (t % 12) * 40;

test('a cache that breathes is a sawtooth', () => {
  const random = seeded(5);
  const values = ticks(121).map((t) => 3000 + breath(t) + Math.round(5 * gaussian(random)));
  assert.equal(growthOf(cache(values), whole).shape, 'sawtooth');
});

test('a leak beneath the breathing is found by the lower envelope, with its own slope', () => {
  const random = seeded(6);
  const values = ticks(181).map((t) => 3000 + 2 * t + breath(t) + Math.round(5 * gaussian(random)));
  const growth = growthOf(cache(values), whole);
  assert.equal(growth.shape, 'trend');
  assert.ok(Math.abs(growth.objects_per_second! - 2) < 0.3, String(growth.objects_per_second));
});

test('a slow leak of few lumps is inconclusive in a minute; the window it asks for decides', () => {
  const random = seeded(12);
  const short = growthOf(cache(leak(random, 90, 0.5, 16)), { lump: 16, bytesPerUnit: 256 });
  assert.equal(short.shape, 'inconclusive');
  const needed = short.window_needed_seconds!;
  // Ten lumps of 16 at 0.5/s come in 320 s; the slope seen in the short window is only roughly 0.5.
  assert.ok(needed > 150 && needed < 1000, String(needed));
  let found = 0;
  for (let run = 0; run < 20; run++)
    if (growthOf(cache(leak(random, 600, 0.5, 16)), { lump: 16, bytesPerUnit: 256 }).shape === 'trend') found++;
  assert.ok(found >= 18, `${found} of 20`);
});

test('an idle machine of 250 caches, wandering by single slabs, has no trend', () => {
  const random = seeded(7);
  let trends = 0;
  for (let run = 0; run < 20; run++) {
    const list = ticks(250).map((i) => {
      let level = 100;
      // Two caches of three never move; the others gain or lose a slab now and then.
      const values = ticks(31).map(() => (i % 3 === 0 ? (level += poisson(random, 0.15) - poisson(random, 0.15)) * 16 : 1600));
      return { series: cache(values), options: { lump: 16, bytesPerUnit: 192 } };
    });
    trends += growthOfAll(list).filter((growth) => growth.shape === 'trend').length;
  }
  // 5,000 series in 20 windows: false-discovery control at 5 % allows one window in twenty to have one.
  assert.ok(trends <= 1, `${trends} trends`);
});

test('one leak among 250 caches is found through the false-discovery control', () => {
  const random = seeded(8);
  const list = ticks(250).map((i) => {
    let level = 100;
    const noise = ticks(61).map(() => (i % 3 === 0 ? (level += poisson(random, 0.15) - poisson(random, 0.15)) * 16 : 1600));
    return { series: cache(i === 17 ? leak(random, 60, 5, 16) : noise), options: { lump: 16, bytesPerUnit: 192 } };
  });
  const grown = growthOfAll(list);
  assert.equal(grown[17]!.shape, 'trend');
  assert.ok(Math.abs(grown[17]!.objects_per_second! - 5) < 1.5);
});

test('memory is gone when what is available has been divided by the rate', () => {
  const series = (values: number[]): Series => ({
    ...cache(values),
    name: 'meminfo_bytes',
    labels: { field: 'MemAvailable' },
    unit: 'bytes',
  });
  const growth = growthOf(cache(ticks(61).map((t) => 1000 + 100 * t)), { lump: 1, bytesPerUnit: 1000 });
  assert.equal(growth.bytes_per_second, 100_000);
  const steady = series(ticks(61).map(() => 500_000_000));
  assert.equal(forecast(steady, growth), 5000);
  // MemAvailable shrinks at twice that rate: the leak isn't all that is going on.
  const shrinking = series(ticks(61).map((t) => 512_000_000 - 200_000 * t));
  assert.equal(forecast(shrinking, growth), 2500);
  assert.equal(forecast(steady, { ...growth, shape: 'plateau' }), null);
});

test('what never falls and rises in every fifth of the window grows, however its pace wanders', () => {
  // recorded in the lab: one object for every fifth file opened, while the host was busy
  const recorded = [
    2560, 2784, 2832, 2848, 2864, 2864, 2880, 2880, 2896, 2912, 2928, 2944, 2944, 2960, 2976, 2976, 2992, 3072, 3072, 3232, 3376, 3392,
    3408, 3456, 3536, 3776, 3968, 4048, 4336, 4528, 4656, 4704, 4736, 4784, 4832, 4864, 4880, 4944, 4992, 5040, 5056, 5120, 5168, 5216,
    5248, 5280, 5344, 5376, 5424, 5472, 5504, 5552, 5584, 5632, 5632, 5712, 5744, 5776, 5824, 5888, 5936,
  ];
  const series = { name: 'slab_active_objects', labels: {}, unit: 'objects' as const, times: recorded.map((_, i) => i), values: recorded };
  assert.equal(growthOf(series, { bytesPerUnit: 256, lump: 16 }).shape, 'trend');
  // a warm-up of the same size, and the same burst followed by quiet, are not
  const warming = recorded.map((_, i) => 2560 + Math.round(3376 * (1 - Math.exp(-i / 6))));
  const over = recorded.map((value) => Math.min(value, 4048));
  for (const values of [warming, over]) assert.notEqual(growthOf({ ...series, values }, { bytesPerUnit: 256, lump: 16 }).shape, 'trend');
});
