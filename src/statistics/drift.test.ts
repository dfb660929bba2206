import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drift } from './drift.ts';
import { mannKendall } from './mann-kendall.ts';
import { gaussian, seeded } from './random.ts';

const seconds = Array.from({ length: 60 }, (_, i) => i);

test('an exact line drifts by its slope', () => {
  const found = drift(
    seconds,
    seconds.map((t) => 3 * t),
    8,
  );
  assert.equal(found.slope, 3);
  assert.ok(found.p < 1e-9);
});

test('a random walk is rarely taken for a trend, where Mann–Kendall takes every second one', () => {
  const random = seeded(9);
  let steady = 0;
  let kendall = 0;
  for (let run = 0; run < 400; run++) {
    let level = 0;
    const walk = seconds.map(() => (level += gaussian(random)));
    if (drift(seconds, walk, 8).p < 0.05) steady++;
    if (mannKendall(walk, walk).p < 0.05) kendall++;
  }
  assert.ok(kendall / 400 > 0.3, `${kendall}`);
  assert.ok(steady / 400 < 0.16, `${steady}`);
});
