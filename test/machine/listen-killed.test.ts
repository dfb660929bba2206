import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openBpf } from '../../src/host/bpf.ts';

const probe = await openBpf();
const skip = probe.ok ? false : `no BPF here: ${probe.unavailable.detail}`;
const forever = fileURLToPath(new URL('../workloads/listen-forever.ts', import.meta.url));
const instances = ['/sys/kernel/tracing/instances', '/sys/kernel/debug/tracing/instances'].find((each) => existsSync(each));

/** What is left in the kernel, or running, of ours. */
function leftovers(): readonly string[] {
  const programs = (probe.ok ? probe.value.programNames() : []).filter((name) => name.startsWith('kmai_'));
  const traces = instances === undefined ? [] : readdirSync(instances).filter((name) => name.startsWith('kmai-'));
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandOf(pid))
    .filter((command) => /^(perf record|bpftrace) /.test(command) && command.includes('kmai-ready'));
  return [...programs, ...traces, ...processes];
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Starts one, and kills it so long after it was started, or after it began to listen. */
async function killOne(engine: string, milliseconds: number, onceReady: boolean): Promise<boolean> {
  const child = spawn(process.execPath, [forever, engine], { stdio: ['ignore', 'pipe', 'ignore'] });
  let listened = false;
  const ready = once(child.stdout, 'data');
  child.stdout.on('data', () => {
    listened = true;
  });
  if (onceReady) await Promise.race([ready, once(child, 'close')]);
  await sleep(milliseconds);
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  return listened;
}

/** 100 with KMAI_KILLS=100; fewer in every run of the tests. */
const kills = Number(process.env['KMAI_KILLS'] ?? 20);

// Moments are spread evenly rather than drawn: each run meets the same ones.
test(`killed at ${kills} moments, it leaves no program, no instance, no perf and no bpftrace behind`, {
  skip,
  timeout: 30_000 * kills,
}, async () => {
  const others = leftovers();
  assert.deepEqual(others, [], 'something of ours was here before');
  // Only those that can listen here: the others end by themselves, and to kill them would prove nothing.
  const engines = (['bpf', 'bpf', 'tracefs', 'perf', 'bpftrace'] as const).filter(
    (name) => (name !== 'perf' && name !== 'bpftrace') || spawnSync(name, ['--version']).error === undefined,
  );
  const half = kills / 2;
  const moments = Array.from({ length: kills }, (_, i) => ({
    engine: engines[i % engines.length]!,
    after: (i % half) * (650 / half),
    onceReady: i >= half,
  }));
  let listening = 0;
  for (let i = 0; i < moments.length; i += 2) {
    const pair = moments.slice(i, i + 2);
    const killed = await Promise.all(pair.map(({ engine, after, onceReady }) => killOne(engine, after, onceReady)));
    listening += killed.filter(Boolean).length;
  }
  // An instance is removed once the last descriptor is closed; perf ends with its input.
  for (let tries = 0; tries < 300 && leftovers().length > 0; tries++) await sleep(100);
  assert.deepEqual(leftovers(), []);
  assert.ok(listening >= 0.45 * kills, `only ${listening} were listening when they were killed`);
});
