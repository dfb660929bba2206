import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { address6 } from './fib-rules.ts';

test('IPv6 addresses are written as RFC 5952 says', () => {
  assert.equal(address6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1]), '2001:db8::1');
  assert.equal(address6([0, 0, 0, 0, 0, 0, 0, 0]), '::');
  assert.equal(address6([0, 0, 0, 0, 0, 0, 0, 1]), '::1');
  assert.equal(address6([0xfe80, 0, 0, 0, 1, 0, 0, 1]), 'fe80::1:0:0:1');
  assert.equal(address6([1, 0, 2, 3, 4, 5, 6, 7]), '1:0:2:3:4:5:6:7');
  assert.equal(address6([1, 2, 3, 4, 5, 6, 7, 0]), '1:2:3:4:5:6:7:0');
});
