import assert from 'node:assert/strict';
import test from 'node:test';
import * as fc from 'fast-check';
import { Malformed } from '../model/reading.ts';
import { addName, collectNames, cursor, hexadecimal, integer, namesOf } from './scan.ts';

test('an integer is read as Number reads it', () => {
  fc.assert(fc.property(fc.integer(), (value) => integer(cursor(`  ${value} x`), 'a number') === value));
});

test('a hexadecimal integer is read as parseInt reads it, in both cases', () => {
  fc.assert(
    fc.property(fc.nat(), fc.boolean(), (value, upper) => {
      const text = value.toString(16);
      return hexadecimal(cursor(upper ? text.toUpperCase() : text), 'a number') === value;
    }),
  );
});

test('what is no number says where', () => {
  const c = cursor('1\nx');
  assert.equal(integer(c, 'a number'), 1);
  c.at = 2;
  c.line = 2;
  assert.throws(
    () => integer(c, 'the size'),
    (error) => error instanceof Malformed && error.line === 2 && /expected the size, found "x"/.test(error.message),
  );
  assert.throws(() => integer(cursor('-'), 'a number'), Malformed);
  assert.throws(() => integer(cursor('9'.repeat(25)), 'a number'), Malformed);
});

test('names come out as they went in, whatever was there before', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 })), fc.array(fc.string({ maxLength: 3 })), (before, now) => {
      const names = collectNames(before);
      for (const name of now) addName(names, name, 0, name.length);
      const found = namesOf(names);
      const same = before.length === now.length && before.every((name, index) => name === now[index]);
      return JSON.stringify(found) === JSON.stringify(now) && (found === before) === same;
    }),
  );
});
