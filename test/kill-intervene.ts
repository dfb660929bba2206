/**
 * Kills kmai in the middle of challenges, eliminations and treatments and looks whether anything stays behind:
 * `node test/kill-intervene.ts COUNT [SEED]`. Everything happens in network namespaces, and to processes, of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Random, seeded } from '../src/statistics/random.ts';
import { type Network, network } from './network.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** At most one treatment at a time: there is one set of rules. */
const kinds = [
  'treat',
  ...Array.from({ length: 4 }, () => 'challenge' as const),
  ...Array.from({ length: 5 }, () => 'eliminate' as const),
] as const;
/** Seconds until the kill: past the start of node, and past the baseline into the freezes. */
const LONGEST = 7;
const GRACE = 5;
/** Seconds that a first change is waited for. */
const PATIENCE = 25;
export const offLink = '2001:db8:ffff::1';

export interface Killed {
  readonly kind: (typeof kinds)[number];
  readonly afterSeconds: number;
  /** What stayed behind; empty when all is well. */
  readonly left: readonly string[];
  /** Changes that waited for `kmai undo`. */
  readonly kept: number;
  /** At the moment of the kill something was changed (its way back was in the journal). */
  readonly changed: boolean;
  /** At that moment somebody was paused. */
  readonly wasFrozen: boolean;
}

/** A workload, or any program, in a process group of its own: kmai spares whoever is in its own. */
export async function start(argv: readonly [string, ...string[]], ready: boolean): Promise<ChildProcess> {
  const child = spawn(argv[0], argv.slice(1), { stdio: ['pipe', ready ? 'pipe' : 'ignore', 'inherit'], cwd: root, detached: true });
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${argv.join(' ')}: ended with ${String(code)}`)));
  ended.catch(() => {});
  await Promise.race([ready ? once(child.stdout!, 'data') : once(child, 'spawn'), ended]);
  return child;
}

export async function killAtRandom(count: number, seed: number): Promise<readonly Killed[]> {
  const random = seeded(seed);
  const net = network(`kmai-k${process.pid}`);
  const node = process.execPath;
  const folder = mkdtempSync(join(tmpdir(), 'kmai-kill-'));
  const started: ChildProcess[] = [];
  try {
    net.run(['ip', '-6', 'rule', 'add', 'table', 'main', 'suppress_prefixlength', '0']);
    started.push(await start([...net.withinPeer, node, 'test/workloads/echo.ts', '7', offLink], true));
    let holder = await holdSockets(net);
    started.push(holder);
    const results: Killed[] = [];
    while (results.length < count) {
      const batch = kinds.slice(0, Math.min(kinds.length, count - results.length));
      results.push(...(await killBatch(batch, net, folder, random)));
      // It holds as many as a process may have, at most: a new one begins before it must end.
      holder.stdin?.end();
      holder = await holdSockets(net);
      started.push(holder);
    }
    return results;
  } finally {
    for (const child of started) child.stdin?.end();
    await sleep(300);
    net.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function holdSockets({ within }: Network): Promise<ChildProcess> {
  return start([...within, process.execPath, 'test/workloads/hold.ts', 'sockets', '15000', '97'], true);
}

async function killBatch(
  batch: readonly (typeof kinds)[number][],
  net: Network,
  folder: string,
  random: Random,
): Promise<readonly Killed[]> {
  const rules = net.run(['ip', '-d', '-6', 'rule', 'show']);
  const results = await Promise.all(
    batch.map((kind, index) => killOne(kind, net, join(folder, String(index)), random() < 0.5 ? random() * LONGEST + 0.2 : null, random())),
  );
  const sent = (): string | undefined => /Udp6OutDatagrams\s+(\d+)/.exec(net.run(['cat', '/proc/net/snmp6']))?.[1];
  const before = sent();
  await sleep(500);
  const traffic = before === sent() ? [] : ['traffic goes on'];
  const same = net.run(['ip', '-d', '-6', 'rule', 'show']) === rules ? [] : ['the policy rules are not as they were'];
  return results.map((one, index) => ({ ...one, left: [...one.left, ...(index === 0 ? [...traffic, ...same] : [])] }));
}

/** @param afterSeconds from the start; null: within a second and a half of the first change (a busy machine may take long to come to it) */
async function killOne(kind: Killed['kind'], net: Network, journal: string, afterSeconds: number | null, share: number): Promise<Killed> {
  const sleepers = kind === 'eliminate' ? await Promise.all(Array.from({ length: 3 }, () => start(['sleep', '90'], false))) : [];
  const pids = sleepers.map(({ pid }) => pid!);
  const homes = pids.map((pid) => cgroupsOf(pid));
  const [enter, ...inside] = net.within;
  const args = {
    eliminate: ['eliminate', '--cache', 'sock_inode_cache', '--pids', pids.join(','), ...(share < 0.3 ? ['--signals'] : [])],
    challenge: ['challenge', 'cgroup', `udp6-off-link@${offLink}`, '--cache', 'ip6_dst_cache', '--events', '4000'],
    treat: ['treat', 'ipv6-fib6-rule-suppress', '--apply', 'delete-suppressing-rule', '--yes', '--peer', offLink, '--events', '200'],
  }[kind];
  const kmai = spawn(enter, [...inside, process.execPath, `${root}/dist/kmai.js`, ...args], {
    env: { ...process.env, KMAI_JOURNAL: journal },
    stdio: 'ignore',
  });
  const from = performance.now();
  if (afterSeconds === null) {
    while (scripts(journal).length === 0 && performance.now() - from < PATIENCE * 1000) await sleep(20);
    await sleep(share * 1500);
  } else await sleep(afterSeconds * 1000);
  const changed = scripts(journal).length > 0;
  const wasFrozen = pids.some((pid, index) => isPaused(pid, homes[index]!));
  kmai.kill('SIGKILL');
  const killed = performance.now();
  let left: readonly string[] = [];
  for (const end = performance.now() + GRACE * 1000; performance.now() < end; await sleep(100)) {
    left = [
      ...pids.flatMap((pid, index) => (isPaused(pid, homes[index]!) ? [`${pid} is paused`] : [])),
      ...passing(journal).map((path) => `${path} is not undone`),
      ...leftFolders(kmai.pid!),
    ];
    if (left.length === 0) break;
  }
  const kept = scripts(journal).length;
  if (kept > 0) {
    const undo = spawn(enter, [...inside, process.execPath, `${root}/dist/kmai.js`, 'undo'], {
      env: { ...process.env, KMAI_JOURNAL: journal },
      stdio: 'ignore',
    });
    await once(undo, 'close');
    if (scripts(journal).length > 0) left = [...left, 'kmai undo left something'];
  }
  for (const one of sleepers) one.kill('SIGKILL');
  return { kind, afterSeconds: (killed - from) / 1000, left, kept, changed, wasFrozen };
}

function cgroupsOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
}

/** SIGSTOPped, or not in the cgroups it was in. */
function isPaused(pid: number, home: string): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) === 'T' || cgroupsOf(pid) !== home;
}

function scripts(journal: string): readonly string[] {
  return existsSync(journal)
    ? readdirSync(journal)
        .filter((name) => name.endsWith('.sh'))
        .map((name) => join(journal, name))
    : [];
}

/** Those that are to be undone by themselves. */
function passing(journal: string): readonly string[] {
  return scripts(journal).filter((path) => {
    try {
      return readFileSync(path, 'utf8').includes('\n# kmai passing ');
    } catch {
      return false; // undone just now
    }
  });
}

function leftFolders(pid: number): readonly string[] {
  return ['/sys/fs/cgroup/memory', '/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/freezer']
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).filter((name) => name === `kmai-challenge-${pid}` || name.startsWith(`kmai-${pid}-`)));
}

if (import.meta.filename === process.argv[1]) {
  const results = await killAtRandom(Number(process.argv[2] ?? 100), Number(process.argv[3] ?? 1));
  const bad = results.filter(({ left }) => left.length > 0);
  for (const one of bad) console.error(`${one.kind} killed after ${one.afterSeconds.toFixed(2)} s: ${one.left.join('; ')}`);
  for (const kind of new Set(kinds)) {
    const own = results.filter((one) => one.kind === kind);
    const number = (of: (one: Killed) => boolean): number => own.filter(of).length;
    console.log(
      `${own.length} of ${kind}: ${number((one) => one.changed)} while something was changed, ${number((one) => one.wasFrozen)} while somebody was paused, ${number((one) => one.kept > 0)} left a change to undo`,
    );
  }
  console.log(`${results.length} kills, ${bad.length} left something behind`);
  process.exitCode = bad.length === 0 ? 0 : 1;
}
