import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wishOf } from './app.ts';
import { languageFor } from './shell.ts';

test('the language is the one the reader prefers among those there are', () => {
  for (const [header, language] of [
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['en-GB,en;q=0.9,zh;q=0.8', 'en'],
    ['de-DE,de;q=0.9,zh-TW;q=0.5,en;q=0.3', 'zh'],
    ['zh;q=0, en;q=0.1', 'en'],
    ['', 'en'],
    [';;,q=,', 'en'],
  ] as const)
    assert.equal(languageFor(header), language, header);
});

test('a wish is one of two, whole and within bounds, or none', () => {
  assert.deepEqual(wishOf('{"kind":"diagnose","seconds":60}'), { kind: 'diagnose', seconds: 60 });
  assert.deepEqual(wishOf('{"kind":"listen","cache":"kmalloc-rnd-01-64","seconds":5}'), {
    kind: 'listen',
    cache: 'kmalloc-rnd-01-64',
    seconds: 5,
  });
  for (const text of [
    '',
    'null',
    '[]',
    '{"kind":"treat","seconds":5}',
    '{"kind":"diagnose"}',
    '{"kind":"diagnose","seconds":1e9}',
    '{"kind":"diagnose","seconds":"60"}',
    '{"kind":"listen","seconds":5}',
    '{"kind":"listen","cache":"../x y","seconds":5}',
    '{"kind":"listen","cache":"filp","seconds":600}',
  ])
    assert.equal(wishOf(text), null, text);
});
