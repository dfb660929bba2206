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

/** What each scenario of the lab was, whatever the golden file says. */
const scenarios: Readonly<
  Record<string, { readonly verdict: string; readonly class: string | undefined; readonly owner: string | undefined }>
> = {
  'conntrack-fills.kmai': { verdict: 'growth', class: 'bounded', owner: 'nf_conntrack' },
  'conntrack.kmai': { verdict: 'healthy', class: undefined, owner: undefined },
  'counter-drift.kmai': { verdict: 'growth', class: 'accounting', owner: 'ip6_dst_cache' },
  'held-files.kmai': { verdict: 'growth', class: 'held-by-userspace', owner: 'filp' },
  'ipv6-suppress.kmai': { verdict: 'leak', class: 'kernel-leak', owner: 'ip6_dst_cache' },
  'negative-dentries.kmai': { verdict: 'growth', class: 'reclaimable', owner: 'dentry' },
};

test('each capture is what its scenario was', async () => {
  assert.deepEqual(captures(), Object.keys(scenarios));
  for (const [capture, expected] of Object.entries(scenarios)) {
    const { verdict, findings } = (await replay(capture)).diagnosis;
    assert.deepEqual({ verdict, class: findings[0]?.class, owner: findings[0]?.where.owner }, expected, capture);
  }
});

for (const capture of captures()) {
  test(`${capture} replays to its golden diagnosis, and is at most 1 MB`, async () => {
    const { diagnosis } = await replay(capture);
    assert.deepEqual(JSON.parse(JSON.stringify(diagnosis)), readGolden(capture));
    assert.ok(statSync(fileURLToPath(new URL(`../../examples/${capture}`, import.meta.url))).size <= mebibyte);
  });
}
