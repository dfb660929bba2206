import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockLength, bootstrapInterval } from './bootstrap.ts';
import { permutationTest } from './permutation.ts';
import { mean } from './quantiles.ts';
import { gaussian, seeded } from './random.ts';

test('the permutation p approaches the exact one: 2 of 20 splits are as far apart', () => {
  // 1 2 3 against 11 12 13: of the C(6,3) = 20 splits only this and its mirror image differ by 10. p = 0.1.
  const p = permutationTest([1, 2, 3], [11, 12, 13], seeded(1));
  assert.ok(Math.abs(p - 0.1) < 0.01, String(p));
});

test('p is never zero, and one where nothing differs', () => {
  const far = Array.from({ length: 20 }, (_, i) => 1000 + i);
  assert.equal(
    permutationTest(
      far.map((v) => v - 1000),
      far,
      seeded(2),
      99,
    ),
    0.01,
  );
  assert.equal(permutationTest([5, 5], [5, 5, 5], seeded(3), 99), 1);
});

test('under no difference p is below 0.05 one time in twenty', () => {
  const random = seeded(4);
  let low = 0;
  for (let run = 0; run < 400; run++) {
    const draw = (): number[] => Array.from({ length: 8 }, () => gaussian(random));
    if (permutationTest(draw(), draw(), random, 199) <= 0.05) low++;
  }
  assert.ok(low >= 8 && low <= 36, `${low} of 400`);
});

test('the interval of a mean is that of theory: ± 1.96/√100 of a standard deviation', () => {
  const random = seeded(5);
  const values = Array.from({ length: 100 }, () => 10 + gaussian(random));
  const [low, high] = bootstrapInterval(values, mean, { random });
  const centre = mean(values);
  const deviation = Math.sqrt(mean(values.map((v) => (v - centre) ** 2)));
  assert.ok(Math.abs((high - low) / 2 - (1.96 * deviation) / 10) < 0.02);
});

test('blocks widen the interval of values that remember, nearly to what it should be', () => {
  const random = seeded(6);
  const covered = (block: number): number => {
    let hits = 0;
    for (let run = 0; run < 200; run++) {
      let state = 0;
      const values = Array.from({ length: 200 }, () => (state = 0.6 * state + gaussian(random)));
      const [low, high] = bootstrapInterval(values, mean, { random, rounds: 199, block });
      if (low <= 0 && 0 <= high) hits++;
    }
    return hits / 200;
  };
  const single = covered(1);
  const blocks = covered(2 * blockLength(200));
  assert.ok(blocks > 0.84, `with blocks ${blocks}`);
  assert.ok(single < 0.8, `without ${single}`);
});
