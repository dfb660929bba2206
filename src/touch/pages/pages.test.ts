import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { PagesSpecimen } from '../../model/evidence.ts';
import { flaws } from '../damage.ts';
import { examinePages } from '../examine-pages.ts';
import { frames, freeType, type MiniKernel } from '../fixtures/kernel.ts';
import { pagesKernel } from '../fixtures/pages.ts';

async function sorted(made: MiniKernel): Promise<PagesSpecimen> {
  const found = flaws();
  const { specimens } = await examinePages({ path: 'test', kernel: made.open(), flaws: found }, () => {});
  assert.deepEqual(found.list, []);
  const [one] = specimens;
  assert.ok(one?.kind === 'pages');
  return one;
}

/** Frames from 400 on are given out one by one; the rest is reserved. */
function giver(made: MiniKernel): (order?: number) => number {
  let next = 400;
  for (let frame = 320; frame < frames; frame++) made.put(made.structPage(frame), 1n << 31n);
  return (order = 0) => {
    const size = 2 ** order;
    const frame = Math.ceil(next / size) * size;
    next = frame + size;
    for (let i = 0; i < size; i++) made.put(made.structPage(frame + i), 0n);
    made.memory.writeUInt32LE(1, made.structPage(frame) + 52); // only the first page of a block is counted
    return frame;
  };
}

const parts = (found: PagesSpecimen): Readonly<Record<string, number>> =>
  Object.fromEntries(found.parts.map(({ id, pages }) => [id, pages]));

test('each page is of one kind, and all of them sum to what there is', async () => {
  const made = pagesKernel();
  const give = giver(made);
  made.slab(made.cache('node', 1024)); // frame 320
  const free = give(2);
  made.memory.writeUInt32LE(freeType.flag, made.structPage(free) + 48);
  made.memory.writeUInt32LE(2, made.structPage(free) + 40);
  const anonymous = give();
  made.put(made.structPage(anonymous) + 24, made.pointer(0x1000) | 1n);
  const file = give();
  made.put(made.structPage(file) + 24, made.pointer(0x1000));
  const table = give();
  made.memory.writeUInt32LE(0xfffffdff, made.structPage(table) + 48); // PG_table, a zero bit until v6.10
  made.area(give(), 'dup_task_struct');
  const found = await sorted(made);
  assert.deepEqual(parts(found), {
    reserved: frames - 9,
    free: 4,
    slab: 1,
    anonymous: 1,
    file: 1,
    page_tables: 1,
    kernel_stacks: 1,
  });
  assert.deepEqual(found.vmalloc, [{ caller: 'dup_task_struct', pages: 1 }]);
});

test('a page that something points to, by its address or its struct page, is held; what only lost pages point to is not', async () => {
  const made = pagesKernel();
  const give = giver(made);
  const [byAddress, byStruct, through, lost, behindLost] = [give(), give(), give(), give(), give()] as const;
  const structAddress = (frame: number): bigint => 0xffffea0000000000n + BigInt(frame * 64);
  const root = made.alloc(16);
  made.symbol('holder', root);
  made.put(root, made.pointer(byAddress * 4096 + 8));
  made.put(root + 8, structAddress(byStruct));
  made.put(byAddress * 4096, made.pointer(through * 4096));
  made.put(lost * 4096, made.pointer(behindLost * 4096));
  made.put(behindLost * 4096, made.pointer(lost * 4096)); // a ring
  made.put(made.structPage(lost) + 8, structAddress(lost)); // an empty list head in its own struct page
  const found = await sorted(made);
  assert.equal(parts(found)['held'], 3);
  assert.equal(parts(found)['unowned'], 2);
  assert.deepEqual(
    found.holders.map(({ place, pages }) => [place, pages] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    [
      ['another such page', 1],
      ['holder+0x0', 1],
      ['holder+0x8', 1],
    ],
  );
});

test('blocks that were allocated in one piece are lost in one piece', async () => {
  const made = pagesKernel();
  const give = giver(made);
  const lost = [give(3), give(3), give(), give(1)];
  const found = await sorted(made);
  assert.equal(found.unowned.pages, 19);
  assert.deepEqual(found.unowned.orders, [
    { order: 3, blocks: 2 },
    { order: 1, blocks: 1 },
    { order: 0, blocks: 1 },
  ]);
  assert.equal(found.unowned.samples[0], `0x${made.pointer(lost[0]! * 4096).toString(16)}`);
});

test('pages split from one block are held with its first, whose address is kept; where no block could be they are lost', async () => {
  const made = pagesKernel();
  const give = giver(made);
  const first = give(2); // 400: a multiple of four
  for (let i = 1; i < 4; i++) made.memory.writeUInt32LE(1, made.structPage(first + i) + 52); // split_page(): each counted
  const root = made.alloc(8);
  made.put(root, made.pointer(first * 4096));
  const whole = parts(await sorted(made));
  assert.deepEqual([whole['held'], whole['unowned']], [4, undefined]);
  made.put(root, made.pointer((first + 1) * 4096)); // 401, 402 and 403 are no block
  const parted = parts(await sorted(made));
  assert.deepEqual([parted['held'], parted['unowned']], [1, 3]);
});

test('an area far larger than what is mapped in it is gone through at once', async () => {
  const made = pagesKernel();
  const give = giver(made);
  made.area(give(), 'arena_map_alloc', 1n << 45n); // all of vmalloc space
  assert.deepEqual((await sorted(made)).vmalloc, [{ caller: 'arena_map_alloc', pages: 1 }]);
});

test('tables that lead to themselves, ranges without end and impossible sizes are flaws, not work without end', async () => {
  const made = pagesKernel();
  const give = giver(made);
  made.area(give(), 'vmap', 1n << 30n);
  const [lowest, above, top] = made.tables;
  for (let i = 1; i < 512; i++) made.put(above + i * 8, BigInt(lowest) | 0x63n); // each of its pages mapped 512 times, and
  for (let i = 1; i < 512; i++) made.put(lowest + i * 8, BigInt(330 * 4096) | 0x63n); // all mapped: 262,144 pages in all
  made.put(made.ram + 8, 1n << 62n);
  const found = flaws();
  const { specimens } = await examinePages({ path: 'test', kernel: made.open(), flaws: found }, () => {});
  const [one] = specimens;
  assert.ok(one?.kind === 'pages');
  assert.equal(one.vmalloc[0]!.pages, 512 * 512);
  assert.equal(parts(one)['unknown'], 2 ** 50 - frames);

  for (let i = 0; i < 512; i++) made.put(top + i * 8, BigInt(top) | 0x63n); // a table whose entries are all itself
  const again = flaws();
  await examinePages({ path: 'test', kernel: made.open(), flaws: again }, () => {});
  assert.match(again.list.map(({ what }) => what).join('; '), /more than 2048 pages of kernel page tables/);
});

test('a struct page of an impossible size is refused', async () => {
  const made = pagesKernel({ structs: [{ name: 'page', size: 1 << 30, members: [] }] });
  await assert.rejects(
    async () => examinePages({ path: 'test', kernel: made.open(), flaws: flaws() }, () => {}),
    /a struct page of 40 to 512 bytes expected, found 1073741824/,
  );
});
