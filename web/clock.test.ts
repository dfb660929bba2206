import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clock, instant } from './clock.ts';

test('a time is told as finely as its neighbours need', () => {
  assert.deepEqual([clock(86_399, 1), clock(86_399, 60), clock(86_400, 86_400)], ['23:59:59', '23:59', '1970-01-02']);
  assert.equal(instant('2026-11-25T00:51:22.885Z'), '2026-11-25 00:51:22Z');
});

test('a number that is no time is shown as it is', () => {
  assert.deepEqual([clock(1e300, 1), clock(Number.NaN, 1)], ['1e+300', 'NaN']);
});
