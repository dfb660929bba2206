/** What is not a cache with a name of its own: kmalloc, pages, vmalloc and per-CPU memory, in prime counts. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Listened } from '../../src/listen/listen.ts';
import { leak, leaks, skip, within } from './listening.ts';

type Heard = Listened & { readonly pid: number };

/** The path that holds most of the child's, and how much that is: others go on as they like. */
function ours(heard: Heard, caller: string) {
  assert.deepEqual(heard.unavailable, []);
  const held = (site: Listened['callsites'][number]) => site.processes?.find(({ pid }) => pid === heard.pid)?.count ?? 0;
  const site = heard.callsites.toSorted((a, b) => held(b) - held(a))[0]!;
  assert.ok(
    site.stack.some((frame) => frame.startsWith(caller)),
    site.stack.join(' '),
  );
  return { site, count: held(site) };
}

test('2,003 objects of kmalloc-256, the payloads of keys: the cache has no event that names it', { skip }, async () => {
  const { site, count } = ours(await leak('keys', 'kmalloc-256', 2003), 'user_preparse');
  within(count, 2003, 0.005);
  assert.notEqual(site.leaking, 'no');
});

test('211 blocks of eight pages, the rings of packet sockets: by their order, and among pages of every order', { skip }, async () => {
  for (const heard of await leaks([{ kind: 'rings', count: 211, caches: ['pages:3', 'pages'] }])) {
    const { site, count } = ours(heard, 'packet_set_ring');
    assert.equal(count, 211);
    assert.equal(site.bytes, site.outstanding * 32_768);
  }
});

test('211 areas of vmalloc: with their bytes, which explain what VmallocUsed grew by', { skip }, async () => {
  const heard = await leak('arrays', 'vmalloc', 211);
  const { site, count } = ours(heard, '__bpf_map_area_alloc');
  assert.equal(count, 211);
  // 61,440 bytes of values behind a header of less than a page.
  within(site.bytes / site.outstanding, 65_536 - 2048, 0.04);
  assert.notEqual(site.leaking, 'no');
  const { growth_objects: growth, object_bytes: bytes } = heard.reconciliation!;
  assert.ok(growth! * bytes > 0.9 * 211 * 61_440, `${growth} objects of ${bytes} bytes`);
  within(heard.reconciliation!.explained_fraction!, 1, 0.1);
});

test('2,003 times 2,048 bytes on every CPU: with the bytes of all CPUs', { skip }, async () => {
  const heard = await leak('percpu', 'percpu', 2003);
  const { site, count } = ours(heard, 'bpf_map_alloc_percpu');
  const cpus = Number(/(\d+)\s*$/.exec(readFileSync('/sys/devices/system/cpu/possible', 'utf8'))![1]) + 1;
  assert.equal(count, 2003);
  assert.equal(site.bytes, site.outstanding * 2048 * cpus);
  // The kernel keeps a chunk that is all free: of what the counter shows a part may have been there before.
  const { growth_objects: growth, object_bytes: bytes } = heard.reconciliation!;
  const share = (growth! * bytes) / (2003 * 2048 * cpus);
  assert.ok(share > 0.5 && share < 1.15, `Percpu grew by ${share.toFixed(2)} of what was allocated`);
  assert.notEqual(site.leaking, 'no');
});
