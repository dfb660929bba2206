import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, count, duration, figure, plusMinus, signed } from './units.ts';

test('bytes take the largest binary unit', () => {
  assert.equal(bytes(0), '0 B');
  assert.equal(bytes(1023), '1023 B');
  assert.equal(bytes(33_587), '32.8 KiB');
  assert.equal(bytes(-1_073_741_824), '-1.0 GiB');
});

test('a figure has three significant digits and no exponent', () => {
  assert.deepEqual([0, 0.5021, 1, 9.876, 131.23, 1_234_567, 0.000001].map(figure), [
    '0',
    '0.502',
    '1.00',
    '9.88',
    '131',
    '1,234,567',
    '0.000001',
  ]);
});

test('an interval decides the digits of its value', () => {
  assert.equal(plusMinus(131.23, 0.94), '131.2 ± 0.9');
  assert.equal(plusMinus(131.23, 12), '131 ± 12');
});

test('a duration says its two largest units', () => {
  assert.deepEqual(
    [5.5, 59, 90, 20_400, 86_400, 864_000 + 3600].map((s) => duration(s)),
    ['5.50 s', '59 s', '1 min 30 s', '5 h 40 min', '1 d', '10 d'],
  );
});

test('signs and thousands', () => {
  assert.equal(signed(131.4), '+131');
  assert.equal(signed(-2), '−2.00');
  assert.equal(count(2003), '2,003');
});
