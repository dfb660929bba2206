import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { mannKendall } from './mann-kendall.ts';
import { gaussian, seeded } from './random.ts';
import { theilSen } from './theil-sen.ts';

test('slope and interval are the ranked pairwise slopes', () => {
  // Pairwise slopes listed and sorted in Python: of 45 the 23rd is 11/7; Var S = (10·9·25 − 2·1·9)/18 = 124,
  // C = 1.96·√124 = 21.8, so M1 = 11.6 and M2 + 1 = 34.4 (Gilbert 1987, § 16.5): outwards the 11th and the 35th.
  // scipy.stats.theilslopes gives the slope 11/7 and the intercept 8/7, and rounds to the nearest rank: (1.333, 2).
  const fit = theilSen([1, 2, 3, 4, 5, 6, 8, 10, 11, 12], [2, 5, 4, 8, 9, 9, 14, 15, 21, 20]);
  assert.equal(fit.slope, 11 / 7);
  assert.ok(Math.abs(fit.intercept - 8 / 7) < 1e-12);
  assert.deepEqual(fit.interval95, [1.25, 2]);
});

test('the slope of an exact line is exact, at uneven times too', () => {
  const times = [0, 1, 3, 4, 9, 12, 13, 20];
  const fit = theilSen(
    times,
    times.map((t) => 7 + 131 * t),
  );
  assert.equal(fit.slope, 131);
  assert.equal(fit.intercept, 7);
});

test('shifting and scaling the values shifts and scales the line', () => {
  const property = fc.property(
    fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 40 }),
    fc.integer({ min: -50, max: 50 }),
    fc.integer({ min: 1, max: 8 }),
    (values, shift, scale) => {
      const times = values.map((_, i) => i);
      const plain = theilSen(times, values);
      const moved = theilSen(
        times,
        values.map((v) => scale * v + shift),
      );
      assert.ok(Math.abs(moved.slope - scale * plain.slope) < 1e-9);
      assert.ok(Math.abs(moved.intercept - scale * plain.intercept - shift) < 1e-6);
    },
  );
  fc.assert(property, { numRuns: 200, seed: 1 });
});

test('above 600 points the slopes are found without listing them', () => {
  const random = seeded(3);
  const times = Array.from({ length: 700 }, (_, i) => i + random() / 2);
  const values = times.map((t) => Math.round(0.37 * t + 5 * gaussian(random)));
  const slopes: number[] = [];
  for (let i = 0; i < 700; i++) for (let j = i + 1; j < 700; j++) slopes.push((values[j]! - values[i]!) / (times[j]! - times[i]!));
  slopes.sort((a, b) => a - b);
  const expected = (slopes[(slopes.length - 1) >> 1]! + slopes[slopes.length >> 1]!) / 2;
  assert.ok(Math.abs(theilSen(times, values).slope - expected) < 1e-9);
});

test('a long series of lumps, mostly equal, has slope zero exactly', () => {
  const values = Array.from({ length: 1000 }, (_, i) => (i < 900 ? 16 : 32));
  const { slope } = theilSen(
    values.map((_, i) => i),
    values,
  );
  assert.equal(slope, 0);
});

test('the 95 % interval covers the true slope as often as it says, with noise that is independent or remembers', () => {
  // 400 windows of 60 s, slope 1/s. Measured over 1,500: 0.95 without memory, 0.89 for AR(1) of 0.5.
  const random = seeded(11);
  const covered = (memory: number): number => {
    let hits = 0;
    for (let run = 0; run < 400; run++) {
      let state = 0;
      const times = Array.from({ length: 60 }, (_, i) => i);
      const values = times.map((t) => {
        state = memory * state + gaussian(random);
        return t + 10 * state;
      });
      const { slope } = theilSen(times, values);
      const { inflation } = mannKendall(
        values,
        values.map((v, i) => v - slope * i),
      );
      const [low, high] = theilSen(times, values, inflation).interval95;
      if (low <= 1 && 1 <= high) hits++;
    }
    return hits / 400;
  };
  const independent = covered(0);
  assert.ok(independent > 0.92 && independent < 0.985, `covered ${independent}`);
  const remembering = covered(0.5);
  assert.ok(remembering > 0.85, `covered ${remembering}`);
});
