import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { adjusted } from './false-discovery.ts';

const close = (actual: number[], expected: number[]): void => {
  for (const [i, value] of expected.entries()) assert.ok(Math.abs(actual[i]! - value) < 1e-7);
};

test('adjusted p-values agree with scipy.stats.false_discovery_control', () => {
  const p = [0.01, 0.04, 0.03, 0.005, 0.5];
  close(adjusted(p), [0.025, 0.05, 0.05, 0.025, 0.5]);
  close(adjusted(p, 'any'), [0.05708333, 0.11416667, 0.11416667, 0.05708333, 1]);
});

test('an adjusted p is never below the plain one, and keeps the order', () => {
  const property = fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 50 }), (p) => {
    const after = adjusted(p);
    for (let i = 0; i < p.length; i++) {
      assert.ok(after[i]! >= p[i]! - 1e-12 && after[i]! <= 1);
      for (let j = 0; j < p.length; j++) if (p[i]! < p[j]!) assert.ok(after[i]! <= after[j]!);
    }
  });
  fc.assert(property, { numRuns: 100, seed: 3 });
});
