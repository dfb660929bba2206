import assert from 'node:assert/strict';
import test from 'node:test';
import { replayOf } from '../fixtures/hosts.ts';
import { recorded } from '../fixtures/texts.ts';
import { readSource } from '../source.ts';
import { cgroupFolders, cgroupMemory, cgroups, parseCgroups } from './cgroups.ts';

const table = (hierarchy: number, count: number): string =>
  `#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpuset\t3\t1\t1\nmemory\t${hierarchy}\t${count}\t1\n`;

test('v1: the groups that have no folder any more are the dying ones', () => {
  const files = {
    '/proc/cgroups': table(4, 15),
    '/sys/fs/cgroup/memory/tasks': '',
    '/sys/fs/cgroup/memory/a/tasks': '',
    '/sys/fs/cgroup/memory/a/b/tasks': '',
  };
  const folders = readSource(replayOf([files]), cgroupFolders);
  assert.ok(folders.ok);
  assert.deepEqual([...folders.value.values], [3, 12, 15]);
  const tick = readSource(replayOf([files]), cgroups);
  assert.ok(tick.ok);
  assert.deepEqual([...tick.value.values], [Number.NaN, Number.NaN, 15]);
});

test('v2 counts them itself, wherever it is mounted', () => {
  for (const root of ['/sys/fs/cgroup', '/sys/fs/cgroup/unified']) {
    const reading = readSource(
      replayOf([{ '/proc/cgroups': table(0, 40), [`${root}/cgroup.stat`]: 'nr_descendants 37\nnr_dying_descendants 1200\n' }]),
      cgroups,
    );
    assert.ok(reading.ok);
    assert.deepEqual([...reading.value.values], [37, 1200, 1237]);
  }
});

test('kernel memory of the root cgroup: v2 by part, v1 in all', () => {
  const v2 = readSource(
    replayOf([{ '/sys/fs/cgroup/memory.stat': 'anon 5\nkernel 700\nsock 3\nslab_unreclaimable 40\nworkingset_nodereclaim 9\n' }]),
    cgroupMemory,
  );
  assert.ok(v2.ok);
  assert.deepEqual(
    cgroupMemory.keys(v2.value).flatMap((key, row) => (key === null ? [] : [[key.labels['field'], v2.value.values[row]]])),
    [
      ['kernel', 700],
      ['sock', 3],
      ['slab_unreclaimable', 40],
    ],
  );
  const v1 = readSource(replayOf([{ '/sys/fs/cgroup/memory/memory.kmem.usage_in_bytes': '6471680\n' }]), cgroupMemory);
  assert.ok(v1.ok);
  assert.deepEqual([...v1.value.values], [6471680]);
});

test('without any hierarchy it is unknown', () => {
  const reading = readSource(replayOf([{ '/proc/cgroups': table(0, 1) }]), cgroups);
  assert.ok(!reading.ok);
  assert.match(reading.unavailable.help, /memory controller/);
});

test('a text that is not /proc/cgroups is malformed, not a crash', () => {
  const reading = readSource(replayOf([{ '/proc/cgroups': 'memory\n' }]), cgroups);
  assert.ok(!reading.ok && reading.unavailable.reason === 'malformed');
  assert.equal(parseCgroups(recorded('/proc/cgroups')).get('memory')!.hierarchy, 4);
});
