import type { Finding } from '../src/model/diagnosis.ts';
import type { Run, Truth } from './run.ts';
import type { ExpectedFinding, Expectation, Scenario } from './scenario.ts';

/** One thing that was expected, and whether it came true. */
export interface Check {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
  readonly met: boolean;
}

export interface Result {
  readonly scenario: string;
  readonly title: string;
  readonly kernel: string;
  /** broken: the lab did not do what the scenario says, so nothing is held against kmai; but it is no pass. */
  readonly state: 'passed' | 'failed' | 'broken';
  readonly problem: string | null;
  readonly expectedVerdict: readonly string[];
  /** What the accuracies are about: does the scenario name an owner, a class? */
  readonly names: readonly ('owner' | 'class')[];
  readonly verdict: string | null;
  readonly owner: string | null;
  readonly class: string | null;
  readonly case: string | null;
  readonly seconds: number | null;
  readonly exit: number | null;
  readonly checks: readonly Check[];
  /** What the lab counted, a second, and what kmai says of the same. */
  readonly rate: { readonly truth: number; readonly kmai: number | null } | null;
  readonly truth: Readonly<Record<string, number | null>>;
}

/** Judges one run against its scenario. Pure. */
export function score(scenario: Scenario, kernel: string, run: Run): Result {
  const change = difference(run.before, run.after);
  const broken = run.problem ?? disproved(scenario, change);
  const diagnosis = run.record?.diagnosis ?? null;
  const checks = diagnosis === null ? [] : checksOf(scenario.expect, diagnosis.verdict, diagnosis.findings, run);
  const first =
    diagnosis === null ? null : (bestFinding(scenario.expect.findings[0], diagnosis.findings, run) ?? diagnosis.findings[0] ?? null);
  const silent = diagnosis === null ? `kmai gave no Record (exit ${run.exit}): ${lastLine(run.stderr)}` : null;
  return {
    scenario: scenario.id,
    title: scenario.title,
    kernel,
    state: broken !== null ? 'broken' : silent === null && checks.every(({ met }) => met) ? 'passed' : 'failed',
    problem: broken ?? silent,
    expectedVerdict: scenario.expect.verdict,
    names: [
      ...(scenario.expect.findings.some(({ owner }) => owner !== undefined) ? (['owner'] as const) : []),
      ...(scenario.expect.findings.length > 0 ? (['class'] as const) : []),
    ],
    verdict: diagnosis?.verdict ?? null,
    owner: first === null ? null : ownerOf(first),
    class: first?.class ?? null,
    case: first?.cases.find(({ standing }) => standing === 'confirmed' || standing === 'probable')?.id ?? null,
    seconds: run.seconds,
    exit: run.exit,
    checks,
    rate: rateOf(scenario.expect, change, run.elapsed, first),
    truth: change,
  };
}

/** What changed between two readings; null where either is unknown. */
export function difference(before: Truth, after: Truth): Truth {
  return Object.fromEntries(
    Object.entries(after).map(([name, value]) => {
      const earlier = before[name] ?? null;
      return [name, value === null || earlier === null ? null : value - earlier];
    }),
  );
}

/** What the lab had promised and its counters deny; null if they agree. */
export function disproved(scenario: Scenario, change: Truth): string | null {
  for (const { what, per, between } of scenario.proves) {
    const amount = change[what] ?? null;
    const events = per === undefined ? 1 : (change[per] ?? null);
    if (amount === null || events === null) return `the lab could not count ${amount === null ? what : per}`;
    const value = amount / events;
    if (!(value >= between[0] && value <= between[1]))
      return `the lab counted ${number(value)} ${what}${per === undefined ? '' : ` per ${per}`}, and promises ${between.join(' to ')}`;
  }
  return null;
}

function checksOf(expect: Expectation, verdict: string, findings: readonly Finding[], run: Run): Check[] {
  const checks = [check('verdict', expect.verdict, verdict)];
  if (run.exit !== null)
    checks.push(check('exit code', [{ healthy: '0', leak: '1', growth: '1', inconclusive: '2' }[verdict] ?? '?'], `${run.exit}`));
  for (const wanted of expect.findings) {
    const found = bestFinding(wanted, findings, run);
    if (found === null)
      checks.push({
        what: 'finding',
        expected: wanted.owner ?? wanted.cache ?? wanted.kind.join('|'),
        got: findings.map(name).join(', ') || 'none',
        met: false,
      });
    else checks.push(...findingChecks(wanted, found, run));
  }
  const forbidden = expect.not_case;
  if (forbidden !== undefined) {
    const claimed = findings
      .flatMap(({ cases }) => cases)
      .filter(({ id, standing }) => id === forbidden && (standing === 'confirmed' || standing === 'probable'));
    checks.push({
      what: 'case',
      expected: `not ${forbidden}`,
      got: claimed.map(({ standing }) => standing).join(', ') || 'not claimed',
      met: claimed.length === 0,
    });
  }
  return checks;
}

/** The finding that is about what is expected: the right place first, then the most expectations met. Null: none is. */
function bestFinding(wanted: ExpectedFinding | undefined, findings: readonly Finding[], run: Run): Finding | null {
  if (wanted === undefined) return null;
  const row = rowOf(wanted, run);
  const about = findings.filter(
    ({ where }) =>
      wanted.kind.includes(where.kind) &&
      (where.kind !== 'slab' || row === undefined || where.cache === row || where.owner === wanted.owner),
  );
  const met = (finding: Finding): number => findingChecks(wanted, finding, run).filter((one) => one.met).length;
  return about.toSorted((a, b) => met(b) - met(a))[0] ?? null;
}

/** The row of slabinfo that shows the cache on this kernel; the name itself where the guest had none. */
function rowOf({ owner, cache }: ExpectedFinding, { shownAs }: Run): string | undefined {
  const alias = cache ?? owner;
  return alias === undefined ? undefined : shownAs[alias] || alias;
}

function findingChecks(wanted: ExpectedFinding, found: Finding, run: Run): Check[] {
  const checks = [check('class', wanted.class, found.class)];
  const row = rowOf(wanted, run);
  if (row !== undefined) checks.push(check('cache', [row], found.where.cache));
  if (wanted.owner !== undefined) checks.push(check('owner', [wanted.owner], ownerOf(found)));
  if (wanted.syndrome !== undefined) checks.push(check('syndrome', wanted.syndrome, found.syndrome));
  if (wanted.driver !== undefined) {
    const counters = found.driver === null ? [] : [found.driver.counter, ...(found.driver.indistinguishable ?? [])];
    const [low, high] = wanted.driver.per_event;
    const value = found.driver?.objects_per_event ?? Number.NaN;
    checks.push({
      what: 'driver',
      expected: wanted.driver.counter.join('|'),
      got: counters.join(', ') || 'none',
      met: wanted.driver.counter.some((one) => counters.includes(one)),
    });
    checks.push({ what: 'per event', expected: `${low} to ${high}`, got: number(value), met: value >= low && value <= high });
  }
  if (wanted.case !== undefined) {
    const first = found.cases[0];
    const armed = found.cases.find(({ id }) => id === wanted.case?.id)?.triggers.filter(({ presence }) => presence === 'present') ?? [];
    checks.push(
      check(
        'case',
        wanted.case.standing.map((standing) => `${wanted.case?.id} ${standing}`),
        first === undefined ? undefined : `${first.id} ${first.standing}`,
      ),
    );
    for (const trigger of wanted.case.triggers)
      checks.push({
        what: 'trigger',
        expected: trigger,
        got: armed.map(({ id }) => id).join(', ') || 'none',
        met: armed.some(({ id }) => id === trigger),
      });
  }
  if (wanted.holder !== undefined) checks.push(check('holder', [wanted.holder], found.holders[0]?.comm));
  if (wanted.callsite !== undefined) {
    const stacks = found.callsites.flatMap(({ stack }) => stack);
    checks.push({
      what: 'callsite',
      expected: wanted.callsite,
      got: found.callsites[0]?.stack.slice(0, 3).join(' < ') ?? 'none',
      met: stacks.some((frame) => frame.startsWith(wanted.callsite!)),
    });
  }
  return checks;
}

function check(what: string, expected: readonly string[], got: string | null | undefined): Check {
  return { what, expected: expected.join('|'), got: got ?? 'none', met: got !== null && got !== undefined && expected.includes(got) };
}

/** A cache without other names owns its own growth. */
function ownerOf({ where }: Finding): string | null {
  return where.owner ?? ((where.aliases?.length ?? 0) <= 1 ? (where.cache ?? null) : null);
}

function name(finding: Finding): string {
  return ownerOf(finding) ?? finding.where.cache ?? finding.where.kind;
}

function rateOf(expect: Expectation, change: Truth, elapsed: number, finding: Finding | null): Result['rate'] {
  const amount = expect.rate === undefined ? null : (change[expect.rate] ?? null);
  if (amount === null || elapsed <= 0) return null;
  return { truth: amount / elapsed, kmai: finding?.growth.objects_per_second ?? null };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

export function number(value: number): string {
  return Number.isNaN(value) ? 'none' : Number(value.toPrecision(3)).toString();
}
