import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { barParts, liveWords } from '../messages/live.ts';
import { inkOf } from './ink.ts';
import { cellsOf, ledgerLines, partsOf } from './ledger-bar.ts';
import { widthOf } from './text.ts';

const gib = 1024 ** 3;
const ledger = {
  at: 0,
  total_bytes: 8 * gib,
  parts: [
    { id: 'free', bytes: 2 * gib },
    { id: 'free-percpu-lists', bytes: 0 },
    { id: 'anon', bytes: gib },
    { id: 'file-cache', bytes: 2 * gib },
    { id: 'slab-unreclaimable', bytes: gib },
    { id: 'page-tables', bytes: gib / 2 },
    { id: 'percpu', bytes: gib / 2 },
  ],
  unaccounted_bytes: gib,
};

test('every byte of the ledger is in one part of the bar', () => {
  const parts = partsOf(ledger);
  assert.equal(
    [...parts.values()].reduce((sum, size) => sum + size, 0),
    ledger.total_bytes,
  );
  assert.equal(parts.get('kernel'), gib);
});

test('an eighth of the memory is an eighth of the bar', () => {
  const [bar] = ledgerLines(ledger, liveWords.en, inkOf(0), 82);
  assert.equal(bar, `[${'A'.repeat(10)}${'F'.repeat(20)}${'S'.repeat(10)}${'K'.repeat(10)}${'?'.repeat(10)}${'.'.repeat(20)}]`);
});

test('the cells sum to the columns, whatever the parts are', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: barParts.length, maxLength: barParts.length });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 300 }), (given, columns) => {
      const cells = cellsOf(new Map(barParts.map((part, at) => [part, given[at]!])), columns);
      const sum = [...cells.values()].reduce((all, one) => all + one, 0);
      assert.equal(sum, given.every((size) => size === 0) ? 0 : columns);
    }),
  );
});

test('the legend names each part once and no line is wider than the screen', () => {
  for (const words of Object.values(liveWords))
    for (const columns of [40, 80, 200])
      for (const line of ledgerLines(ledger, words, inkOf(0), columns))
        assert.ok(widthOf(line.trimEnd()) <= columns, `${columns}: ${line}`);
});
