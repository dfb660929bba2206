/**
 * Each stimulus makes exactly as many events as it says: counted by the kernel (snmp, tracepoints of its own process), in
 * network namespaces of the test's own. The counts are primes.
 */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { after, before, test } from 'node:test';
import { start } from '../kill-intervene.ts';
import { type Network, network } from '../network.ts';
import { isRoot, root } from './diagnosed.ts';

const tracing = '/sys/kernel/tracing';
const skip = isRoot ? false : 'needs root: network namespaces';
const skipTraced = skip || (existsSync(`${tracing}/instances`) ? false : 'needs tracefs at /sys/kernel/tracing');
const skipPing = skip || (existsSync('/usr/bin/ping') || existsSync('/bin/ping') ? false : 'ping is not installed');
const journal = mkdtempSync(join(tmpdir(), 'kmai-journal-'));
const started: ChildProcess[] = [];
let net!: Network;
let bursts!: ChildProcess;
let answers!: AsyncIterator<string>;

before(async () => {
  if (!isRoot) return;
  process.env['KMAI_JOURNAL'] = journal;
  net = network(`kmai-s${process.pid}`);
  const peer = async (...args: string[]) =>
    started.push(await start([...net.withinPeer, process.execPath, `${root}/test/workloads/echo.ts`, ...args], true));
  await peer('7', '2001:db8:1::2', '2001:db8:ffff::1', '10.9.1.2', '10.255.0.1');
  await peer('53', '10.9.1.2');
  bursts = await start([...net.within, process.execPath, `${root}/test/workloads/burst.ts`], true);
  started.push(bursts);
  const lines: Interface = createInterface({ input: bursts.stdout! });
  answers = lines[Symbol.asyncIterator]();
});
after(() => {
  for (const child of started) child.stdin?.end();
  if (isRoot) net.close();
  rmSync(journal, { recursive: true, force: true });
});

async function burst(stimulus: string, count: number, at: { readonly address?: string; readonly port?: number } = {}): Promise<unknown> {
  bursts.stdin!.write(`${JSON.stringify([{ stimulus, ...at }, count])}\n`);
  return JSON.parse((await answers.next()).value as string);
}

/** A counter of the namespace's /proc/net/snmp or snmp6, by the kernel's name. */
function counter(name: string): number {
  const six = new RegExp(`^${name}\\s+(\\d+)$`, 'm').exec(net.run(['cat', '/proc/net/snmp6']))?.[1];
  if (six !== undefined) return Number(six);
  const lines = net.run(['cat', '/proc/net/snmp']).split('\n');
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [protocol = '', ...names] = lines[at]!.split(' ');
    const column = names.findIndex((each) => protocol.slice(0, -1) + each === name);
    if (column >= 0) return Number(lines[at + 1]!.split(' ')[column + 1]);
  }
  throw new Error(`no counter ${name}`);
}

const sent: readonly (readonly [stimulus: string, count: number, counter: string, at?: { address?: string; port?: number }])[] = [
  ['udp4-loopback', 499, 'UdpOutDatagrams'],
  ['udp4-own', 491, 'UdpOutDatagrams', { address: '10.9.1.1' }],
  ['udp4-on-link', 487, 'UdpOutDatagrams', { address: '10.9.1.2' }],
  ['udp4-off-link', 479, 'UdpOutDatagrams', { address: '10.255.0.1' }],
  ['udp6-loopback', 467, 'Udp6OutDatagrams'],
  ['udp6-own', 463, 'Udp6OutDatagrams', { address: '2001:db8:1::1' }],
  ['udp6-on-link', 461, 'Udp6OutDatagrams', { address: '2001:db8:1::2' }],
  ['udp6-off-link', 457, 'Udp6OutDatagrams', { address: '2001:db8:ffff::1' }],
  ['tcp4-loopback', 97, 'TcpActiveOpens'],
  ['tcp6-own', 89, 'TcpActiveOpens', { address: '2001:db8:1::1' }],
  // A closed port: refused at once, and that is an answer.
  ['tcp6-off-link', 83, 'TcpActiveOpens', { address: '2001:db8:ffff::1', port: 81 }],
  ['dns', 101, 'UdpOutDatagrams', { address: '10.9.1.2' }],
];
for (const [stimulus, count, name, at] of sent)
  test(`${stimulus}: ${count} events are ${count} of ${name}, all answered`, { skip }, async () => {
    const start = counter(name);
    assert.deepEqual(await burst(stimulus, count, at), { events: count, answers: count });
    assert.equal(counter(name) - start, count);
  });

for (const [stimulus, count, name, at] of [
  ['icmp4-off-link', 31, 'IcmpOutEchos', { address: '10.255.0.1' }],
  ['icmp6-on-link', 37, 'Icmp6OutEchos', { address: '2001:db8:1::2' }],
] as const)
  test(`${stimulus}: ${count} events are ${count} of ${name}`, { skip: skipPing }, async () => {
    const start = counter(name);
    assert.deepEqual(await burst(stimulus, count, at), { events: count, answers: count });
    assert.equal(counter(name) - start, count);
  });

/** Runs something while the kernel traces one event of the stimuli's process and its children. @returns the lines */
async function traced(event: string, act: () => Promise<unknown>): Promise<readonly string[]> {
  const instance = `${tracing}/instances/kmai-stimuli-${process.pid}`;
  mkdirSync(instance);
  try {
    writeFileSync(`${instance}/options/event-fork`, '1');
    writeFileSync(`${instance}/set_event_pid`, String(bursts.pid));
    writeFileSync(`${instance}/events/${event}/enable`, '1');
    await act();
    writeFileSync(`${instance}/events/${event}/enable`, '0');
    return readFileSync(`${instance}/trace`, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
  } finally {
    rmdirSync(instance);
  }
}

const made: readonly (readonly [stimulus: string, count: number, event: string, matching?: RegExp])[] = [
  ['open', 997, 'syscalls/sys_enter_openat'],
  ['stat', 991, 'syscalls/sys_enter_statx'],
  ['socket', 983, 'syscalls/sys_enter_socket'],
  ['fork', 23, 'sched/sched_process_exec', /filename=\S*\/true /],
  ['cgroup', 59, 'cgroup/cgroup_mkdir', /\/event$/],
  ['cgroup', 61, 'cgroup/cgroup_rmdir', /\/event$/],
  ['netns', 19, 'syscalls/sys_enter_unshare', /unshare_flags: 0x40000000/],
  ['mount', 13, 'syscalls/sys_enter_mount', /flags: 0,/],
  ['mount', 17, 'syscalls/sys_enter_umount'],
];
for (const [stimulus, count, event, matching] of made)
  test(`${stimulus}: ${count} events are ${count} of ${event}`, { skip: skipTraced }, async () => {
    await burst(stimulus, 1); // what is loaded at the first is loaded
    const lines = await traced(event, async () => assert.deepEqual(await burst(stimulus, count), { events: count, answers: count }));
    const found = lines.filter((line) => matching?.test(line) ?? true).length;
    assert.equal(found, count, lines.slice(0, 5).join('\n'));
  });

test('run:PROGRAM runs it as often as it says, and leaves its own argv alone', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kmai-run-'));
  try {
    assert.deepEqual(await burst(`run:mktemp ${folder}/XXXXXXXX`, 11), { events: 11, answers: 11 });
    assert.equal(readdirSync(folder).length, 11);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a cgroup stimulus leaves no folder, and nothing in the journal', { skip }, async () => {
  await burst('cgroup', 3);
  const folders = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup', '/sys/fs/cgroup/unified'].filter((each) => existsSync(each));
  assert.deepEqual(
    folders.flatMap((folder) => readdirSync(folder).filter((name) => name === `kmai-challenge-${bursts.pid}`)),
    [],
  );
  assert.deepEqual(existsSync(journal) ? readdirSync(journal) : [], []);
});
