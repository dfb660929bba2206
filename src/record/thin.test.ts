import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Series } from '../model/evidence.ts';
import { thin } from './thin.ts';

const series = (values: readonly (number | null)[]): Series => ({
  name: 'x',
  labels: {},
  unit: 'objects',
  times: values.map((_, i) => i),
  values: [...values],
});

test('a lone spike among ten thousand points is kept', () => {
  const values = Array.from({ length: 10_000 }, () => 5);
  values[7777] = 99;
  values[123] = -4;
  const thinned = thin(series(values), 200);
  assert.ok(thinned.times.length <= 200);
  assert.equal(thinned.values[thinned.times.indexOf(7777)], 99);
  assert.equal(thinned.values[thinned.times.indexOf(123)], -4);
});

test('lowest, highest, first and last stay, times ascend, and every point is one of the series', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.integer({ min: -1000, max: 1000 })), { minLength: 2, maxLength: 400 }),
      fc.integer({ min: 8, max: 60 }),
      (values, most) => {
        const { times, values: kept } = thin(series(values), most);
        assert.ok(times.length <= Math.max(most, 2));
        assert.deepEqual([times[0], times.at(-1)], [0, values.length - 1]);
        for (const [at, time] of times.entries()) {
          assert.equal(kept[at], values[time]);
          assert.ok(at === 0 || time > times[at - 1]!);
        }
        const read = values.filter((value) => value !== null);
        if (read.length > 0) {
          const left = kept.filter((value) => value !== null);
          assert.equal(Math.max(...left), Math.max(...read));
          assert.equal(Math.min(...left), Math.min(...read));
        }
      },
    ),
  );
});

test('a short series is left as it is', () => {
  const short = series([1, null, 3]);
  assert.equal(thin(short, 3), short);
});
