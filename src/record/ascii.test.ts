import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { asciiOf } from './ascii.ts';

test('signs become ASCII of the same width, controls and Chinese stay', () => {
  assert.equal(asciiOf('\u001b[1m−17.5 … 18.7 · A → B ▲ ▃█\u001b[0m'), '\u001b[1m-17.5 ~ 18.7 | A > B ^ ##\u001b[0m');
  assert.equal(asciiOf('缓存 → 属主'), '缓存 > 属主');
});

test('every sign the texts of the terminal are made of is known', () => {
  const source = fileURLToPath(new URL('..', import.meta.url));
  const files = globSync('{record,tui,messages,kernel,cli}/**/*.ts', { cwd: source }).filter(
    (file) => !file.includes('.test.') && !/page|html/.test(file),
  );
  assert.ok(files.length > 50);
  const unknown = new Set<string>();
  for (const file of files)
    for (const sign of readFileSync(`${source}/${file}`, 'utf8').match(/[^\p{ASCII}]/gu) ?? [])
      if (asciiOf(sign) === '?') unknown.add(sign);
  assert.deepEqual([...unknown], []);
});
