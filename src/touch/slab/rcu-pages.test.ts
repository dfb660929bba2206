import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flaws } from '../damage.ts';
import { type MiniKernel, miniKernel } from '../fixtures/kernel.ts';
import type { StructText } from '../fixtures/types.ts';
import type { Kernel } from '../kernel.ts';
import { readCaches } from './caches.ts';
import { recordPages } from './rcu-pages.ts';
import { findSlabs } from './slabs.ts';

/** As in 6.1: pages that collect are linked one to the next. */
const chained: readonly StructText[] = [
  {
    name: 'kvfree_rcu_bulk_data',
    size: 16,
    members: [
      ['nr_records', 'u64', 0],
      ['next', 'ptr', 8],
      ['records', 'ptr[0]', 16],
    ],
  },
  { name: 'kfree_rcu_cpu_work', size: 16, members: [['bkvhead_free', 'ptr[2]', 0]] },
  {
    name: 'kfree_rcu_cpu',
    size: 64,
    members: [
      ['bkvhead', 'ptr[2]', 0],
      ['krw_arr', 'kfree_rcu_cpu_work[2]', 16],
      ['bkvcache', 'ptr', 48],
    ],
  },
];
/** As from 6.3 on: they are on lists. */
const listed: readonly StructText[] = [
  {
    name: 'kvfree_rcu_bulk_data',
    size: 24,
    members: [
      ['list', 'list_head', 0],
      ['nr_records', 'u64', 16],
      ['records', 'ptr[0]', 24],
    ],
  },
  { name: 'kfree_rcu_cpu_work', size: 32, members: [['bulk_head_free', 'list_head[2]', 0]] },
  {
    name: 'kfree_rcu_cpu',
    size: 112,
    members: [
      ['bulk_head', 'list_head[2]', 0],
      ['krw_arr', 'kfree_rcu_cpu_work[2]', 32],
      ['bkvcache', 'ptr', 96],
    ],
  },
];

/** What is alive in the pages that a CPU's area at `area` leads to; damage that was met. */
function found(
  made: MiniKernel,
  area: number,
  live = false,
): { readonly alive: Readonly<Record<number, number>>; readonly damage: readonly string[] } {
  const kernel = made.open();
  const met = flaws();
  // A per-CPU variable's symbol is its offset, which the kernel by hand has no symbols for.
  const address = (name: string): bigint | undefined => (name === 'krc' ? BigInt(area) : kernel.symbols.address(name));
  const withArea: Kernel = { ...kernel, image: { ...kernel.image, live }, symbols: { ...kernel.symbols, address } };
  const alive = recordPages(withArea, findSlabs(kernel, readCaches(kernel, met), met), met);
  return {
    alive: Object.fromEntries([...alive].map(([frame, { from, to }]) => [frame, from === 0 ? to : Number.NaN])),
    damage: met.list.map((one) => one.what),
  };
}

test('of spare pages of kfree_rcu() the link alone is alive, of those in use what is filled', () => {
  const made = miniKernel({ structs: chained });
  const area = made.alloc(64);
  const page = (frame: number): bigint => made.pointer(frame * 4096);
  made.put(area + 48, page(400));
  made.put(400 * 4096, page(401)); // 401 is the last: its link is 0
  made.put(area + 8, page(410)); // the second of bkvhead
  made.put(410 * 4096, 3n);
  made.put(410 * 4096 + 8, page(411));
  made.put(411 * 4096, 510n);
  made.put(area + 16 + 16 + 8, page(412)); // the second batch, the second of its heads
  made.put(412 * 4096, 1n);
  assert.deepEqual(found(made, area), { alive: { 400: 8, 401: 8, 410: 16 + 24, 411: 4096, 412: 24 }, damage: [] });
});

test('where they are on lists the same', () => {
  const made = miniKernel({ structs: listed });
  const area = made.alloc(112);
  for (let head = area; head < area + 96; head += 16) for (const at of [head, head + 8]) made.put(at, made.pointer(head));
  const listOf = (head: number, frame: number, records: bigint): void => {
    for (const at of [head, head + 8]) made.put(at, made.pointer(frame * 4096));
    for (const at of [frame * 4096, frame * 4096 + 8]) made.put(at, made.pointer(head));
    made.put(frame * 4096 + 16, records);
  };
  listOf(area + 16, 410, 2n);
  listOf(area + 32 + 32, 411, 7n);
  made.put(area + 96, made.pointer(400 * 4096));
  assert.deepEqual(found(made, area), { alive: { 400: 8, 410: 24 + 16, 411: 24 + 56 }, damage: [] });
});

test('a count that no page holds leaves the page whole, and is told', () => {
  const made = miniKernel({ structs: chained });
  const area = made.alloc(64);
  made.put(area, made.pointer(410 * 4096));
  made.put(410 * 4096, 511n);
  assert.deepEqual(found(made, area), { alive: {}, damage: ['no page of kfree_rcu()'] });
});

test('a kernel without such pages has none', () => {
  assert.deepEqual(found(miniKernel(), 4096 * 20), { alive: {}, damage: [] });
});

test('live pages fill up while memory is read: all of them is alive', () => {
  const made = miniKernel({ structs: chained });
  const area = made.alloc(64);
  made.put(area + 48, made.pointer(400 * 4096));
  assert.deepEqual(found(made, area, true), { alive: {}, damage: [] });
  assert.deepEqual(found(made, area), { alive: { 400: 8 }, damage: [] });
});
