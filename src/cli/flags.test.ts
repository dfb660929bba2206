import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languageOf, takeLanguage } from './language.ts';
import { parseBytes, parseCount, parseDuration } from './flags.ts';

test('durations are seconds, whatever their unit', () => {
  assert.deepEqual(['60s', '5m', '2h', '500ms', '7'].map(parseDuration), [60, 300, 7200, 0.5, 7]);
});

test('what is no duration is refused with an example', () => {
  for (const text of ['', 'soon', '-5s', '0', '1e3', '60 parsecs', '32d']) assert.throws(() => parseDuration(text), /expected e\.g\. 60s/);
});

test('amounts of memory are in powers of 1024', () => {
  assert.deepEqual(['4096', '64K', '300M', '2GiB', '1t'].map(parseBytes), [4096, 65_536, 314_572_800, 2_147_483_648, 1_099_511_627_776]);
  for (const text of ['', 'much', '-1', '1.5G', '3 lumps']) assert.throws(() => parseBytes(text), /expected e\.g\. 300M/);
});

test('a count is a whole number of at least one', () => {
  assert.equal(parseCount('2003'), 2003);
  for (const text of ['0', '-1', '1.5', 'ten', '']) assert.throws(() => parseCount(text), /whole number/);
});

test('the language comes from the locale, in the order of setlocale', () => {
  assert.equal(languageOf({ LANG: 'zh_CN.UTF-8' }), 'zh');
  assert.equal(languageOf({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }), 'en');
  assert.equal(languageOf({}), 'en');
});

test('--lang is taken from anywhere before --, with or without an equals sign', () => {
  assert.deepEqual(takeLanguage(['look', '--lang', 'zh', '--once']), { wanted: 'zh', rest: ['look', '--once'] });
  assert.deepEqual(takeLanguage(['--lang=zh', '--help']), { wanted: 'zh', rest: ['--help'] });
  assert.deepEqual(takeLanguage(['case', 'search', '--', '--lang', 'zh']), {
    wanted: undefined,
    rest: ['case', 'search', '--', '--lang', 'zh'],
  });
  assert.deepEqual(takeLanguage(['look', '--lang']), { wanted: '', rest: ['look'] });
});

test('no text of a command stands in one language only', () => {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  for (const file of globSync('*.ts', { cwd: folder }).filter((name) => !name.endsWith('.test.ts')))
    for (const [text] of readFileSync(`${folder}${file}`, 'utf8').matchAll(/(?:brief|fullDescription):\s*['"`[].*/g))
      assert.fail(`${file}: ${text}`);
});
