/** Growth that is no leak must not be called one: reclaimable, bounded, zombie cgroups, and an idle machine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Record } from '../../src/model/record.ts';
import { diagnosed, isRoot, workload } from './diagnosed.ts';

const skip = isRoot ? false : 'needs root: slabinfo';

async function during(args: readonly (string | number)[], window: string): Promise<{ code: number; record: Record }> {
  const work = await workload('churn', args);
  try {
    return await diagnosed(['--for', window]);
  } finally {
    await work.stop();
  }
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

test('looking up names that do not exist fills the dentry cache: reclaimable', { skip }, async () => {
  const { record } = await during(['find', 100_000, 1009], '15s');
  assert.notEqual(record.diagnosis.verdict, 'leak');
  const dentry = record.diagnosis.findings.find(({ where }) => where.owner === 'dentry');
  assert.equal(dentry?.class, 'reclaimable');
  const rate = dentry.growth.objects_per_second ?? 0;
  assert.ok(Math.abs(rate / 1009 - 1) <= 0.25, `${rate} a second`);
});

test('writing and reading a big file is not called a leak', { skip }, async () => {
  const { record } = await during(['bigfile', 1500, 101], '15s');
  assert.notEqual(record.diagnosis.verdict, 'leak');
  assert.match(record.diagnosis.findings[0]?.class ?? 'bounded', /^(reclaimable|bounded)$/);
});

test('walking the file system is not called a leak', { skip }, async () => {
  const { record } = await during(['walk', 1, 1], '15s');
  assert.notEqual(record.diagnosis.verdict, 'leak');
  assert.match(record.diagnosis.findings[0]?.class ?? 'bounded', /^(reclaimable|bounded)$/);
});

test('a burst of files and then quiet is not called a leak, nor growth', { skip }, async () => {
  const { code, record } = await during(['burst', 7001, 1], '20s');
  assert.equal(record.diagnosis.verdict, 'healthy');
  assert.equal(code, 0);
  assert.match(record.diagnosis.findings[0]?.class ?? 'bounded', /^(reclaimable|bounded)$/);
});

test('removed memory cgroups that stay charged are zombies: a syndrome of their own', { skip }, async () => {
  const { code, record } = await during(['cgroups', 4000, 23], '15s');
  const finding = record.diagnosis.findings.find(({ syndrome }) => syndrome === 'zombie-cgroups');
  assert.ok(finding);
  const rate = finding.growth.objects_per_second ?? 0;
  assert.ok(Math.abs(rate / 23 - 1) <= 0.25, `${rate} a second`);
  assert.notEqual(record.diagnosis.verdict, 'leak');
  assert.equal(code, 1);
});
