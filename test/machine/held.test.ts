/**
 * A process that takes objects steadily and keeps them, on this very machine: kmai must name the cache, the alias, the
 * class, the process and the rate. The workload's own arithmetic is the truth: 199 a second, a prime.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Finding } from '../../src/model/diagnosis.ts';
import type { Record } from '../../src/model/record.ts';
import { diagnosed, isRoot, type Workload, workload } from '../integration/diagnosed.ts';

const perSecond = 199;
const skip = isRoot ? false : 'needs root: slabinfo and the descriptors of others';

interface Expected {
  readonly kind: string;
  readonly owner: string;
  readonly what: string;
  readonly perSecond: number;
}

const kinds: readonly Expected[] = [
  { kind: 'files', owner: 'filp', what: 'files', perSecond },
  { kind: 'sockets', owner: 'UDP', what: 'sockets', perSecond },
  { kind: 'eventfds', owner: 'filp', what: 'eventfds', perSecond },
  { kind: 'watches', owner: 'inotify_inode_mark', what: 'inotify-watches', perSecond },
  { kind: 'namespaces', owner: 'net_namespace', what: 'namespaces', perSecond: 7 },
];

for (const { kind, owner, what, perSecond: rate } of kinds) {
  await test(`${rate} ${kind} a second that a process keeps`, { skip }, async (t) => {
    let held!: Workload;
    let answer!: { code: number; record: Record };
    const finding = (): Finding | undefined => answer.record.diagnosis.findings.find(({ where }) => where.owner === owner);
    before(async () => {
      held = await workload('hold', [kind, rate * 40, rate]);
      answer = await diagnosed(['--for', '15s']);
    });
    after(() => held.stop());

    await t.test('is growth, not a leak, and ends with 1', () => {
      assert.equal(answer.record.diagnosis.verdict, 'growth');
      assert.equal(answer.code, 1);
    });
    await t.test(`belongs to ${owner}`, () => {
      assert.ok(
        finding(),
        answer.record.diagnosis.findings
          .map(({ where, reasons }) => `${where.owner ?? where.cache}: ${reasons.map(({ text }) => text).join(' ')}`)
          .join('\n'),
      );
    });
    await t.test('is held by the workload, which is named with what and how many', () => {
      assert.equal(finding()?.class, 'held-by-userspace');
      const [holder] = finding()?.holders ?? [];
      assert.equal(holder?.pid, held.pid);
      assert.equal(holder.what, what);
    });
    await t.test('grows as fast as the workload took them', () => {
      const grown = finding()?.growth.objects_per_second ?? 0;
      const truth = held.perSecond(answer.record.window);
      // 7 a second are a hundred in the window, and namespaces are counted at its ends only.
      const within = rate === perSecond ? 0.1 : 0.15;
      assert.ok(Math.abs(grown / truth - 1) <= within, `${grown} a second, and it took ${truth}`);
    });
  });
}

const pairs = [
  [
    ['sockets', 211],
    ['eventfds', 223],
  ],
  [
    ['files', 197],
    ['watches', 283],
  ],
] as const;

for (const pair of pairs) {
  const names = pair.map(([kind, rate]) => `${rate} ${kind}`).join(' and ');
  await test(`two processes at once, with ${names} a second: each is named, and nothing is called a leak`, { skip }, async (t) => {
    const held = await Promise.all(pair.map(([kind, rate]) => workload('hold', [kind, rate * 40, rate])));
    t.after(() => Promise.all(held.map((each) => each.stop())));
    const { code, record } = await diagnosed(['--for', '15s']);
    const { verdict, findings } = record.diagnosis;
    const told = findings.map(({ class: kind, where, growth }) => `${kind} ${where.owner ?? where.cache} ${growth.objects_per_second}/s`);
    assert.deepEqual([verdict, code], ['growth', 1], told.join('; '));
    const holders = new Set(findings.flatMap((finding) => finding.holders.map(({ pid }) => pid)));
    assert.deepEqual(
      held.filter(({ pid }) => !holders.has(pid)).map(({ pid }) => pid),
      [],
      told.join('; '),
    );
  });
}
