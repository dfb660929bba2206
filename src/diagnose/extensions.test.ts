import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Series } from '../model/evidence.ts';
import { bare, type Candidate } from './candidate.ts';
import type { EvidenceIndex } from './evidence-index.ts';
import { broughtBy, vectorsOf } from './extensions.ts';

/** Slab caches by name: objects a slab holds, and new objects there is room for in 10 s. */
function index(caches: Readonly<Record<string, readonly [perSlab: number, more: number]>>): EvidenceIndex {
  const series = Object.entries(caches).map(
    ([cache, [, more]]): Series => ({
      name: 'slab_objects',
      labels: { cache },
      unit: 'objects',
      times: [0, 10],
      values: [5000, 5000 + more],
    }),
  );
  return {
    named: (name: string) => (name === 'slab_objects' ? series : []),
    cache: (name: string) => ({ objects_per_slab: caches[name]?.[0] }),
  } as unknown as EvidenceIndex;
}

function candidate(cache: string, rate: number, perSlab: number, given: Partial<Candidate> = {}): Candidate {
  return {
    ...bare,
    where: { kind: 'slab', cache },
    class: 'kernel-leak',
    syndrome: 'unattributed',
    growth: {
      shape: 'trend',
      objects_per_second: rate,
      bytes_per_second: rate,
      interval95: [rate, rate],
      p: 0,
      exhausts_in_seconds: null,
      window_needed_seconds: null,
    },
    series: { name: 'slab_active_objects', labels: { cache }, unit: 'objects', times: [], values: [] },
    objects_per_slab: perSlab,
    reasons: [],
    ...given,
  };
}

test('vectors are as large as their slabs have objects: 8 or 16 bytes each, from the next kmalloc cache', () => {
  // 42, 20, 11, 17 and 8 slabs a second of 21, 21, 19, 12 and 64 objects: 168, 168, 152, 96 and 512 bytes, or twice that.
  const vectors = vectorsOf(
    index({
      dentry: [21, 8820],
      filp: [21, 4200],
      sock_inode_cache: [19, 2090],
      UDP: [12, 2040],
      'kmalloc-64': [64, 5120],
      shrunk: [21, -2100],
    }),
  );
  assert.deepEqual(Object.fromEntries(vectors), { 192: 42 + 20 + 11 + 17, 512: 42 + 20 + 11 + 8, 96: 17, 1024: 8 });
});

test('vectors of several caches at once are told by their sum, and come with the cache that brings most', () => {
  const [dentry, filp, udp] = [candidate('dentry', 882, 21), candidate('filp', 420, 21), candidate('UDP', 204, 12)];
  const vectors = vectorsOf(index({ dentry: [21, 8820], filp: [21, 4200], sock_inode_cache: [19, 2090], UDP: [12, 2040] }));
  const brought = candidate('kmalloc-192', 80, 21);
  assert.equal(broughtBy(brought, [filp, udp, dentry, brought], vectors), dentry);
  // One cache's are told by its own slabs, where nothing else is known.
  const single = candidate('kmalloc-192', 19, 21);
  assert.equal(broughtBy(single, [filp, single], new Map()), filp);
});

test('what is far from as many as there are new slabs, or of another size, is a growth of its own', () => {
  const dentry = candidate('dentry', 882, 21);
  const vectors = vectorsOf(index({ dentry: [21, 8820] }));
  for (const leak of [candidate('kmalloc-192', 199, 21), candidate('kmalloc-64', 42 * 3, 64), candidate('lab_island', 42, 16)])
    assert.equal(broughtBy(leak, [dentry, leak], vectors), undefined, leak.where.cache);
});
