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

/** Listens while a child makes `count` objects evenly and another does unrelated work. */
export async function leak(
  kind: string,
  cache: string,
  count: number,
  engine: EngineId = 'bpf',
  more: Partial<ListenOptions> = {},
): Promise<Listened & { readonly pid: number }> {
  const other = await start('busy');
  const child = await start(kind, count, 2.5);
  const host = liveHost();
  try {
    const options = { cache, seconds: 6, graceSeconds: 1, engine, budget: Number.POSITIVE_INFINITY, ...more };
    // The window ends when the work is done, however busy the machine is.
    const done = new AbortController();
    child.stdout!.on('data', (said: Buffer) => {
      if (said.toString().includes('done')) setTimeout(() => done.abort(), 100);
    });
    const heard = await listen(host, { ...options, signal: done.signal, onReady: () => child.stdin!.write('go\n') });
    return { ...heard, pid: child.pid! };
  } finally {
    await host.close();
    child.stdin!.end();
    other.stdin!.end();
    await Promise.all([once(child, 'exit'), once(other, 'exit')]);
  }
}

export const functions = (heard: Listened) => (heard.callsites[0]?.stack ?? []).map(functionOf);
export const within = (value: number, expected: number, share: number) =>
  assert.ok(Math.abs(value - expected) <= expected * share, `${value} is not ${expected} ± ${share * 100} %`);
