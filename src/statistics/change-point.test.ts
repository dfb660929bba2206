import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestBreakpoint, bestStep, line, pettitt } from './change-point.ts';
import { blockMinima, lowerHull } from './lower-envelope.ts';

test('a jump between two levels is found where it is', () => {
  const step = bestStep([5, 5, 5, 5, 9, 9, 9]);
  assert.deepEqual({ ...step, residual: 0 }, { at: 4, before: 5, after: 9, residual: 0 });
  assert.ok(step.residual < 1e-9);
});

test("Pettitt's K of a clean shift of five and five is 25", () => {
  // U_5 = 2·(1+…+5) − 5·11 = −25; p ≈ 2·exp(−6·625/1100) = 0.0662
  const found = pettitt([1, 2, 3, 4, 5, 11, 12, 13, 14, 15]);
  assert.equal(found.at, 5);
  assert.equal(found.k, 25);
  assert.ok(Math.abs(found.p - 0.0662) < 1e-4);
});

test('growth that stops bends where it stops', () => {
  const times = Array.from({ length: 20 }, (_, i) => i);
  const bend = bestBreakpoint(
    times,
    times.map((t) => Math.min(t, 12) * 10),
  );
  assert.ok(bend !== null);
  assert.ok(bend.at === 12 || bend.at === 13);
  assert.ok(Math.abs(bend.first.slope - 10) < 1e-9);
  assert.ok(Math.abs(bend.second.slope) < 1e-9);
  assert.equal(bestBreakpoint([0, 1, 2], [1, 2, 3]), null);
});

test('least squares of three points: slope 3/2, residual 1/6', () => {
  const fit = line([0, 1, 2], [0, 1, 3]);
  assert.equal(fit.slope, 1.5);
  assert.ok(Math.abs(fit.residual - 1 / 6) < 1e-12);
});

test('the minima of blocks are the ends of the breaths', () => {
  const times = Array.from({ length: 12 }, (_, i) => i);
  const values = [0, 5, 9, 1, 6, 9, 2, 7, 9, 3, 8, 9];
  assert.deepEqual(blockMinima(times, values, 4), { times: [0, 3, 6, 9], values: [0, 1, 2, 3] });
});

test('no point lies below the lower hull', () => {
  assert.deepEqual(lowerHull([0, 1, 2, 3, 4], [0, 3, 1, 4, 2]), { times: [0, 4], values: [0, 2] });
});
