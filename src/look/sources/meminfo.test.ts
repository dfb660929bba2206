import assert from 'node:assert/strict';
import test from 'node:test';
import { recorded, survivesAnything } from '../fixtures/texts.ts';
import { valueOf } from '../named.ts';
import { parseMeminfo } from './meminfo.ts';

test('kilobytes become bytes', () => {
  const value = parseMeminfo('MemTotal:       24683620 kB\nActive(anon):       1568 kB\n');
  assert.equal(valueOf(value, 'MemTotal'), 24683620 * 1024);
  assert.equal(valueOf(value, 'Active(anon)'), 1568 * 1024);
  assert.equal(valueOf(value, 'Balloon'), null);
});

test('counts of huge pages become bytes, and are not known where the page size is not told', () => {
  const value = parseMeminfo('HugePages_Total:       3\nHugepagesize:       2048 kB\n');
  assert.equal(valueOf(value, 'HugePages_Total'), 3 * 2048 * 1024);
  assert.ok(Number.isNaN(valueOf(parseMeminfo('HugePages_Total:       3\n'), 'HugePages_Total')));
});

test('every line of a real file is there', () => {
  const text = recorded('/proc/meminfo');
  assert.equal(parseMeminfo(text).names.length, text.trimEnd().split('\n').length);
});

test('any text gives a value or Malformed', () => survivesAnything(parseMeminfo, recorded('/proc/meminfo')));
