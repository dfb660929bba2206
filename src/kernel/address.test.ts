import assert from 'node:assert/strict';
import { isIP as nodes } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { isIP } from './address.ts';

test('the same answer as the C library gives', () => {
  for (const text of [
    '127.0.0.1',
    '256.0.0.1',
    '1.2.3',
    '1.2.3.4.',
    '::',
    '::1',
    '2001:db8::1',
    '1::2::3',
    'fe80',
    '::ffff:1.2.3.4',
    '',
    'a.b',
    '12345::',
  ])
    assert.equal(isIP(text), nodes(text), text);
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (text) => assert.equal(isIP(text), nodes(text))));
});
