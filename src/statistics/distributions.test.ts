import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalTail, normalTwoSided, studentQuantile, studentTwoSided } from './distributions.ts';

const near = (actual: number, expected: number, relative = 1e-5): void =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${actual} is not ${expected}`);

test('normal tails agree with scipy, far ones too', () => {
  near(normalTwoSided(0.5), 0.6170750774519738);
  near(normalTwoSided(1.959964), 0.05);
  near(normalTwoSided(-4), 6.334248366623973e-5);
  near(normalTwoSided(6), 1.973175290075389e-9);
  near(normalTail(0), 0.5);
});

test("Student's t agrees with scipy", () => {
  near(studentTwoSided(2, 5), 0.10193947882985835);
  near(studentTwoSided(8.61, 4), 0.001000134123827867);
  near(studentTwoSided(0.5, 30), 0.6207230048851272);
  near(studentQuantile(0.05, 7), 2.364624251592784);
  near(studentQuantile(0.01, 7), 3.4994832973504924);
  assert.equal(studentTwoSided(Number.POSITIVE_INFINITY, 3), 0);
});
