import assert from 'node:assert/strict';
import test from 'node:test';
import { liveHost } from '../host/live.ts';
import { makeLedger } from './ledger.ts';
import { lookOnce } from './look.ts';
import { parseMeminfo } from './sources/meminfo.ts';
import { valueOf } from './named.ts';

const kilobytes = {
  MemTotal: 1_000_000,
  MemFree: 400_000,
  Buffers: 10_000,
  Cached: 200_000,
  SwapCached: 0,
  AnonPages: 150_000,
  Shmem: 30_000,
  KReclaimable: 41_000,
};
const more = {
  SReclaimable: 40_000,
  SUnreclaim: 60_000,
  KernelStack: 4_000,
  PageTables: 5_000,
  SecPageTables: 500,
  VmallocUsed: 24_000,
  Percpu: 3_000,
};
const machine: Record<string, number> = { ...kilobytes, ...more };

function ledgerOf(
  changes: Record<string, number> = {},
  other: Partial<Parameters<typeof makeLedger>[1]> = {},
): NonNullable<ReturnType<typeof makeLedger>> {
  const fields: Record<string, number> = { ...machine, ...changes };
  const ledger = makeLedger(1, { meminfo: (field) => (fields[field] === undefined ? null : fields[field] * 1024), ...other });
  assert.ok(ledger !== null);
  const sum = ledger.parts.reduce((total, part) => total + part.bytes, 0) + ledger.unaccounted_bytes;
  assert.equal(sum, ledger.total_bytes);
  return ledger;
}

const bytesOf = (ledger: ReturnType<typeof ledgerOf>, id: string): number | undefined => ledger.parts.find((part) => part.id === id)?.bytes;

test('every part by hand', () => {
  const ledger = ledgerOf({}, { stacksInVmalloc: true, perCpuLists: 2_000 * 1024, slabs: 95_000 * 1024 });
  assert.equal(bytesOf(ledger, 'file-cache'), 180_000 * 1024); // 200,000 + 10,000 − 30,000
  assert.equal(bytesOf(ledger, 'other-reclaimable'), 1_000 * 1024);
  assert.equal(bytesOf(ledger, 'page-tables'), 5_500 * 1024);
  assert.equal(bytesOf(ledger, 'vmalloc'), 20_000 * 1024); // 24,000 less 4,000 of stacks
  // 1,000,000 − (400,000 + 2,000 + 180,000 + 30,000 + 150,000 + 40,000 + 60,000 + 1,000 + 4,000 + 5,500 + 3,000 + 20,000) = 104,500
  assert.equal(ledger.unaccounted_bytes, 104_500 * 1024);
  assert.deepEqual(ledger.of_which, [{ id: 'large-kmalloc', within: 'slab-unreclaimable', bytes: 5_000 * 1024 }]);
});

test('parts that sum to too much are an error to report, not clamped', () => {
  const ledger = ledgerOf({ AnonPages: 300_000 });
  assert.equal(ledger.unaccounted_bytes, (106_500 - 150_000) * 1024);
  assert.match(ledger.reconciliation_error ?? '', /44544000 bytes more than MemTotal/);
});

test('a mapped page of the swap cache is counted once', () => {
  // 60,000 in the swap cache, of which 45,000 are mapped as well: the anonymous lists hold 150,000 + 30,000 + 15,000.
  const ledger = ledgerOf({ SwapCached: 60_000, 'Active(anon)': 100_000, 'Inactive(anon)': 95_000 });
  assert.equal(bytesOf(ledger, 'swap-cache'), 15_000 * 1024);
});

test('zswap inside zsmalloc is counted once', () => {
  const ledger = ledgerOf({ Zswap: 8_000 }, { zsmalloc: 20_000 * 1024 });
  assert.equal(bytesOf(ledger, 'zswap')! + bytesOf(ledger, 'zsmalloc')!, 20_000 * 1024);
});

test('VmallocUsed of a kernel that does not count it is unknown, not nothing', () => {
  assert.equal(bytesOf(ledgerOf({ VmallocUsed: 0 }), 'vmalloc'), undefined);
});

test('a balloon outside MemTotal is not taken from it', () => {
  assert.equal(bytesOf(ledgerOf({ Balloon: 50_000 }), 'balloon'), 50_000 * 1024);
  assert.equal(bytesOf(ledgerOf({ Balloon: 500_000 }), 'balloon'), undefined);
});

test('without MemTotal there is no ledger', () => {
  assert.equal(makeLedger(1, { meminfo: () => null }), null);
});

test('on this machine the parts and what is unaccounted sum to MemTotal to the byte', async () => {
  const host = liveHost();
  const { ledgers } = await lookOnce(host);
  const text = host.read('/proc/meminfo');
  assert.ok(ledgers.end !== null && text.ok);
  const sum = ledgers.end.parts.reduce((total, part) => total + part.bytes, 0) + ledgers.end.unaccounted_bytes;
  assert.equal(sum, valueOf(parseMeminfo(text.value), 'MemTotal'));
  assert.equal(sum, Number(/MemTotal: +(\d+) kB/.exec(text.value)![1]) * 1024);
  assert.equal(ledgers.end.reconciliation_error, undefined);
});
