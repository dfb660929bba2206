import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence, Specimen } from '../model/evidence.ts';
import { diagnose } from './diagnose.ts';

function evidence(specimens: readonly Specimen[]): Evidence {
  return {
    machine: { hostname: 'h', release: '6.1.0', arch: 'x86_64', distribution: '', memory_bytes: 2 ** 30, boot_time: null },
    window: { start: '2026-11-24T00:00:00.000Z', end: '2026-11-24T00:00:00.000Z' },
    series: [],
    callsites: [],
    facts: [{ id: 'uptimeSeconds', value: 1000, from: 'test' }],
    specimens,
    holdings: [],
    ledger: null,
    unavailable: [],
    outcomes: [],
  };
}
const cache: Specimen = { kind: 'cache', name: 'filp', aliases: ['filp', 'ip6_dst_cache'], object_size: 256, objects: 20_034, slabs: 1253 };

test('objects that nothing leads to are a leak without any window, named by their type', () => {
  const { verdict, findings } = diagnose(
    evidence([cache, { kind: 'orphans', cache: 'filp', objects: 20_034, unreferenced: 20_000, unreachable: 20_000, type: 'rt6_info' }]),
    { cases: [] },
  );
  assert.equal(verdict, 'leak');
  assert.equal(findings.length, 1);
  assert.equal(findings[0]!.where.owner, 'ip6_dst_cache');
  assert.equal(findings[0]!.class, 'kernel-leak');
  assert.equal(findings[0]!.growth.objects_per_second, 20);
  assert.equal(findings[0]!.growth.bytes_per_second, 5120);
});

test('what one look shows is no trend: nothing was tested, and it may be over', () => {
  const lost: Specimen = { kind: 'orphans', cache: 'filp', objects: 20_034, unreferenced: 20_000, unreachable: 20_000 };
  const { shape, p, interval95, exhausts_in_seconds, since_boot } = diagnose(evidence([cache, lost]), { cases: [] }).findings[0]!.growth;
  assert.deepEqual(
    { shape, p, interval95, exhausts_in_seconds, since_boot },
    {
      shape: 'snapshot',
      p: 1,
      interval95: [0, 20],
      exhausts_in_seconds: null,
      since_boot: true,
    },
  );
});

/** 100,000 pages of memory, `pages` of them pointed to by nothing. */
const unowned = (pages: number): Specimen => ({
  kind: 'pages',
  present: 110_000,
  managed: 100_000,
  parts: [],
  unowned: { pages, orders: [{ order: 3, blocks: pages / 8 }], samples: [] },
  holders: [],
  vmalloc: [],
});

test('pages that nothing points to are a page leak, from half a percent of memory on', () => {
  const { verdict, findings } = diagnose(evidence([unowned(4808)]), { cases: [] });
  assert.equal(verdict, 'leak');
  assert.deepEqual(
    findings.map(({ where, syndrome, growth }) => [where.kind, syndrome, growth.bytes_per_second]),
    [['pages', 'page-leak', 4.808 * 4096]],
  );
  const healthy = diagnose(evidence([unowned(496)]), { cases: [] });
  assert.deepEqual(healthy.findings, []);
  assert.equal(healthy.reasons[0]?.code, 'nothing_lost');
  assert.deepEqual(healthy.reasons[0]?.args, { objects: 0, pages: 496 });
});

test('a handful of unreachable objects is no finding', () => {
  const few: Specimen = { kind: 'orphans', cache: 'filp', objects: 100, unreferenced: 5, unreachable: 5 };
  assert.deepEqual(diagnose(evidence([cache, few]), { cases: [] }).findings, []);
});
