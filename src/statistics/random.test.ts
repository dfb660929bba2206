import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mean } from './quantiles.ts';
import { gaussian, poisson, seeded, shuffled, whole } from './random.ts';

const take = (seed: number): number[] => Array.from({ length: 5 }, seeded(seed));
const draw = (of: () => number): number[] => Array.from({ length: 20_000 }, of);

test('the same seed gives the same numbers, another seed others', () => {
  assert.deepEqual(take(1), take(1));
  assert.notDeepEqual(take(1), take(2));
});

test('moments are those of the distributions', () => {
  const random = seeded(4);
  assert.ok(Math.abs(mean(draw(random)) - 0.5) < 0.01);
  const normal = draw(() => gaussian(random));
  assert.ok(Math.abs(mean(normal)) < 0.03);
  assert.ok(Math.abs(mean(normal.map((x) => x * x)) - 1) < 0.04);
  const counts = draw(() => poisson(random, 40));
  const centre = mean(counts);
  assert.ok(Math.abs(centre - 40) < 0.25);
  assert.ok(Math.abs(mean(counts.map((x) => (x - centre) ** 2)) - 40) < 2);
});

test('shuffling keeps all items, and every place is as likely', () => {
  const random = seeded(8);
  const first = [0, 0, 0, 0];
  for (let i = 0; i < 4000; i++) first[shuffled([0, 1, 2, 3], random)[0]!]!++;
  for (const count of first) assert.ok(Math.abs(count - 1000) < 120);
  assert.deepEqual(
    shuffled([3, 1, 2], random).toSorted((a, b) => a - b),
    [1, 2, 3],
  );
  for (let i = 0; i < 100; i++) assert.ok(whole(random, 3) < 3);
});
