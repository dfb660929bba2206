import assert from 'node:assert/strict';
import { test } from 'node:test';
import { carried, lookAt, moved, within, zoomed } from './zoom.ts';

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

test('with new data all stays all, the newest stays the newest, and an older time stays where it is', () => {
  assert.deepEqual(carried([0, 100], [0, 100], [0, 105]), [0, 105]);
  assert.deepEqual(carried([80, 100], [0, 100], [0, 105]), [85, 105]);
  assert.deepEqual(carried([30, 50], [0, 100], [0, 105]), [30, 50]);
  assert.deepEqual(carried([0, 50], [0, 100], [0, 105]), [0, 50]);
});

test('a look that follows goes on to follow, however often there is more', () => {
  let look = lookAt([0, 100], null);
  look.span = [90, 100];
  for (let end = 101; end <= 400; end++) look = lookAt([0, end], look);
  assert.deepEqual(look.span, [390, 400]);
});

test('what is dragged stays in the hand', () => {
  const held = { x: 5, from: [10, 20] as const };
  assert.equal(lookAt([0, 110], { full: [0, 100], span: [10, 20], dragged: held }).dragged, held);
});

test('what is no longer there is not looked at, and another record is shown whole', () => {
  assert.deepEqual(carried([5, 15], [0, 100], [10, 110]), [10, 20]);
  assert.deepEqual(carried([30, 50], [0, 100], [1000, 1100]), [1000, 1100]);
  assert.deepEqual(carried([1030, 1050], [1000, 1100], [0, 100]), [0, 100]);
  assert.deepEqual(carried([7, 7], [7, 7], [7, 12]), [7, 12]);
});
