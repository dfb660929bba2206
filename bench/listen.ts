/**
 * What listening adds to an operation, in CPU nanoseconds, beside `perf record` in the same run:
 * `npm run bench:listen`. An operation is open and close, which makes six slab events. The arms are interleaved, with nothing listening
 * before and after each pair, and each round has a ratio of its own: what changes more slowly than a round does not change it. Told are the
 * median and the quartiles of the rounds. Then how long it takes to begin and to end with many objects alive, and in how much memory.
 */
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { liveHost } from '../src/host/live.ts';
import { listen } from '../src/listen/listen.ts';

const rounds = Number(process.argv[2] ?? 9);
const OPERATIONS = 40_000;
/** Objects held, with room for all of them and a few of others; the first with the room that a window of ten seconds has. */
const LARGE = [
  { count: 2_003, capacity: undefined },
  { count: 131_072, capacity: 137_626 },
  { count: 600_000, capacity: 630_000 },
] as const;
const LARGE_ROUNDS = 5;
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

/** Lines of a program's output, one after the other. */
function linesOf(child: ChildProcessByStdio<Writable, Readable, null>): AsyncIterator<string> {
  return createInterface(child.stdout)[Symbol.asyncIterator]();
}

/** @param capacity room for objects; undefined: what a window of ten seconds has */
async function listenLarge(count: number, capacity: number | undefined): Promise<Large> {
  const holder = spawn(operations, ['hold', String(count)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const told = linesOf(holder);
  await told.next();
  const script = fileURLToPath(new URL('listen-large.ts', import.meta.url));
  const listener = spawn(process.execPath, [script, ...(capacity === undefined ? [] : [String(capacity)])], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const heard = linesOf(listener);
  await heard.next();
  holder.stdin.write('go\n');
  await told.next();
  listener.stdin.write('done\n');
  const { value } = await heard.next();
  holder.stdin.end();
  return JSON.parse(String(value)) as Large;
}

const quantile = (values: readonly number[], part: number) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)]!;
const median = (values: readonly number[]) => quantile(values, 0.5);
const pairs = [
  { name: 'hot', cache: 'filp', bar: 0.75 },
  { name: 'cold', cache: 'key_jar', bar: 0.5 },
] as const;

/** What one round added to an operation. */
interface Round {
  readonly nothing: number;
  readonly perf: number;
  readonly kmai: number;
  readonly withoutStacks: number;
}

async function round(cache: string): Promise<Round> {
  const before = await operate();
  const perf = await withPerf(cache);
  const kmai = await withKmai(cache, true);
  const withoutStacks = await withKmai(cache, false);
  const nothing = (before + (await operate())) / 2;
  return { nothing, perf: perf - nothing, kmai: kmai - nothing, withoutStacks: withoutStacks - nothing };
}

try {
  execFileSync('gcc', ['-O2', '-o', operations, join(dirname(fileURLToPath(import.meta.url)), 'operations.c')]);
  const measured = pairs.map(() => [] as Round[]);
  for (let each = 0; each < rounds; each++) for (const [index, { cache }] of pairs.entries()) measured[index]!.push(await round(cache));
  for (const [index, { name, cache, bar }] of pairs.entries()) {
    const of = (field: keyof Round) => median(measured[index]!.map((each) => each[field])).toFixed(0);
    const ratios = measured[index]!.map((each) => each.kmai / each.perf);
    console.log(
      `${name} (${cache}): an operation takes ${of('nothing')} ns; perf +${of('perf')}, kmai +${of('kmai')}, without stacks +${of('withoutStacks')}`,
    );
    console.log(
      `  kmai / perf = ${median(ratios).toFixed(3)} (${quantile(ratios, 0.25).toFixed(3)}–${quantile(ratios, 0.75).toFixed(3)}) in ${rounds} rounds; bar ${bar}`,
    );
  }
  for (const { count, capacity } of LARGE) {
    const runs: Large[] = [];
    for (let each = 0; each < LARGE_ROUNDS; each++) runs.push(await listenLarge(count, capacity));
    const of = (field: keyof Large) => median(runs.map((run) => run[field])).toFixed(0);
    const worst = (field: keyof Large) => Math.max(...runs.map((run) => run[field])).toFixed(0);
    console.log(
      `${count} files held: start ${of('start')} ms (at most ${worst('start')}; bar 150), stop ${of('stop')} ms (at most ${worst('stop')}; bar 500), ` +
        `${worst('megabytes')} MB, ${of('survivors')} found`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
