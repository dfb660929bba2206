import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moved, within, zoomed } from './zoom.ts';

test('zooming keeps the place under the pointer where it is', () => {
  const [from, to] = zoomed([100, 200], 0.5, 0.25);
  assert.deepEqual([from, to], [112.5, 162.5]);
  assert.equal(from + 0.25 * (to - from), 125);
});

test('a span never leaves what there is, and keeps its width at the edges', () => {
  assert.deepEqual(within(moved([0, 10], -1), [0, 100]), [0, 10]);
  assert.deepEqual(within(moved([90, 100], 1), [0, 100]), [90, 100]);
  assert.deepEqual(within(zoomed([0, 100], 4, 0.5), [0, 100]), [0, 100]);
});

test('a span never becomes nothing', () => {
  const [from, to] = within([50, 50], [0, 100]);
  assert.ok(Math.abs(to - from - 0.01) < 1e-9 && from > 49.9 && to < 50.1);
});
