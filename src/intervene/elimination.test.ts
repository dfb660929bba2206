import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gaussian, seeded, whole } from '../statistics/random.ts';
import { eliminate } from './elimination.ts';

/** `drives[i]` is what candidate i adds to the growth; `kernel` goes on whoever is paused. Noise is a share of the whole. */
function machine(drives: readonly number[], kernel: number, noise: number, seed: number) {
  const random = seeded(seed);
  const total = kernel + drives.reduce((sum, each) => sum + each, 0);
  return async (paused: readonly number[]) =>
    (kernel + drives.reduce((sum, each, index) => sum + (paused.includes(index) ? 0 : each), 0)) / total + noise * gaussian(random);
}
const one = (count: number, culprit: number) => Array.from({ length: count }, (_, index) => (index === culprit ? 100 : 0));

test('one culprit among 30 is found in at most 6 rounds, wherever it is', async () => {
  for (let culprit = 0; culprit < 30; culprit++) {
    const found = await eliminate(30, machine(one(30, culprit), 0, 0.05, culprit + 1));
    assert.deepEqual(
      found.culprits.map(({ index }) => index),
      [culprit],
    );
    assert.ok(found.rounds <= 6, `${found.rounds} rounds`);
  }
});

test('when the kernel leaks by itself it is none of them, after one round', async () => {
  const found = await eliminate(63, machine(one(63, -1), 100, 0.05, 3));
  assert.deepEqual(found.culprits, []);
  assert.equal(found.rounds, 1);
  assert.ok(found.remains > 0.8);
});

test('two culprits are both found, with their shares', async () => {
  const random = seeded(9);
  for (let round = 0; round < 20; round++) {
    const [a, b] = [whole(random, 10), 10 + whole(random, 20)];
    const drives = Array.from({ length: 30 }, (_, index) => (index === a ? 60 : index === b ? 40 : 0));
    const found = await eliminate(30, machine(drives, 0, 0.02, round + 1));
    assert.deepEqual(
      found.culprits.map(({ index }) => index).toSorted((x, y) => x - y),
      [a, b],
    );
    assert.ok(Math.abs(found.culprits[0]!.share - 0.6) < 0.15);
  }
});

test('what the kernel adds by itself remains beside the culprit', async () => {
  const found = await eliminate(8, machine(one(8, 5), 50, 0, 1));
  assert.deepEqual(
    found.culprits.map(({ index }) => index),
    [5],
  );
  assert.ok(Math.abs(found.remains - 1 / 3) < 0.01);
});

test('nobody to pause is no round, and ended early is said', async () => {
  assert.deepEqual(await eliminate(0, async () => 0), { rounds: 0, remains: 1, culprits: [], complete: true });
  assert.equal((await eliminate(4, async () => null)).complete, false);
});
