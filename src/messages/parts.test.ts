import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { partName } from './parts.ts';

test("every part the ledger is made of has a name in Chinese, or is a word of the kernel's own", () => {
  const ledger = readFileSync(new URL('../look/ledger.ts', import.meta.url), 'utf8');
  const ids = [...ledger.matchAll(/\bpart\('([a-z-]+)'|\bid: '(free)'/g)].map(([, part, free]) => (part ?? free)!);
  assert.ok(ids.length >= 20, `only ${ids.length} parts were found`);
  const kernelWords = new Set(['percpu', 'vmalloc', 'zswap', 'zsmalloc']);
  assert.deepEqual(
    ids.filter((id) => !kernelWords.has(id) && partName(id, 'zh') === id),
    [],
  );
  assert.deepEqual(
    ids.filter((id) => partName(id, 'en') !== id),
    [],
  );
});
