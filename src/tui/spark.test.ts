import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spark } from './spark.ts';

test('from the lowest to the highest value in eight steps, the newest at the right', () => {
  assert.deepEqual(spark([0, 1, 2, 3, 4, 5, 6, 7], 8, 1, 0, false), ['▁▂▃▄▅▆▇█']);
  assert.deepEqual(spark([5, 5], 4, 1, 1, false), ['  ▁▁']);
});

test('a change below the step of the counter is no mountain', () => {
  assert.deepEqual(spark([100, 101, 100], 3, 1, 32, false), ['▁▁▁']);
});

test('on several lines the upper ones begin where the lower end', () => {
  assert.deepEqual(spark([0, 15], 2, 2, 0, false), [' █', '▁█']);
});

test('what is not known is a gap, not a zero; many values share columns', () => {
  assert.deepEqual(spark([0, null, 7], 3, 1, 0, true), ['. #']);
  assert.equal(
    spark(
      Array.from({ length: 120 }, (_, at) => at),
      10,
      1,
      0,
      false,
    )[0]!.length,
    10,
  );
});
