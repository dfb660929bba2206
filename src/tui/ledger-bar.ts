/** MemTotal as a bar: a letter and a colour for each part, and beside it which is which and how much. */
import { bytes } from '../kernel/units.ts';
import { type BarPart, barParts, type LiveWords } from '../messages/live.ts';
import type { Ledger } from '../model/evidence.ts';
import type { Ink } from './ink.ts';
import { widthOf } from './text.ts';

/** Parts of the ledger that have a colour of their own; all others are the kernel's. */
const partOf: Readonly<Record<string, BarPart>> = {
  free: 'free',
  'free-percpu-lists': 'free',
  'file-cache': 'files',
  'writeback-temporary': 'files',
  bounce: 'files',
  shmem: 'shmem',
  anon: 'anon',
  'swap-cache': 'anon',
  hugetlb: 'hugetlb',
  'slab-unreclaimable': 'slab',
  'slab-reclaimable': 'reclaimable',
  'other-reclaimable': 'reclaimable',
};

export const letters: Readonly<Record<BarPart, string>> = {
  anon: 'A',
  files: 'F',
  shmem: 'M',
  hugetlb: 'H',
  slab: 'S',
  reclaimable: 'R',
  kernel: 'K',
  unaccounted: '?',
  free: '.',
};

export function partsOf(ledger: Ledger): ReadonlyMap<BarPart, number> {
  const sums = new Map<BarPart, number>();
  for (const { id, bytes: size } of ledger.parts) {
    const part = Object.hasOwn(partOf, id) ? partOf[id]! : 'kernel';
    sums.set(part, (sums.get(part) ?? 0) + size);
  }
  sums.set('unaccounted', ledger.unaccounted_bytes);
  return sums;
}

/** Columns for each part, summing to `columns`: the largest remainders get what rounding down left. */
export function cellsOf(parts: ReadonlyMap<BarPart, number>, columns: number): ReadonlyMap<BarPart, number> {
  const shown = barParts.map((part) => [part, Math.max(0, parts.get(part) ?? 0)] as const);
  const total = shown.reduce((sum, [, size]) => sum + size, 0);
  if (total === 0) return new Map();
  const exact = shown.map(([part, size]) => ({ part, whole: Math.floor((size / total) * columns), rest: ((size / total) * columns) % 1 }));
  const left = columns - exact.reduce((sum, { whole }) => sum + whole, 0);
  const favoured = new Set(exact.toSorted((a, b) => b.rest - a.rest).slice(0, left));
  return new Map(exact.map((each) => [each.part, each.whole + (favoured.has(each) ? 1 : 0)]));
}

/** The bar, then the legend on as many lines as it needs (three at most). */
export function ledgerLines(ledger: Ledger, words: LiveWords, ink: Ink, columns: number): readonly string[] {
  const parts = partsOf(ledger);
  const cells = cellsOf(parts, columns - 2);
  const bar = barParts.map((part) => ink.bar(part, letters[part].repeat(cells.get(part) ?? 0))).join('');
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const part of barParts) {
    const size = parts.get(part) ?? 0;
    if (size === 0) continue;
    const text = `${words.parts[part]} ${bytes(size)}`;
    const width = 5 + widthOf(text);
    if (used + width > columns && used > 0) {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += ` ${ink.bar(part, letters[part])} ${text}  `;
    used += width;
  }
  lines.push(line);
  return [`[${bar}]`, ...lines.slice(0, 3)];
}
