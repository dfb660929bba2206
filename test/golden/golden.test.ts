/**
 * Captures recorded in the lab, each replayed to the very diagnosis that is written down beside this test. What the seed's
 * capture must say stands here by hand: the leak module counted one lost object for each packet.
 */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { captures, readGolden, replay } from './examples.ts';

const mebibyte = 1024 * 1024;

test("the seed's story, from its capture alone", async () => {
  const { diagnosis, machine } = await replay('ipv6-suppress.kmai');
  assert.equal(diagnosis.verdict, 'leak');
  assert.equal(machine.hostname, 'azure-b1s');
  const [finding] = diagnosis.findings;
  assert.deepEqual([finding?.where.cache, finding?.where.owner, finding?.class], ['filp', 'ip6_dst_cache', 'kernel-leak']);
  const { driver, cases } = finding!;
  assert.ok([driver?.counter, ...(driver?.indistinguishable ?? [])].includes('Ip6InReceives'));
  assert.ok(driver!.objects_per_event >= 0.95 && driver!.objects_per_event <= 1.05, String(driver!.objects_per_event));
  assert.equal(cases[0]?.id, 'ipv6-fib6-rule-suppress');
  assert.deepEqual(
    cases[0].triggers.map(({ id, presence }) => [id, presence]),
    [
      ['suppressing-rule', 'present'],
      ['reverse-path-lookup', 'present'],
      ['suppressed-route', 'present'],
    ],
  );
  assert.ok(cases[0].against.length > 0, 'a release that should have the fix speaks against it, and excludes nothing');
});

test('each class has its capture', async () => {
  const classes = await Promise.all(captures().map(async (capture) => (await replay(capture)).diagnosis.findings[0]?.class));
  assert.deepEqual(
    [...new Set(classes)].map(String).toSorted((a, b) => a.localeCompare(b)),
    ['bounded', 'held-by-userspace', 'kernel-leak', 'reclaimable'],
  );
});

for (const capture of captures()) {
  test(`${capture} replays to its golden diagnosis, and is at most 1 MB`, async () => {
    const { diagnosis } = await replay(capture);
    assert.deepEqual(JSON.parse(JSON.stringify(diagnosis)), readGolden(capture));
    assert.ok(statSync(fileURLToPath(new URL(`../../examples/${capture}`, import.meta.url))).size <= mebibyte);
  });
}
