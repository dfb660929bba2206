/** Interventions that are stopped in the middle, by a rule, by Ctrl-C, by the end of the terminal: they end, undo and say so. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EliminateAnswer } from '../../src/consult/eliminate.ts';
import type { Outcome } from '../../src/model/evidence.ts';
import { offLink, start } from '../kill-intervene.ts';
import { type Network, network } from '../network.ts';
import { isRoot, kmai, root } from './diagnosed.ts';

const skip = isRoot ? false : 'needs root: network namespaces';
const folder = mkdtempSync(join(tmpdir(), 'kmai-stopped-'));
const started: ChildProcess[] = [];
let net!: Network;

before(async () => {
  if (!isRoot) return;
  net = network(`kmai-p${process.pid}`);
  net.run(['ip', '-6', 'rule', 'add', 'table', 'main', 'suppress_prefixlength', '0']);
  started.push(await start([...net.withinPeer, process.execPath, `${root}/test/workloads/echo.ts`, '7', offLink], true));
  const holds = [...net.within, process.execPath, `${root}/test/workloads/hold.ts`, 'sockets', '19000', '61'] as const;
  started.push(await start(holds, true));
});
after(() => {
  for (const child of started) child.stdin?.end();
  if (isRoot) net.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly journal: string;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

function running(name: string, args: readonly string[], by: readonly string[] = []): Running {
  const journal = join(folder, name);
  const [program, ...rest] = [...by, ...net.within, process.execPath, `${root}/dist/kmai.js`, ...args];
  const child = spawn(program!, rest, { env: { ...process.env, LANG: 'C', KMAI_JOURNAL: journal }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.on('data', (chunk) => out.push(String(chunk)));
  child.stderr.on('data', (chunk) => err.push(String(chunk)));
  return {
    child,
    journal,
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stdout: out.join(''), stderr: err.join('') })),
  };
}

const scripts = (journal: string): readonly string[] =>
  existsSync(journal) ? readdirSync(journal).filter((name) => name.endsWith('.sh')) : [];

/** Waits until something is so: what is asserted is that it comes to be, not how fast. */
async function until(what: string, so: () => boolean, seconds = 60): Promise<void> {
  for (const end = performance.now() + seconds * 1000; !so(); await sleep(20))
    if (performance.now() > end) assert.fail(`not within ${seconds} s: ${what}`);
}

const cgroupsOf = (pid: number): string => readFileSync(`/proc/${pid}/cgroup`, 'utf8');
const isStopped = (pid: number): boolean => /\) [Tt] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
const rules = (): string => net.run(['ip', '-d', '-6', 'rule', 'show']);
const challenge = ['challenge', 'cgroup', `udp6-off-link@${offLink}`, '--cache', 'ip6_dst_cache', '--json'];

/** Three sleepers to be paused, each in a group of its own. */
async function sleepers(): Promise<{ readonly pids: readonly number[]; readonly paused: () => boolean; readonly end: () => void }> {
  const all = await Promise.all(Array.from({ length: 3 }, () => start(['sleep', '200'], false)));
  const pids = all.map(({ pid }) => pid!);
  const homes = pids.map(cgroupsOf);
  return {
    pids,
    paused: () => pids.some((pid, index) => isStopped(pid) || cgroupsOf(pid) !== homes[index]),
    end: () => {
      for (const one of all) one.kill('SIGKILL');
    },
  };
}
const eliminate = (pids: readonly number[], ...more: string[]): readonly string[] => [
  'eliminate',
  '--cache',
  'sock_inode_cache',
  '--pids',
  pids.join(','),
  '--json',
  ...more,
];

describe('stopped', { skip, concurrency: 3 }, () => {
  test('a challenge whose time is over ends and tells what it saw', async () => {
    const ran = await running('time', [...challenge, '--limit', '2s', '--events', '9000']).ended;
    const outcome = JSON.parse(ran.stdout) as Outcome;
    assert.deepEqual([outcome.stopped, ran.code], ['time', 2]);
    assert.deepEqual(scripts(join(folder, 'time')), []);
  });

  test('a challenge on a machine with too little memory ends before its first burst is counted', async () => {
    const file = join(folder, 'floor.yaml');
    writeFileSync(file, 'id: floor\ncache: filp\narms: [{ stimulus: cgroup }]\nstop: { memory_floor_bytes: 1000000000000000 }\n');
    const ran = await running('floor', ['challenge', file, '--json']).ended;
    const outcome = JSON.parse(ran.stdout) as Outcome;
    assert.deepEqual([outcome.stopped, outcome.arms[0]?.events, ran.code], ['memory', 0, 2]);
    assert.deepEqual(scripts(join(folder, 'floor')), []);
  });

  test('Ctrl-C in a challenge: what was seen until then is told, its cgroup is gone', async () => {
    const one = running('interrupted', [...challenge, '--events', '90000']);
    await until('a change', () => scripts(one.journal).length > 0);
    await sleep(500);
    one.child.kill('SIGINT');
    const ran = await one.ended;
    assert.equal((JSON.parse(ran.stdout) as Outcome).stopped, 'interrupted');
    assert.equal(ran.code, 2);
    const left = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup', '/sys/fs/cgroup/unified']
      .filter((path) => existsSync(path))
      .flatMap((path) => readdirSync(path).filter((name) => name === `kmai-challenge-${one.child.pid}`));
    assert.deepEqual([scripts(one.journal), left], [[], []]);
  });

  test('Ctrl-C in an elimination: all go on, and it cannot tell', async () => {
    const all = await sleepers();
    try {
      const one = running('ctrl-c', eliminate(all.pids));
      await until('somebody is paused', all.paused);
      one.child.kill('SIGINT');
      const ran = await one.ended;
      assert.deepEqual([all.paused(), scripts(one.journal)], [false, []]);
      const { outcome, doubt } = JSON.parse(ran.stdout || ran.stderr) as EliminateAnswer;
      assert.deepEqual([outcome?.stopped, doubt, ran.code], ['interrupted', 'ended-early', 2]);
    } finally {
      all.end();
    }
  });

  for (const signal of ['SIGHUP', 'SIGTERM', 'SIGQUIT'] as const)
    test(`${signal} in an elimination by SIGSTOP: all go on`, async () => {
      const all = await sleepers();
      try {
        const one = running(signal, eliminate(all.pids, '--signals'));
        await until('somebody is stopped', () => all.pids.some(isStopped));
        one.child.kill(signal);
        await one.ended;
        await until('all go on and nothing is left in the journal', () => !all.paused() && scripts(one.journal).length === 0, 5);
      } finally {
        all.end();
      }
    });

  test('the terminal goes away in an elimination: all go on, kmai is gone', async () => {
    const all = await sleepers();
    try {
      const journal = join(folder, 'terminal');
      const command = [...net.within, process.execPath, `${root}/dist/kmai.js`, ...eliminate(all.pids)].join(' ');
      // A pseudo-terminal of its own, as sshd would give; its end is the end of script.
      const terminal = spawn('script', ['-qec', command, '/dev/null'], {
        env: { ...process.env, KMAI_JOURNAL: journal },
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      await until('somebody is paused', all.paused);
      terminal.kill('SIGKILL');
      await until('all go on and nothing is left in the journal', () => !all.paused() && scripts(journal).length === 0, 5);
    } finally {
      all.end();
    }
  });

  test('a freeze ends at its deadline though kmai itself is stopped (Ctrl-Z)', async () => {
    const all = await sleepers();
    try {
      const one = running('ctrl-z', eliminate(all.pids, '--freeze', '3s'));
      await until('somebody is paused', all.paused);
      one.child.kill('SIGSTOP');
      try {
        await until('all go on and nothing is left in the journal', () => !all.paused() && scripts(one.journal).length === 0, 15);
      } finally {
        one.child.kill('SIGKILL');
      }
      await one.ended;
    } finally {
      all.end();
    }
  });
});

test('Ctrl-C in a treatment before anything is changed changes nothing; after it, the way back is told and works', { skip }, async () => {
  const before = rules();
  const treat = [
    'treat',
    'ipv6-fib6-rule-suppress',
    '--apply',
    'delete-suppressing-rule',
    '--yes',
    '--for',
    '40s',
    '--cache',
    'filp',
    '--json',
  ];
  const early = running('early', treat);
  await sleep(4000);
  early.child.kill('SIGINT');
  const refused = await early.ended;
  assert.equal(refused.stdout, '', 'it was refused');
  assert.deepEqual([rules(), scripts(early.journal)], [before, []]);
  const late = running('late', [...treat.filter((word) => word !== '40s' && word !== '--for'), '--for', '3s']);
  await until('the rule is gone', () => rules() !== before);
  late.child.kill('SIGINT');
  const told = JSON.parse((await late.ended).stdout) as { readonly outcome: Outcome; readonly journal: readonly string[] };
  assert.deepEqual([told.outcome.verified, told.outcome.treatment?.after, told.journal.length], ['cannot-tell', null, 1]);
  const undone = await kmai(['undo'], { env: { KMAI_JOURNAL: late.journal }, within: net.within });
  assert.equal(undone.code, 0, undone.stderr);
  assert.deepEqual([rules(), scripts(late.journal)], [before, []]);
});
