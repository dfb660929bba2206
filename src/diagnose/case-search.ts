import type { Case } from '../model/case.ts';
import type { Sign, SingleSign } from '../model/sign.ts';
import { nearest } from './case-problems.ts';

/** A line of `kmai case list`. */
export interface CaseLine {
  readonly id: string;
  readonly title: Case['title'];
  readonly class: Case['class'];
  readonly syndrome: Case['syndrome'];
  readonly caches: readonly string[];
  readonly cves: readonly string[];
  /** First mainline release with the fix; null for a growth that is no bug. */
  readonly fixed: string | null;
}

export function listCases(cases: readonly Case[]): readonly CaseLine[] {
  return cases.map((one) => ({
    id: one.id,
    title: one.title,
    class: one.class,
    syndrome: one.syndrome,
    caches: named(one, 'grows'),
    cves: one.references.flatMap((reference) => /\bCVE-\d{4}-\d{4,}\b/.exec(reference) ?? []),
    fixed: one.affects?.fixed[0]?.in ?? null,
  }));
}

/** The case of an id, or the nearest ids for "did you mean". */
export function findCase(
  cases: readonly Case[],
  id: string,
): { readonly ok: true; readonly case: Case } | { readonly ok: false; readonly near: string | null } {
  const found = cases.find((one) => one.id === id);
  if (found !== undefined) return { ok: true, case: found };
  return {
    ok: false,
    near:
      nearest(
        id,
        cases.map((one) => one.id),
      ) ??
      cases.find((one) => one.id.includes(id))?.id ??
      null,
  };
}

/** Where a word may be found, the telling places first. */
const places = [
  { points: 8, texts: (one: Case) => [one.id, ...one.references.filter((reference) => reference.startsWith('CVE-'))] },
  { points: 6, texts: (one: Case) => [...named(one, 'grows'), ...named(one, 'callsite'), ...named(one, 'driver')] },
  { points: 4, texts: (one: Case) => [one.title.en, one.title.zh] },
  {
    points: 2,
    texts: (one: Case) => [
      ...one.triggers.flatMap(({ id, installedBy }) => [id, ...installedBy]),
      one.syndrome,
      one.class,
      ...one.references,
    ],
  },
  { points: 1, texts: (one: Case) => [one.summary.en, one.summary.zh, ...(one.affects?.fixed.map((mark) => mark.commit ?? '') ?? [])] },
] as const;

/** Cases in which every word is found, best first: titles, caches, functions, CVEs, triggers, texts in both languages. */
export function searchCases(cases: readonly Case[], words: readonly string[]): readonly Case[] {
  const wanted = words.map((word) => word.toLowerCase().trim()).filter((word) => word !== '');
  if (wanted.length === 0) return [];
  return cases
    .map((one) => ({ one, points: wanted.map((word) => pointsOf(one, word)) }))
    .filter(({ points }) => points.every((each) => each > 0))
    .map(({ one, points }) => ({ one, sum: points.reduce((total, each) => total + each, 0) }))
    .toSorted((a, b) => b.sum - a.sum || (a.one.id < b.one.id ? -1 : 1))
    .map(({ one }) => one);
}

function pointsOf(one: Case, word: string): number {
  return places.find((place) => place.texts(one).some((text) => text.toLowerCase().includes(word)))?.points ?? 0;
}

/** The names that a case's signs of one kind give. */
function named(one: Case, key: 'grows' | 'callsite' | 'driver'): readonly string[] {
  const { require, support, confirm } = one.signs;
  const single = [...require, ...support, ...confirm].flatMap((sign: Sign): readonly SingleSign[] => ('any' in sign ? sign.any : [sign]));
  return [...new Set(single.flatMap((sign) => (key in sign ? [(sign as Record<typeof key, string>)[key]] : [])))];
}
