import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { shellLine } from './shell.ts';

test('sh gives back every word as it was', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0') && word.isWellFormed()),
        { minLength: 1, maxLength: 5 },
      ),
      (words) => {
        const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${shellLine(words)}`], { encoding: 'utf8' });
        assert.deepEqual(printed.split('\0').slice(0, -1), words);
      },
    ),
    { numRuns: 50 },
  );
});

test('a word with a NUL is refused', () => {
  assert.throws(() => shellLine(['a\0b']), RangeError);
});
