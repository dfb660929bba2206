import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verify } from './verify.ts';

const measured = (value: number, half: number) => ({ value, interval95: [value - half, value + half] as const });

test('an interval around nought, narrow beside the growth before: stopped', () => {
  assert.equal(verify(measured(1, 0.02), measured(0, 0.03)).verdict, 'stopped');
});
test('half the growth, well apart: slowed by 2', () => {
  const found = verify(measured(100, 5), measured(50, 5));
  assert.equal(found.verdict, 'slowed');
  assert.equal(found.by, 2);
});
test('as before: unchanged', () => {
  assert.equal(verify(measured(100, 5), measured(98, 8)).verdict, 'unchanged');
});
test('an interval from nought to all of it cannot tell, and says how much longer would', () => {
  const found = verify(measured(100, 5), measured(40, 70));
  assert.equal(found.verdict, 'cannot-tell');
  assert.ok(found.needs !== null && found.needs > 2);
});
test('where nothing grew before, nothing can be shown to have stopped', () => {
  assert.equal(verify(measured(1, 2), measured(0, 0.1)).verdict, 'cannot-tell');
});
