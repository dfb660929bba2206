import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Growth } from '../model/diagnosis.ts';
import { bare, type Candidate } from './candidate.ts';
import { gather, inProportion } from './company.ts';
import type { HoldingsOf } from './holders.ts';

function growing(rate: number, half = 0.01 * rate): Growth {
  return {
    shape: 'trend',
    objects_per_second: rate,
    bytes_per_second: rate * 256,
    interval95: [rate - half, rate + half],
    p: 0,
    exhausts_in_seconds: null,
    window_needed_seconds: null,
  };
}

function candidate(owner: string, rate: number, given: Partial<Candidate> = {}): Candidate {
  return {
    ...bare,
    where: { kind: 'slab', cache: owner, owner },
    class: 'kernel-leak',
    syndrome: 'lost-reference',
    growth: growing(rate),
    series: { name: 'slab_active_objects', labels: { cache: owner }, unit: 'objects', times: [], values: [] },
    reasons: [],
    ...given,
  };
}

function held(...kinds: readonly (readonly [string, number])[]): HoldingsOf {
  return new Map(
    kinds.map(([kind, rate]) => [
      kind,
      { kind, rate, holders: [{ pid: 7, comm: 'holder', count: 1, what: kind, per_second: rate }] },
    ]) as never,
  );
}

const byUser = { class: 'held-by-userspace', syndrome: 'held-by-userspace' } as const;

test('whole numbers and a half are proportions, other ratios are not', () => {
  for (const ratio of [0.5, 1, 2, 12]) assert.equal(inProportion(growing(100 * ratio), 100, null), true, String(ratio));
  for (const ratio of [0.25, 0.75, 1.5, 2.4, 20]) assert.equal(inProportion(growing(100 * ratio), 100, null), false, String(ratio));
  assert.equal(inProportion(growing(100), 0, null), false, 'nothing is in proportion with what stands still');
});

test('a wide interval is no licence: 1.5 a file stays out however noisy', () => {
  assert.equal(inProportion(growing(150, 200), 100, null), false);
});

test('files that are held take along what comes with each file, and spare what does not', () => {
  const found = gather(
    [candidate('filp', 199, byUser), candidate('lsm_file_cache', 198, byUser), candidate('kmalloc-64', 398), candidate('kmalloc-256', 53)],
    held(['files', 199]),
    60,
  );
  assert.deepEqual(
    found.map(({ where, accompanied_by }) => [where.owner, accompanied_by.map(({ cache }) => cache).toSorted()]),
    [
      ['filp', ['kmalloc-64', 'lsm_file_cache']],
      ['kmalloc-256', []],
    ],
  );
});

test('a socket is told as a socket, though it is a file too', () => {
  const found = gather(
    [
      candidate('filp', 100, byUser),
      candidate('sock_inode_cache', 100, byUser),
      candidate('UDP', 100, { ...byUser, growth: growing(100) }),
    ],
    held(['sockets', 100], ['files', 100]),
    60,
  );
  assert.equal(found.length, 1);
  assert.equal(found[0]?.holders[0]?.what, 'sockets');
});

test('a handful of new threads does not explain a leak of a hundred a second', () => {
  const found = gather([candidate('kmalloc-256', 131), candidate('task_struct', 1, byUser)], held(['threads', 1]), 60);
  assert.deepEqual(
    found.map(({ where }) => where.owner ?? '').toSorted((a, b) => a.localeCompare(b)),
    ['kmalloc-256', 'task_struct'],
  );
});

test('removed cgroups take along the caches they are made of, not an owner that its own counter names', () => {
  const dying = candidate('dying cgroups', 23, { where: { kind: 'cgroups', owner: 'dying cgroups' }, class: 'reclaimable' });
  const own = candidate('ip6_dst_cache', 131, {
    attribution: [{ alias: 'ip6_dst_cache', by: '/proc/net/rt6_stats dst_entries', objects_per_second: 131, share: 1 }],
  });
  const found = gather([dying, own, candidate('kmalloc-2k', 44), candidate('kmalloc-64', 90)], new Map(), 60);
  assert.deepEqual(
    found.map(({ where, accompanied_by }) => [where.owner, accompanied_by.length]),
    [
      ['dying cgroups', 2],
      ['ip6_dst_cache', 0],
    ],
  );
});

test('the bytes of the company count with the root', () => {
  const [filp] = gather([candidate('filp', 100, byUser), candidate('lsm_file_cache', 100, byUser)], held(['files', 100]), 60);
  assert.equal(filp?.growth.bytes_per_second, 2 * 100 * 256);
});

test('nothing is lost: every candidate is a root or in company', () => {
  const all = ['filp', 'lsm_file_cache', 'TCP', 'kmalloc-64', 'dentry'].map((owner, i) =>
    candidate(owner, 100 * (i + 1), i < 3 ? byUser : {}),
  );
  const found = gather(all, held(['sockets', 300], ['files', 100]), 60);
  const names = found.flatMap(({ where, accompanied_by }) => [where.owner, ...accompanied_by.map(({ cache }) => cache)]);
  assert.deepEqual(
    names.map(String).toSorted((a, b) => a.localeCompare(b)),
    all.map(({ where }) => String(where.owner)).toSorted((a, b) => a.localeCompare(b)),
  );
});

test('two holders at once are both told: files in proportion with the sockets by chance are held as files', () => {
  const found = gather(
    [
      candidate('UDP', 211, byUser),
      candidate('sock_inode_cache', 211, byUser),
      candidate('filp', 434, byUser), // 2.06 times the sockets: 211 of them, and 223 eventfds
      candidate('lsm_file_cache', 432, byUser),
      candidate('kmalloc-64', 422),
    ],
    held(['sockets', 211], ['eventfds', 223], ['files', 434]),
    60,
  );
  assert.deepEqual(
    found.map(({ where, holders }) => [where.owner, holders[0]?.what]),
    [
      ['UDP', 'sockets'],
      ['filp', 'files'],
    ],
  );
});

test('files beside new namespaces are told of the process that holds them, unless each namespace comes with one', () => {
  const namespaces = candidate('net_namespace', 7, byUser);
  const beside = gather([namespaces, candidate('filp', 206, byUser)], held(['namespaces', 7], ['files', 206]), 60);
  assert.deepEqual(
    beside.map(({ where }) => where.owner),
    ['net_namespace', 'filp'],
  );
  const own = gather([namespaces, candidate('filp', 7, byUser)], held(['namespaces', 7], ['files', 7]), 60);
  assert.deepEqual(
    own.map(({ where, accompanied_by }) => [where.owner, accompanied_by.length]),
    [['net_namespace', 1]],
  );
});
