/**
 * What listening adds to an operation, in CPU nanoseconds, beside `perf record` in the same run:
 * `npm run bench:listen`. An operation is open and close, which makes six slab events. The arms are interleaved, and a
 * round counts only as a whole, so that a busy neighbour disturbs all arms alike; medians over the rounds. Then how long it takes to
 * begin and to end with many objects alive, and in how much memory.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { liveHost } from '../src/host/live.ts';
import { listen } from '../src/listen/listen.ts';

const rounds = Number(process.argv[2] ?? 9);
const OPERATIONS = 150_000;
const LARGE = [131_072, 600_000] as const;
const LARGE_ROUNDS = 3;
const folder = mkdtempSync(join(tmpdir(), 'kmai-bench-'));
const operations = join(folder, 'operations');

async function operate(): Promise<number> {
  const child = spawn(operations, [String(OPERATIONS)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  return Number(text);
}

async function withPerf(cache: string): Promise<number> {
  const filter = ['--filter', `name == "${cache}"`];
  const events = ['-e', 'kmem:kmem_cache_alloc/call-graph=fp/', ...filter, '-e', 'kmem:kmem_cache_free', ...filter];
  const perf = spawn('perf', ['record', '-q', '-a', '-m', '2048', ...events, '-o', join(folder, 'perf.data')], { stdio: 'ignore' });
  await sleep(700);
  try {
    return await operate();
  } finally {
    perf.kill('SIGINT');
    await new Promise((resolve) => perf.once('exit', resolve));
  }
}

async function withKmai(cache: string, stacks: boolean): Promise<number> {
  const host = liveHost();
  const done = new AbortController();
  let cost = Number.NaN;
  let running: Promise<void> | undefined;
  const heard = await listen(host, {
    cache,
    seconds: 30,
    graceSeconds: 0.1,
    engine: 'bpf',
    stacks,
    budget: Number.POSITIVE_INFINITY,
    signal: done.signal,
    onReady: () => {
      running = (async () => {
        cost = await operate();
        done.abort();
      })();
    },
  });
  await running;
  await host.close();
  if (heard.engine !== 'bpf') throw new Error(heard.unavailable.map((each) => each.detail).join('; '));
  return cost;
}

interface Large {
  readonly start: number;
  readonly stop: number;
  readonly survivors: number;
  readonly megabytes: number;
}

function listenLarge(count: number): Large {
  const text = execFileSync(process.execPath, [fileURLToPath(new URL('listen-large.ts', import.meta.url)), operations, String(count)]);
  return JSON.parse(text.toString()) as Large;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const arms = {
  nothing: operate,
  'perf, hot filp': () => withPerf('filp'),
  'kmai, hot filp': () => withKmai('filp', true),
  'kmai without stacks, hot filp': () => withKmai('filp', false),
  'perf, cold key_jar': () => withPerf('key_jar'),
  'kmai, cold key_jar': () => withKmai('key_jar', true),
} as const;
type Arm = keyof typeof arms;

try {
  execFileSync('gcc', ['-O2', '-o', operations, join(dirname(fileURLToPath(import.meta.url)), 'operations.c')]);
  const measured = new Map<Arm, number[]>();
  for (let round = 0; round < rounds; round++)
    for (const [arm, run] of Object.entries(arms) as [Arm, () => Promise<number>][])
      measured.set(arm, [...(measured.get(arm) ?? []), await run()]);
  const bare = measured.get('nothing')!;
  const added = (arm: Arm) => median(measured.get(arm)!.map((value, round) => value - bare[round]!));
  console.log(`nothing: ${median(bare).toFixed(0)} ns an operation, ${rounds} rounds of ${OPERATIONS}`);
  for (const arm of measured.keys()) if (arm !== 'nothing') console.log(`${arm}: +${added(arm).toFixed(0)} ns`);
  console.log(`hot:  kmai / perf = ${(added('kmai, hot filp') / added('perf, hot filp')).toFixed(3)} (bar 0.75)`);
  console.log(`cold: kmai / perf = ${(added('kmai, cold key_jar') / added('perf, cold key_jar')).toFixed(3)} (bar 0.5)`);
  for (const count of LARGE) {
    const runs = Array.from({ length: LARGE_ROUNDS }, () => listenLarge(count));
    const of = (field: keyof Large) => median(runs.map((run) => run[field])).toFixed(0);
    console.log(
      `${count} files held: start ${of('start')} ms (bar 150), stop ${of('stop')} ms (bar 500), ${of('megabytes')} MB, ${of('survivors')} found`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
