import type { Result } from './score.ts';

export interface Totals {
  readonly scenarios: number;
  readonly passed: number;
  readonly failed: number;
  readonly broken: number;
  /** Of the leaks that the lab proved, the share whose verdict is a leak. Null where there was none. */
  readonly recall: number | null;
  readonly missed: readonly string[];
  /** Innocent scenarios called a leak, and healthy ones called abnormal. */
  readonly falseAlarms: readonly string[];
  readonly ownerAccuracy: number | null;
  readonly classAccuracy: number | null;
  readonly medianSeconds: number | null;
}

/** A bench in numbers. Broken runs count in nothing but `broken`; a run without a Record is a miss. */
export function totals(results: readonly Result[]): Totals {
  const judged = results.filter(({ state }) => state !== 'broken');
  const isLeak = ({ expectedVerdict }: Result): boolean => expectedVerdict.length === 1 && expectedVerdict[0] === 'leak';
  const leaks = judged.filter(isLeak);
  const found = leaks.filter(({ verdict }) => verdict === 'leak');
  const id = ({ scenario, kernel }: Result): string => `${scenario} on ${kernel}`;
  const alarmed = judged.filter(
    ({ expectedVerdict, verdict }) =>
      verdict !== null &&
      !expectedVerdict.includes(verdict) &&
      (verdict === 'leak' || (verdict === 'growth' && !expectedVerdict.includes('leak'))),
  );
  return {
    scenarios: results.length,
    passed: results.filter(({ state }) => state === 'passed').length,
    failed: results.filter(({ state }) => state === 'failed').length,
    broken: results.length - judged.length,
    recall: share(found.length, leaks.length),
    missed: leaks.filter((one) => !found.includes(one)).map(id),
    falseAlarms: alarmed.map(id),
    ownerAccuracy: accuracy(judged, 'owner'),
    classAccuracy: accuracy(judged, 'class'),
    medianSeconds: median(judged.map(({ seconds }) => seconds).filter((value) => value !== null)),
  };
}

/** Of the scenarios that name one, the share where kmai names the same for every finding; a finding not made is a miss. */
function accuracy(results: readonly Result[], what: 'owner' | 'class'): number | null {
  const asked = results.filter(({ names }) => names.includes(what));
  const right = asked.filter(
    ({ checks, verdict }) => verdict !== null && checks.every((one) => one.met || (one.what !== what && one.what !== 'finding')),
  );
  return share(right.length, asked.length);
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
