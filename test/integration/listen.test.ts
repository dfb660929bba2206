import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openBpf } from '../../src/host/bpf.ts';
import { liveHost } from '../../src/host/live.ts';
import { functionOf } from '../../src/kernel/stacks.ts';
import type { EngineId } from '../../src/listen/engine.ts';
import { listen, type Listened } from '../../src/listen/listen.ts';

const probe = await openBpf();
const skip = probe.ok ? false : `no BPF here: ${probe.unavailable.detail}`;
if (probe.ok) probe.value.close();

const workload = fileURLToPath(new URL('../workloads/paced.ts', import.meta.url));

async function start(kind: string, count = 0, seconds = 0): Promise<ChildProcess> {
  const child = spawn(process.execPath, [workload, kind, String(count), String(seconds)], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

/** Listens while a child makes `count` objects evenly and another does unrelated work. */
async function leak(kind: string, cache: string, count: number, engine: EngineId = 'bpf'): Promise<Listened & { readonly pid: number }> {
  const other = await start('busy');
  const child = await start(kind, count, 2.5);
  const host = liveHost();
  try {
    const options = { cache, seconds: 6, graceSeconds: 1, engine, budget: Number.POSITIVE_INFINITY };
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

const functions = (heard: Listened) => (heard.callsites[0]?.stack ?? []).map(functionOf);
const within = (value: number, expected: number, share: number) =>
  assert.ok(Math.abs(value - expected) <= expected * share, `${value} is not ${expected} ± ${share * 100} %`);

for (const [kind, cache, caller] of [
  ['files', 'filp', 'do_sys_openat2'],
  ['sockets', 'sock_inode_cache', '__x64_sys_socket'],
  ['eventfds', 'filp', 'do_eventfd'],
  ['watches', 'inotify_inode_mark', '__x64_sys_inotify_add_watch'],
] as const) {
  test(`2,003 ${kind} while other work goes on: their stack stands first, with their number`, { skip }, async () => {
    const heard = await leak(kind, cache, 2003);
    assert.deepEqual(heard.unavailable, []);
    const first = heard.callsites[0]!;
    // Others open files too: the number that is known is the child's own.
    within(first.processes!.find((process) => process.pid === heard.pid)?.count ?? 0, 2003, 0.005);
    assert.ok(
      functions(heard).some((name) => name === caller || name.replace('__arm64', '__x64') === caller),
      functions(heard).join(' '),
    );
    assert.notEqual(first.leaking, 'no');
  });
}

/**
 * Listens while a healthy workload keeps the cache busy. `accused`: what is called leaking and is mostly the workload's own;
 * whatever else runs on this machine may well take more and more files.
 */
async function healthy(kind: string, cache: string): Promise<Listened & { readonly accused: Listened['callsites'] }> {
  const children = [await start(kind, 2_000_000, 600), await start(kind, 2_000_000, 600)];
  const host = liveHost();
  try {
    for (const child of children) child.stdin!.write('go\n');
    const heard = await listen(host, { cache, seconds: 3, graceSeconds: 1, engine: 'bpf', budget: Number.POSITIVE_INFINITY });
    const ours = new Set(children.map(({ pid }) => pid));
    const held = (site: Listened['callsites'][number]) =>
      (site.processes ?? []).reduce((sum, { pid, count }) => sum + (ours.has(pid) ? count : 0), 0);
    return { ...heard, accused: heard.callsites.filter((site) => site.leaking === 'yes' && held(site) > site.outstanding / 2) };
  } finally {
    await host.close();
    for (const child of children) child.kill();
    await Promise.all(children.map((child) => once(child, 'exit')));
  }
}

for (const [kind, cache] of [
  ['busy', 'filp'],
  ['lookups', 'dentry'],
  ['packets', 'skbuff_head_cache'],
  ['packets', 'skbuff_small_head'],
] as const) {
  test(`${cache} under load of ${kind}: no stack is called leaking`, { skip }, async () => {
    const heard = await healthy(kind, cache);
    assert.ok(
      heard.reconciliation !== null && heard.callsites.reduce((sum, site) => sum + site.allocated, 0) > 1000,
      'the cache was not busy',
    );
    assert.deepEqual(heard.accused, []);
  });
}

test('maple_node, whose frees fire no event: it says so and calls nothing a leak', { skip }, async () => {
  const heard = await healthy('mappings', 'maple_node');
  assert.ok(
    heard.reconciliation !== null && heard.callsites.reduce((sum, site) => sum + site.allocated, 0) > 1000,
    'the cache was not busy',
  );
  assert.deepEqual(heard.accused, []);
  // On a kernel where they fire after all, seeing them is as good.
  assert.ok(heard.reconciliation.frees_visible === 'no' || heard.callsites.every((site) => site.freed > 0));
});

for (const engine of ['tracefs', 'perf', 'bpftrace'] as const) {
  test(`the ${engine} engine hears the same, or says why it can't`, { skip }, async (t) => {
    const heard = await leak('eventfds', 'filp', 2003, engine);
    const [refused] = heard.unavailable;
    if (refused !== undefined) {
      assert.notEqual(refused.detail, '');
      t.skip(`${engine}: ${refused.detail}`);
      return;
    }
    assert.equal(heard.engine, engine);
    // These lose events on a busy machine, which is why they are not the first to be tried.
    within(heard.callsites[0]!.outstanding, 2003, 0.25);
    assert.ok(functions(heard).includes('do_eventfd'), functions(heard).join(' '));
  });
}
