import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { setUp, type Lab, type Say } from './lab.ts';
import type { KernelSeries } from './packages.ts';
import { cache } from './paths.ts';
import { keepRecord, type Run, runScenario } from './run.ts';
import { loadScenario, scenarioIds, type Scenario } from './scenario.ts';
import { number, score, type Result } from './score.ts';
import { totals, type Totals } from './totals.ts';

export interface BenchOptions {
  readonly quick: boolean;
  readonly kernel: KernelSeries | undefined;
  readonly only: readonly string[];
  /** Another window than the scenarios', in seconds. */
  readonly window: number | undefined;
  /** Guests at once. */
  readonly jobs: number;
  readonly json: string;
}

export interface Bench {
  readonly schema: 'kmai.bench/1';
  readonly date: string;
  readonly kernels: readonly string[];
  readonly host: { readonly cpus: number; readonly model: string; readonly node: string };
  readonly minutes: number;
  readonly totals: Totals;
  readonly results: readonly Result[];
}

interface Planned {
  readonly scenario: Scenario;
  readonly series: KernelSeries;
  readonly window: number;
}

function plan(options: BenchOptions): Planned[] {
  const ids = options.only.length > 0 ? options.only : scenarioIds();
  return ids.map(loadScenario).flatMap((scenario): Planned[] => {
    if (options.quick) {
      const series = options.kernel ?? scenario.kernels[0]!;
      return scenario.quick === undefined || !scenario.kernels.includes(series)
        ? []
        : [{ scenario, series, window: options.window ?? scenario.quick }];
    }
    const all = options.kernel === undefined ? scenario.kernels : scenario.kernels.filter((series) => series === options.kernel);
    return all.map((series) => ({ scenario, series, window: options.window ?? scenario.window }));
  });
}

/** Runs the scenarios, one guest each, and writes the JSON after every one: a bench that is stopped keeps what it has. */
export async function bench(options: BenchOptions, say: Say): Promise<Bench> {
  const started = performance.now();
  const waiting = plan(options);
  if (waiting.length === 0) throw new Error('no scenario fits these options');
  const order = new Map(waiting.map(({ scenario, series }, index) => [`${scenario.id} ${series}`, index]));
  const labs = new Map<KernelSeries, Lab>();
  for (const { series } of waiting) if (!labs.has(series)) labs.set(series, setUp(series, say));
  // The longest first: none is left running alone at the end.
  waiting.sort((a, b) => b.window - a.window);
  const results: Result[] = [];
  const summary = (): Bench => ({
    schema: 'kmai.bench/1',
    date: new Date().toISOString(),
    kernels: [...labs.values()].map(({ kernel }) => kernel.release),
    host: { cpus: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version },
    minutes: (performance.now() - started) / 60_000,
    totals: totals(results),
    results: results.toSorted((a, b) => order.get(`${a.scenario} ${a.kernel}`)! - order.get(`${b.scenario} ${b.kernel}`)!),
  });
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { scenario, series, window } = next;
      const attempt = async (): Promise<{ readonly run: Run; readonly result: Result }> => {
        const run = await runScenario(labs.get(series)!, scenario, window, options.jobs > 1 ? 1 : 2);
        return { run, result: score(scenario, series, run) };
      };
      let { run, result } = await attempt();
      // TCG now and then trips over code that the guest's kernel patches in itself ("Oops: int3"): that guest says nothing of kmai.
      if (result.state === 'broken') {
        say(`${scenario.id} on ${series}: ${describe(result)}; once more`);
        ({ run, result } = await attempt());
      }
      keepRecord(`${scenario.id}-${series}`, run);
      results.push(result);
      say(`${scenario.id} on ${series}: ${describe(result)}`);
      mkdirSync(dirname(options.json), { recursive: true });
      writeFileSync(options.json, `${JSON.stringify(summary(), null, 1)}\n`);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  return summary();
}

export const defaultJson = join(cache, 'bench.json');

/** How a run went, in a line: passed, or the expectations that were not met. */
export function describe({ state, problem, checks }: Result): string {
  if (problem !== null) return `${state}: ${problem}`;
  const failed = checks.filter(({ met }) => !met).map(({ what, expected, got }) => `${what} ${got}, not ${expected}`);
  return failed.length === 0 ? state : `${state}: ${failed.join('; ')}`;
}

/** One line a run, then the totals. Plain text, so that it can be pasted into docs/bench.md. */
export function renderBench({ results, totals: sums, kernels, minutes }: Bench): string {
  const header = ['scenario', 'kernel', 'verdict', 'owner', 'class', 'case', 'seconds', 'truth/s', 'kmai/s', ''];
  const rows = results.map((one) => [
    one.scenario,
    one.kernel,
    one.verdict ?? '–',
    one.owner ?? '–',
    one.class ?? '–',
    one.case ?? '–',
    one.seconds?.toFixed(1) ?? '–',
    one.rate === null ? '–' : number(one.rate.truth),
    one.rate?.kmai === null || one.rate === null ? '–' : number(one.rate.kmai),
    describe(one),
  ]);
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  const percent = (value: number | null): string => (value === null ? '–' : `${(100 * value).toFixed(0)} %`);
  return [
    line(header),
    ...rows.map(line),
    '',
    `${kernels.join(', ')} · ${sums.scenarios} runs in ${minutes.toFixed(1)} min: ${sums.passed} passed, ${sums.failed} failed, ${sums.broken} broken in the lab`,
    `recall ${percent(sums.recall)}${sums.missed.length > 0 ? ` (missed: ${sums.missed.join(', ')})` : ''}`,
    `false alarms ${sums.falseAlarms.length}${sums.falseAlarms.length > 0 ? ` (${sums.falseAlarms.join(', ')})` : ''}`,
    `owner accuracy ${percent(sums.ownerAccuracy)} · class accuracy ${percent(sums.classAccuracy)} · median ${sums.medianSeconds?.toFixed(1) ?? '–'} s to verdict`,
    '',
  ].join('\n');
}
