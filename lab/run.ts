import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Record as KmaiRecord } from '../src/model/record.ts';
import { bootFor, machineOf, type Lab } from './lab.ts';
import { cache } from './paths.ts';
import type { Guest } from './qemu.ts';
import type { Scenario } from './scenario.ts';

/** Quantities of the scenario's truth at one moment; null: its script printed no number. */
export type Truth = Readonly<Record<string, number | null>>;

/** What one run of a scenario gave, before anything is judged. */
export interface Run {
  readonly record: KmaiRecord | null;
  /** kmai's exit code, null if it never ran. */
  readonly exit: number | null;
  /** Wall time of `kmai diagnose`, its window included. */
  readonly seconds: number | null;
  readonly before: Truth;
  readonly after: Truth;
  /** Between the two readings of the truth. */
  readonly elapsed: number;
  /** For each cache that is expected the row of slabinfo that shows it on this kernel. */
  readonly shownAs: Readonly<Record<string, string>>;
  /** What went wrong in the lab itself. */
  readonly problem: string | null;
  /** The end of what kmai said on stderr. */
  readonly stderr: string;
}

export const kmaiInGuest = '/opt/lab/kmai/bin/kmai';

/** Boots, sets up, starts the stimulus, lets kmai look, reads the truth before and after. Never throws for what the scenario does. */
export async function runScenario(lab: Lab, scenario: Scenario, window: number, cpus?: number): Promise<Run> {
  const nothing: Run = {
    record: null,
    exit: null,
    seconds: null,
    before: {},
    after: {},
    elapsed: 0,
    shownAs: {},
    problem: null,
    stderr: '',
  };
  try {
    await using guest = await bootFor(lab, scenario, machineOf(scenario, cpus));
    const shownAs = await rows(guest, scenario);
    await using stimulus = started(guest, scenario.stimulus);
    await delay(scenario.settle);
    const before = await truth(guest, scenario);
    const from = performance.now();
    const command = [kmaiInGuest, 'diagnose', '--for', `${window}s`, '--json', '--lang', 'en', ...scenario.arguments];
    const done = await guest.run(`exec ${command.map(quoted).join(' ')}`, 2 * window + 300);
    const seconds = (performance.now() - from) / 1000;
    const after = await truth(guest, scenario);
    const elapsed = (performance.now() - from) / 1000;
    const early = stimulus.problem();
    return {
      ...nothing,
      ...read(done.stdout),
      exit: done.status,
      seconds,
      before,
      after,
      elapsed,
      shownAs,
      problem: early,
      stderr: done.stderr.slice(-2000),
    };
  } catch (error) {
    return { ...nothing, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Sets up, starts the stimulus and takes a capture in the guest; writes it to a file of the host. */
export async function recordScenario(lab: Lab, scenario: Scenario, duration: string, to: string): Promise<void> {
  await using guest = await bootFor(lab, scenario, machineOf(scenario));
  await using stimulus = started(guest, scenario.stimulus);
  await delay(scenario.settle);
  const inGuest = '/var/tmp/lab.kmai';
  const done = await guest.run(`exec ${kmaiInGuest} capture -o ${inGuest} --for ${quoted(duration)}`, 900);
  if (done.status !== 0) throw new Error(`kmai capture ended with ${done.status}: ${done.stderr.slice(-2000)}`);
  const early = stimulus.problem();
  if (early !== null) throw new Error(early);
  const { stdout } = await guest.run(`base64 ${inGuest}`, 120);
  writeFileSync(to, Buffer.from(stdout, 'base64'));
}

function read(stdout: string): Pick<Run, 'record'> {
  try {
    return { record: JSON.parse(stdout) as KmaiRecord };
  } catch {
    return { record: null };
  }
}

interface Stimulus extends AsyncDisposable {
  /** Why the stimulus is not running any more, or null while it is. */
  problem(): string | null;
}

/** Starts a stimulus; disposing of it kills it. */
export function started(guest: Guest, script: string): Stimulus {
  if (script === '') return { problem: () => null, [Symbol.asyncDispose]: async () => undefined };
  const job = guest.agent.start(`. /opt/lab/lab.sh\n${script}`);
  let problem: string | null = null;
  void job.ended.then(
    ({ status, stderr }) => (problem = status === 0 ? null : `the stimulus ended with ${status}: ${stderr.slice(-500)}`),
    (error: Error) => (problem = error.message),
  );
  return {
    problem: () => problem,
    async [Symbol.asyncDispose]() {
      job.kill();
    },
  };
}

/** The scenario's quantities now. */
export async function truth(guest: Guest, scenario: Scenario): Promise<Truth> {
  const names = Object.keys(scenario.truth);
  if (names.length === 0) return {};
  const { stdout } = await guest.run(names.map((name) => `echo "${name} $(${scenario.truth[name]})"`).join('\n'), 60);
  const lines = new Map(stdout.split('\n').map((line) => line.split(' ') as [string, string | undefined]));
  return Object.fromEntries(
    names.map((name) => {
      const text = lines.get(name);
      return [name, text === undefined || !/^-?\d+(\.\d+)?$/.test(text) ? null : Number(text)];
    }),
  );
}

async function rows(guest: Guest, scenario: Scenario): Promise<Readonly<Record<string, string>>> {
  const owners = scenario.expect.findings.flatMap(({ owner, cache: alias }) => [owner, alias].filter((name) => name !== undefined));
  const shown: [string, string][] = [];
  for (const owner of owners) shown.push([owner, (await guest.run(`shown_as ${quoted(owner)}`, 30)).stdout.trim()]);
  return Object.fromEntries(shown);
}

/** Keeps a Record for whoever wants to look at it after a bench. */
export function keepRecord(name: string, run: Run): void {
  const folder = join(cache, 'records');
  mkdirSync(folder, { recursive: true });
  if (run.record !== null) writeFileSync(join(folder, `${name}.json`), JSON.stringify(run.record, null, 1));
  writeFileSync(join(folder, `${name}.log`), `${run.problem ?? ''}\n${run.stderr}`);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

const delay = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
