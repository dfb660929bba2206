/** What the live tests of listening share: work in known numbers, done while it is listened to. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openBpf } from '../../src/host/bpf.ts';
import { liveHost } from '../../src/host/live.ts';
import { functionOf } from '../../src/kernel/stacks.ts';
import type { EngineId } from '../../src/listen/engine.ts';
import { listen, type ListenOptions, type Listened } from '../../src/listen/listen.ts';

const probe = await openBpf();
/** Why these tests can't run here; false: they can. */
export const skip = probe.ok ? false : `no BPF here: ${probe.unavailable.detail}`;
if (probe.ok) probe.value.close();

const workload = fileURLToPath(new URL('../workloads/paced.ts', import.meta.url));

export async function start(kind: string, count = 0, seconds = 0): Promise<ChildProcess> {
  const child = spawn(process.execPath, [workload, kind, String(count), String(seconds)], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

type Heard = Listened & { readonly pid: number };

/** What a child makes, and as what it is listened to. */
interface Planted {
  readonly kind: string;
  readonly count: number;
  readonly caches: readonly string[];
}

/** Listens while a child makes `count` objects evenly and another does unrelated work. */
export async function leak(
  kind: string,
  cache: string,
  count: number,
  engine: EngineId = 'bpf',
  more: Partial<ListenOptions> = {},
): Promise<Heard> {
  const [heard] = await leaks([{ kind, count, caches: [cache] }], engine, more);
  return heard!;
}

/** Several at once. @returns for each, in order, what was heard of each of its caches */
export async function leaks(
  planted: readonly Planted[],
  engine: EngineId = 'bpf',
  more: Partial<ListenOptions> = {},
): Promise<readonly Heard[]> {
  const [other, ...children] = await Promise.all([start('busy'), ...planted.map(({ kind, count }) => start(kind, count, 2.5))]);
  const host = liveHost();
  try {
    const options = { seconds: 6, graceSeconds: 1, engine, budget: Number.POSITIVE_INFINITY, ...more };
    // The window ends when the work is done, however busy the machine is.
    const done = new AbortController();
    const said = children.map((child) => saysDone(child));
    void Promise.all(said).then(() => setTimeout(() => done.abort(), 100));
    const heard = planted.flatMap(({ caches }, index) => caches.map((cache) => ({ cache, pid: children[index]!.pid! })));
    let silent = heard.length;
    const onReady = (): void => {
      if (--silent === 0) for (const child of children) child.stdin!.write('go\n');
    };
    return await Promise.all(
      heard.map(async ({ cache, pid }) => ({ ...(await listen(host, { ...options, cache, signal: done.signal, onReady })), pid })),
    );
  } finally {
    await host.close();
    for (const child of [other, ...children]) child.stdin!.end();
    await Promise.all([other, ...children].map((child) => once(child, 'exit')));
  }
}

function saysDone(child: ChildProcess): Promise<void> {
  return new Promise((resolve) =>
    child.stdout!.on('data', (said: Buffer) => {
      if (said.toString().includes('done')) resolve();
    }),
  );
}

export const functions = (heard: Listened) => (heard.callsites[0]?.stack ?? []).map(functionOf);
export const within = (value: number, expected: number, share: number) =>
  assert.ok(Math.abs(value - expected) <= expected * share, `${value} is not ${expected} ± ${share * 100} %`);
