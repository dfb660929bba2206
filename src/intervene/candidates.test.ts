import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidatesOf, parseStat, type Process } from './candidates.ts';

const process = (pid: number, comm: string, more: Partial<Process> = {}): Process => ({
  pid,
  comm,
  program: comm,
  state: 'S',
  parent: 1,
  group: pid,
  cgroup: '',
  kernel: false,
  ...more,
});
const shell = process(100, 'bash', { parent: 90 });
const all = [
  process(1, 'init', { parent: 0 }),
  process(2, 'kthreadd', { parent: 0, kernel: true }),
  process(90, 'xterm'),
  shell,
  process(101, 'node', { parent: 100, group: 101 }),
  process(102, 'sh', { parent: 101 }),
  process(103, 'less', { parent: 100, group: 101 }),
  process(200, 'nginx'),
  process(201, 'sshd'),
  process(202, 'postgres', { state: 'T' }),
  process(203, 'redis'),
];
const options = { units: false, exclude: [], cgroup2: null };

test('init, kernel threads, kmai with its ancestors, children and pipe, sshd and stopped processes are never paused', () => {
  const { candidates, spared } = candidatesOf(all, 101, options);
  assert.deepEqual(
    candidates.map(({ name }) => name),
    ['nginx[200]', 'redis[203]'],
  );
  assert.equal(spared.length, 8);
});

test('whom the operator excludes is not paused, by name or pid; whom he lists alone is', () => {
  assert.deepEqual(
    candidatesOf(all, 101, { ...options, exclude: ['redis'] }).candidates.map(({ pids }) => pids),
    [[200]],
  );
  assert.deepEqual(
    candidatesOf(all, 101, { ...options, exclude: ['200'] }).candidates.map(({ pids }) => pids),
    [[203]],
  );
  assert.deepEqual(
    candidatesOf(all, 101, { ...options, only: ['1', '203'] }).candidates.map(({ pids }) => pids),
    [[203]],
  );
});

test('a unit is spared whole when one of its processes must be', () => {
  const members = [
    process(300, 'php-fpm', { cgroup: '/system.slice/php.service' }),
    process(301, 'php-fpm', { cgroup: '/system.slice/php.service' }),
    process(302, 'worker', { cgroup: '/system.slice/odd.service' }),
    process(303, 'multipathd', { cgroup: '/system.slice/odd.service' }),
    process(304, 'whatever', { cgroup: '/system.slice/systemd-udevd.service' }),
  ];
  const { candidates, spared } = candidatesOf([...all, ...members], 101, { ...options, units: true, cgroup2: '/sys/fs/cgroup' });
  assert.deepEqual(candidates, [{ name: 'php.service', pids: [300, 301], cgroup: '/sys/fs/cgroup/system.slice/php.service' }]);
  assert.deepEqual(
    spared.map(({ name }) => name),
    ['odd.service', 'systemd-udevd.service'],
  );
});

test('a name with parentheses and spaces is read whole', () => {
  const text = '4242 (a) b (c) S 1 4242 4242 0 -1 4194560 1 2 3';
  assert.deepEqual(parseStat(text), { pid: 4242, comm: 'a) b (c', state: 'S', parent: 1, group: 4242, kernel: false });
  assert.equal(parseStat('nonsense'), null);
});

test('a program is known by its file where its thread has another name: excluded by either, spared by either', () => {
  const renamed = [
    process(1, 'init', { parent: 0 }),
    process(300, 'MainThread', { program: 'node' }),
    process(301, 'worker', { program: 'sshd' }),
  ];
  const { candidates, spared } = candidatesOf([...renamed, shell], 100, options);
  assert.deepEqual(
    candidates.map(({ name }) => name),
    ['node[300]'],
  );
  assert.deepEqual(spared.find(({ name }) => name === 'sshd[301]')?.why, 'the way in');
  for (const exclude of ['node', 'MainThread', '300'])
    assert.equal(candidatesOf([...renamed, shell], 100, { ...options, exclude: [exclude] }).candidates.length, 0);
});
