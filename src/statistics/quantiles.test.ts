import assert from 'node:assert/strict';
import { test } from 'node:test';
import { autocorrelation, ranks } from './autocorrelation.ts';
import { mean, median, medianAbsoluteDeviation, quantile, robustDeviation } from './quantiles.ts';

test('quantiles interpolate between ranks, as R and numpy do by default', () => {
  assert.equal(quantile([4, 1, 3, 2], 0.25), 1.75);
  assert.equal(median([5, 1, 9]), 5);
  assert.equal(median([1, 2, 3, 4]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('the MAD does not see an outlier', () => {
  assert.equal(medianAbsoluteDeviation([1, 1, 2, 2, 4, 6, 9]), 1);
  assert.equal(medianAbsoluteDeviation([1, 1, 2, 2, 4, 6, 900]), 1);
  assert.ok(Math.abs(robustDeviation([1, 1, 2, 2, 4, 6, 9]) - 1.4826) < 1e-4);
  assert.equal(mean([1, 2, 6]), 3);
});

test('autocorrelation agrees with the sums worked out in Python', () => {
  const rho = autocorrelation([1, 3, 2, 5, 4, 6, 8, 7], 3);
  const expected = [0.49404761904761907, 0.2857142857142857, -0.10119047619047619];
  for (const [i, value] of expected.entries()) assert.ok(Math.abs(rho[i]! - value) < 1e-12);
  assert.deepEqual(autocorrelation([2, 2, 2], 2), [0, 0]);
});

test('equal values share their mean rank', () => {
  assert.deepEqual(ranks([10, 30, 20, 30]), [1, 3.5, 2, 3.5]);
});
