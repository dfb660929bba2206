/** Growth that is no leak must not be called one: reclaimable, bounded, zombie cgroups, and an idle machine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Record } from '../../src/model/record.ts';
import { diagnosed, isRoot, type Workload, workload } from '../integration/diagnosed.ts';

const skip = isRoot ? false : 'needs root: slabinfo';

interface During {
  readonly code: number;
  readonly record: Record;
  readonly works: readonly Workload[];
}

type Churn = readonly [what: string, amount: number, perSecond: number];

/** Looks while all these are at work. */
async function during(churns: readonly Churn[], window: string): Promise<During> {
  const works = await Promise.all(churns.map((args) => workload('churn', args)));
  try {
    return { ...(await diagnosed(['--for', window])), works };
  } finally {
    await Promise.all(works.map((work) => work.stop()));
  }
}

/** Whatever is told of is given back or bounded: with what was told, for the reader of a failure. */
function onlyGivenBack({ diagnosis }: Record): void {
  // The own memory of processes is no matter here: other tests' run beside.
  const others = diagnosis.findings.filter(
    ({ class: kind, where }) => kind !== 'reclaimable' && kind !== 'bounded' && where.kind !== 'anon',
  );
  assert.deepEqual(
    others.map(
      ({ where, class: kind, reasons }) =>
        `${kind} ${where.owner ?? where.cache ?? where.kind}: ${reasons.map(({ text }) => text).join(' ')}`,
    ),
    [],
  );
}

test('an idle machine is healthy, without a finding, and ends with 0', { skip }, async () => {
  const { code, record } = await diagnosed(['--for', '30s']);
  assert.deepEqual(
    record.diagnosis.findings.map(({ where, growth }) => `${where.cache ?? where.kind} ${growth.shape}`),
    [],
  );
  assert.equal(record.diagnosis.verdict, 'healthy');
  assert.equal(code, 0);
});

test('names that do not exist fill the dentry cache, which is reclaimable, while a big file is written and read: no leak', {
  skip,
}, async () => {
  const { record, works } = await during(
    [
      ['find', 100_000, 1009],
      ['bigfile', 1500, 101],
    ],
    '15s',
  );
  assert.notEqual(record.diagnosis.verdict, 'leak');
  onlyGivenBack(record);
  const dentry = record.diagnosis.findings.find(({ where }) => where.owner === 'dentry');
  assert.equal(dentry?.class, 'reclaimable');
  const rate = dentry.growth.objects_per_second ?? 0;
  const truth = works[0]!.perSecond(record.window);
  assert.ok(Math.abs(rate / truth - 1) <= 0.1, `${rate} a second, and ${truth} were looked up`);
});

test('a burst of files and then quiet is not called a leak, nor growth', { skip }, async () => {
  const { code, record } = await during([['burst', 7001, 1]], '20s');
  assert.equal(record.diagnosis.verdict, 'healthy');
  assert.equal(code, 0);
  onlyGivenBack(record);
});

test('removed memory cgroups that stay charged are zombies, a syndrome of their own, while the file system is walked: no leak', {
  skip,
}, async () => {
  const { code, record, works } = await during(
    [
      ['cgroups', 4000, 23],
      ['walk', 1, 1],
    ],
    '15s',
  );
  assert.notEqual(record.diagnosis.verdict, 'leak');
  onlyGivenBack(record);
  const finding = record.diagnosis.findings.find(({ syndrome }) => syndrome === 'zombie-cgroups');
  assert.ok(finding);
  const rate = finding.growth.objects_per_second ?? 0;
  const truth = works[0]!.perSecond(record.window);
  assert.ok(Math.abs(rate / truth - 1) <= 0.15, `${rate} a second, and ${truth} were removed`);
  assert.equal(code, 1);
});
