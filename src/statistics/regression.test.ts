import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { correlation, nonNegative, robust, throughOrigin, withIntercept } from './regression.ts';

const x = [1, 2, 3, 4, 5];
const y = [2.1, 3.9, 6.2, 7.8, 10.1];
const near = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 1e-5, `${actual} is not ${expected}`);

test('least squares with an intercept agrees with scipy.stats.linregress', () => {
  const fit = withIntercept(x, y);
  near(fit.slope, 1.99);
  near(fit.intercept, 0.05);
  near(fit.interval95[1] - fit.slope, 0.19006071);
});

test('least squares through the origin agrees with the normal equation', () => {
  const fit = throughOrigin(x, y);
  near(fit.slope, 2.0036364);
  near(fit.interval95[1] - fit.slope, 0.061877626);
});

test('one burst in twenty ticks does not turn the robust line', () => {
  const t = Array.from({ length: 20 }, (_, i) => i);
  const values = t.map((i) => 3 * i + (i % 2) + (i === 17 ? 500 : 0));
  assert.ok(Math.abs(robust(t, values, true).slope - 3) < 0.05);
  assert.ok(withIntercept(t, values).slope > 8);
});

test('non-negative least squares finds both shares, and never a negative one', () => {
  const [first, second] = nonNegative(
    [
      [1, 2, 3, 4],
      [2, 1, 5, 0],
    ],
    [5, 4, 13, 4],
  );
  near(first!, 1);
  near(second!, 2);
  // scipy.optimize.nnls: [1.1, 0]
  const [alone, none] = nonNegative(
    [
      [1, 2, 3, 4],
      [2, 1, 5, 0],
    ],
    [1, 3, 2, 5],
  );
  near(alone!, 1.1);
  assert.equal(none, 0);
});

test('correlation is one for a line, whatever its shift and scale', () => {
  const property = fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: -50, max: 50 }), (scale, shift) => {
    near(
      correlation(
        x,
        x.map((v) => scale * v + shift),
      ),
      1,
    );
  });
  fc.assert(property, { numRuns: 50, seed: 1 });
  assert.equal(correlation(x, [2, 2, 2, 2, 2]), 0);
});
