import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { clip, left, right, widthOf } from './text.ts';

const text = fc.string({ unit: fc.constantFrom(...'abc 中文缓→▲▼█▁…·±−×─'.split('')), maxLength: 30 });

test('the quick width is the one of string-width', () => {
  fc.assert(fc.property(text, (given) => assert.equal(widthOf(given), stringWidth(given))));
});

test('text is clipped to columns, not to characters, and says that it was', () => {
  assert.equal(clip('pool_workqueue', 8), 'pool_wo…');
  assert.equal(clip('缓存对象', 5), '缓存…');
  assert.equal(clip('缓存', 4), '缓存');
  assert.equal(clip('abc', 0), '');
});

test('a cell is as wide as its column, whatever is in it', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 20 }), (given, columns) => {
      assert.equal(widthOf(left(given, columns)), columns);
      assert.equal(widthOf(right(given, columns)), columns);
    }),
  );
});
