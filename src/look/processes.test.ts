import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'node:test';
import * as fc from 'fast-check';
import { liveHost } from '../host/live.ts';
import { Malformed } from '../model/reading.ts';
import { countLines, kindOf } from './descriptors.ts';
import { replayOf } from './fixtures/hosts.ts';
import { heldInAll, holdingsBetween } from './holdings.ts';
import { look } from './look.ts';
import { parseProcessStat } from './process-stat.ts';
import { readProcesses } from './processes.ts';

const statOf = (pid: number, comm: string, parent: number, startTime: number, flags = 4194560): string =>
  `${pid} (${comm}) S ${parent} 1 1 0 -1 ${flags} 0 0 0 0 1 2 0 0 20 0 3 0 ${startTime} 1000000 100 18446744073709551615 1 1 0\n`;

test('a name with brackets and blanks ends at the last bracket', () => {
  const stat = parseProcessStat(statOf(42, 'a) S (b c', 7, 100));
  assert.deepEqual(
    [stat.pid, stat.comm, stat.parent, stat.threads, stat.startTime, stat.virtualBytes],
    [42, 'a) S (b c', 7, 3, 100, 1_000_000],
  );
});

test('a kernel thread is told by its flag', () => {
  assert.equal(parseProcessStat(statOf(2, 'kthreadd', 0, 1, 0x20_8040)).kernelThread, true);
  assert.equal(parseProcessStat(statOf(2, 'sh', 0, 1, 0x40_0100)).kernelThread, false);
});

test('any text gives a process or Malformed', () => {
  const real = statOf(42, 'sh', 7, 100);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.integer({ min: 0, max: real.length }).map((end) => real.slice(0, end)),
      ),
      (text) => {
        try {
          parseProcessStat(text);
        } catch (error) {
          return error instanceof Malformed;
        }
        return true;
      },
    ),
  );
});

test('descriptors are told by the text of their link', () => {
  const targets = [
    '/etc/passwd',
    'socket:[1]',
    'pipe:[2]',
    'anon_inode:[eventfd]',
    'anon_inode:[eventpoll]',
    'anon_inode:inotify',
    'anon_inode:[timerfd]',
    'anon_inode:[signalfd]',
  ];
  assert.deepEqual(targets.map(kindOf), ['regular', 'sockets', 'pipes', 'eventfds', 'epolls', 'inotify-watches', 'timerfds', 'signalfds']);
  assert.deepEqual(['anon_inode:bpf-map', 'anon_inode:[io_uring]', 'net:[4026531833]', '/memfd:x (deleted)'].map(kindOf), [
    'bpf',
    'anon-inodes',
    'namespaces',
    'regular',
  ]);
});

test('lines are counted by how they begin, with or without a last newline', () => {
  assert.equal(countLines('tfd: 1\nx tfd: 2\ntfd: 3'), 3);
  assert.equal(countLines('tfd: 1\nx tfd: 2\ntfd: 3\n', 'tfd:'), 2);
  assert.equal(countLines(''), 0);
});

test('watches are counted in fdinfo', () => {
  const files = {
    '/proc/5/stat': statOf(5, 'watcher', 1, 10),
    '/proc/5/fdinfo/3': 'pos: 0\ntfd: 4 events: 1\ntfd: 5 events: 1\n',
    '/proc/5/fdinfo/4': 'inotify wd:1 ino:2\ninotify wd:2 ino:3\ninotify wd:3 ino:4\n',
  };
  const census = readProcesses(replayOf([files], { '/proc/5/fd/3': 'anon_inode:[eventpoll]', '/proc/5/fd/4': 'anon_inode:inotify' }));
  const held = census.processes.get(5)!.held;
  assert.deepEqual(
    ['files', 'epolls', 'epoll-watches', 'inotify-watches', 'sockets'].map((kind) => held.get(kind as 'files')),
    [2, 1, 2, 3, 0],
  );
});

test('watches that a child inherited count once', () => {
  const files = Object.fromEntries(
    [5, 6].flatMap((pid) => [
      [`/proc/${pid}/stat`, statOf(pid, 'watcher', pid - 1, 10)],
      [`/proc/${pid}/fdinfo/3`, 'tfd: 4\ntfd: 5\n'],
    ]),
  );
  const links = { '/proc/5/fd/3': 'anon_inode:[eventpoll]', '/proc/6/fd/3': 'anon_inode:[eventpoll]' };
  const census = readProcesses(replayOf([files], links));
  assert.deepEqual(heldInAll(readProcesses(replayOf([{}])), census, 'epoll-watches'), [0, 2]);
});

function at(...processes: readonly string[]): ReturnType<typeof readProcesses> {
  return readProcesses(replayOf([Object.fromEntries(processes.map((stat) => [`/proc/${Number.parseInt(stat, 10)}/stat`, stat]))]));
}

test('a process that came, one that went, and one that took the pid of another', () => {
  const start = at(statOf(5, 'stays', 1, 10), statOf(6, 'goes', 1, 11), statOf(7, 'old', 1, 12));
  const end = at(statOf(5, 'stays', 1, 10), statOf(7, 'young', 1, 99), statOf(8, 'comes', 1, 98));
  assert.deepEqual(
    holdingsBetween(start, end).map(({ comm, what, at_start, at_end }) => [comm, what, at_start, at_end]),
    [
      ['goes', 'threads', 3, null],
      ['old', 'threads', 3, null],
      ['young', 'threads', null, 3],
      ['comes', 'threads', null, 3],
    ],
  );
});

test('limits are kept, and what was left out is said', () => {
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`/proc/${n + 1}/stat`, statOf(n + 1, 'x', 0, n)]));
  const census = readProcesses(replayOf([files]), { processes: 10, links: 10, watchers: 10, maps: 1 });
  assert.equal(census.processes.size, 10);
  assert.match(census.unavailable[0]!.detail, /20 of 30 processes/);
});

/** Opens `count` files, says so, and waits for its standard input to end. */
const opener = (count: number): string =>
  `const fs = require('node:fs'); process.stdin.once('data', () => { for (let n = 0; n < ${count}; n++) fs.openSync('/etc/passwd', 'r'); console.log('opened'); }); process.stdin.on('end', () => process.exit()); console.log('ready');`;

test('a child that opens 2,003 files is seen to hold exactly 2,003 more, and file-nr to rise by about as many', async (t) => {
  const host = liveHost();
  const child = spawn(process.execPath, ['-e', opener(2003)], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill());
  await once(child.stdout, 'data');
  const opened = once(child.stdout, 'data');
  let asked = false;
  const clock = {
    now: () => host.clock.now(),
    async wait() {
      if (asked) return false;
      asked = true;
      child.stdin.write('go\n');
      await opened;
      return true;
    },
  };
  const looked = await look({ ...host, clock }, { seconds: 1, interval: 1 });
  child.stdin.end();
  await host.close();
  for (const kind of ['files', 'regular']) {
    const held = looked.holdings.find(({ pid, what }) => pid === child.pid && what === kind);
    assert.equal(held!.at_end! - held!.at_start!, 2003, kind);
  }
  const files = looked.series.find(({ name, labels }) => name === 'population_objects' && labels['cache'] === 'filp')!;
  const rise = files.values.at(-1)! - files.values[0]!;
  // The other processes of the machine open and close files meanwhile; older kernels print the counter without summing its per-CPU parts, short by up to a batch (32, or twice the CPUs) each.
  assert.ok(rise > 2003 - 400 && rise < 2003 + 400, `file-nr rose by ${rise}`);
  const slab = looked.series.find(({ name, labels }) => name === 'slab_active_objects' && labels['cache'] === 'filp');
  if (slab !== undefined) assert.ok(slab.values.at(-1)! - slab.values[0]! > 1000);
});
