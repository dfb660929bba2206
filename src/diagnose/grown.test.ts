import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose } from './diagnose.ts';
import { cache, evidence, inSlabs, over, series } from './fixtures/evidence.ts';

const none = { cases: [] };

/** As 6.18 showed it: per-CPU slabs were half empty, so slabinfo stood still while they filled, then grew by whole slabs. */
const namespaces = (from: number, to: number): ReturnType<typeof evidence> =>
  evidence(15, {
    specimens: [cache('net_namespace', ['net_namespace'], { object_size: 4288, objects_per_slab: 7 })],
    series: [
      series(
        'slab_active_objects',
        { cache: 'net_namespace' },
        over(15, (s) => Math.max(252, inSlabs(221 + ((to - from) / 15) * s, 7))),
      ),
      series('population_objects', { cache: 'net_namespace', by: '/proc/*/ns/net' }, [from, ...Array.from({ length: 14 }, () => null), to]),
    ],
    holdings: [{ pid: 4211, comm: 'hold', what: 'namespaces', at_start: from, at_end: to }],
  });

test('what fills half-empty slabs grows at the pace of its exact count, though slabinfo stands still', () => {
  const [finding] = diagnose(namespaces(3, 108), none).findings;
  assert.equal(finding?.class, 'held-by-userspace');
  assert.equal(finding.growth.objects_per_second, 7);
});

test('two readings of everything are no growth, however exact', () => {
  const given = evidence(1, {
    specimens: [cache('dentry', ['dentry'], { object_size: 192, objects_per_slab: 21 })],
    series: [
      series('slab_active_objects', { cache: 'dentry' }, [10_000, 10_084]),
      series('population_objects', { cache: 'dentry', by: 'dentry-state' }, [9000, 9097]),
    ],
  });
  assert.equal(diagnose(given, none).verdict, 'inconclusive');
});

test('a service that starts with a few namespaces of its own is not growth', () => {
  assert.deepEqual(diagnose(namespaces(3, 18), none).findings, []);
});
