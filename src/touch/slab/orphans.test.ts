import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { flaws } from '../damage.ts';
import { type MiniKernel, miniKernel } from '../fixtures/kernel.ts';
import { readCaches } from './caches.ts';
import { walkObjects } from './objects.ts';
import { blocksOf, type Edges } from './blocks.ts';
import { scanBeside } from './scan-workers.ts';
import { findOrphans, mark, pointerTables, scanBlocks } from './orphans.ts';
import type { PointerTables } from './pointers.ts';
import type { Kernel } from '../kernel.ts';
import type { Objects } from './objects.ts';
import fc from 'fast-check';
import { mustFit, reachInPasses } from './passes.ts';
import { findSlabs, use } from './slabs.ts';

/** Objects of each cache that are unreachable, by their place in the slabs. */
async function lost(
  made: MiniKernel,
  prepare: (frame: (frame: number, kind: number) => void) => void = () => {},
): Promise<{ readonly unreachable: readonly number[]; readonly unreferenced: number }> {
  const kernel = made.open();
  const found = flaws();
  const caches = readCaches(kernel, found);
  const slabs = findSlabs(kernel, caches, found);
  prepare((frame, kind) => {
    slabs.usedFor[frame] = kind;
  });
  const objects = walkObjects(kernel, caches, slabs, found);
  const reach = await findOrphans(kernel, objects, found);
  const unreachable: number[] = [];
  for (const cache of caches)
    objects.each(cache, (_slab, object, physical) => (reach.reached[object] === 0 ? unreachable.push(physical) : 0));
  return { unreachable, unreferenced: reach.perCache.reduce((sum, one) => sum + one.unreferenced, 0) };
}

async function scanAll(kernel: Kernel, objects: Objects): Promise<[PointerTables, Edges]> {
  const tables = pointerTables(kernel, objects, new Map());
  return [tables, await scanBlocks(kernel, tables, { shared: undefined, onProgress() {}, onDamage() {} })];
}

/** A kernel with one cache of four objects of 1024 bytes, all allocated. */
function four(): { readonly made: MiniKernel; readonly objects: readonly number[] } {
  const made = miniKernel();
  return { made, objects: made.slab(made.cache('node', 1024)) };
}

test('a chain whose head is held is reachable; when the head is lost all of it is', async () => {
  const { made, objects } = four();
  const [a, b, c, d] = objects as [number, number, number, number];
  made.put(a + 8, made.pointer(b));
  made.put(b + 8, made.pointer(c + 512)); // an interior pointer, as lists link members
  made.put(c + 8, made.pointer(d));
  const root = made.alloc(8);
  made.put(root, made.pointer(a));
  assert.deepEqual((await lost(made)).unreachable, []);
  made.put(root, 0n);
  assert.deepEqual(await lost(made), { unreachable: [a, b, c, d], unreferenced: 1 });
});

test('a ring that nothing outside points to is unreachable, though each object is referenced', async () => {
  const { made, objects } = four();
  const [a, b, c, d] = objects as [number, number, number, number];
  made.put(a, made.pointer(b));
  made.put(b, made.pointer(a));
  made.put(c, made.pointer(c)); // an empty list head points to itself
  made.put(made.alloc(8), made.pointer(d));
  assert.deepEqual(await lost(made), { unreachable: [a, b, c], unreferenced: 1 });
});

test('pointers in free pages, user pages and free objects hold nothing', async () => {
  const { made, objects } = four();
  const cache = made.cache('other', 1024);
  const others = made.slab(cache, { free: [0] });
  made.put(others[0]! + 64, made.pointer(objects[0]!)); // in a free object
  made.put(400 * 4096, made.pointer(objects[1]!));
  made.put(401 * 4096, made.pointer(objects[2]!));
  made.put(402 * 4096, made.pointer(objects[3]!));
  for (const other of others.slice(1)) made.put(made.alloc(8), made.pointer(other));
  const { unreachable } = await lost(made, (mark) => {
    mark(400, use.free);
    mark(401, use.user);
  });
  assert.deepEqual(unreachable, objects.slice(0, 3));
});

test('an object that only a stack or a per-CPU variable holds is not lost', async () => {
  const { made, objects } = four();
  made.put(403 * 4096 + 4088, made.pointer(objects[0]! + 1000)); // the last word of a kernel page: a stack's
  for (const [i, object] of objects.slice(1).entries()) made.put(404 * 4096 + i * 8, made.pointer(object));
  assert.deepEqual((await lost(made)).unreachable, []);
});

test('objects that wait for their RCU-deferred free, chained by their heads, are not lost', async () => {
  const { made, objects } = four();
  const head = 120; // of struct callback_head in the object: { next, func }
  objects.forEach((object, i) => made.put(object + head, i + 1 < objects.length ? made.pointer(objects[i + 1]! + head) : 0n));
  made.put(made.alloc(8), made.pointer(objects[0]! + head)); // rcu_data.cblist.head, per CPU
  assert.deepEqual((await lost(made)).unreachable, []);
});

test('an object that crosses a page is followed in both', async () => {
  const made = miniKernel();
  const cache = made.cache('wide', 1536);
  const frame = made.slab(cache)[0]! / 4096;
  // Two objects a page; make the slab two pages of five objects by hand.
  made.put(made.structPage(frame), (1n << 9n) | (1n << 16n));
  made.memory[made.structPage(frame) + 64] = 1; // the order, in the first tail page
  made.memory.writeUInt32LE(((5 << 16) | 5) >>> 0, made.structPage(frame) + 40);
  const start = frame * 4096;
  const crossing = start + 2 * 1536; // 3072 … 4608
  made.put(crossing + 1032, made.pointer(start)); // a word in the second page
  made.put(made.alloc(8), made.pointer(crossing));
  assert.deepEqual((await lost(made)).unreachable, [start + 1536, start + 3 * 1536, start + 4 * 1536]);
});

test('in little memory the same is found, over any web of pointers', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(15), fc.nat(31), fc.nat(15)), { maxLength: 40 }),
      fc.array(fc.nat(15), { maxLength: 4 }),
      async (links, roots) => {
        const made = miniKernel();
        const cache = made.cache('node', 1024);
        const nodes = [...made.slab(cache), ...made.slab(cache), ...made.slab(cache), ...made.slab(cache)];
        for (const [from, word, to] of links) made.put(nodes[from]! + word * 8, made.pointer(nodes[to]! + 8));
        for (const root of roots) made.put(made.alloc(8), made.pointer(nodes[root]!));
        const kernel = made.open();
        const found = flaws();
        const caches = readCaches(kernel, found);
        const objects = walkObjects(kernel, caches, findSlabs(kernel, caches, found), found);
        const little = reachInPasses(kernel, objects, new Map(), () => {});
        const whole = mark(objects, ...(await scanAll(kernel, objects)));
        assert.deepEqual([...little.reached], [...whole.reached]);
        assert.deepEqual([...little.referenced], [...whole.referenced]);
      },
    ),
    { numRuns: 60 },
  );
});

test('tables that do not even fit are refused, with what they need', () => {
  const { made } = four();
  const kernel = made.open();
  const found = flaws();
  const caches = readCaches(kernel, found);
  const objects = walkObjects(kernel, caches, findSlabs(kernel, caches, found), found);
  assert.throws(() => mustFit(1000, objects), /--memory: \d.* needed for tables of 512 pages and 4 objects, 1000 B allowed/);
  mustFit(100_000, objects);
});

test('workers find what one thread finds', async (t) => {
  const { made, objects } = four();
  const [a, b, c, d] = objects as [number, number, number, number];
  made.put(a + 8, made.pointer(b));
  made.put(c + 8, made.pointer(d));
  made.put(made.alloc(8), made.pointer(a));
  const folder = mkdtempSync(join(tmpdir(), 'kmai-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'dump');
  writeFileSync(path, made.dump());
  const kernel = made.open();
  const found = flaws();
  const caches = readCaches(kernel, found);
  const objectsOf = walkObjects(kernel, caches, findSlabs(kernel, caches, found), found);
  // The workers alone: this thread takes no block from them.
  const tables = pointerTables(kernel, objectsOf, new Map());
  const blocks: Uint32Array[] = [];
  const helpers = scanBeside(
    path,
    kernel.image.frames,
    tables,
    new Int32Array(new SharedArrayBuffer(4)),
    (block, edges) => {
      blocks[block] = edges;
    },
    assert.fail,
  );
  assert.equal(await helpers.done, undefined);
  assert.equal(blocks.length, blocksOf(kernel.image.frames));
  assert.deepEqual([...mark(objectsOf, tables, { blocks }).reached], [1, 1, 0, 0]);
  // And all together.
  const reach = await findOrphans(kernel, objectsOf, found, { path, workersFrom: 0 });
  assert.deepEqual([...reach.reached], [1, 1, 0, 0]);
  assert.deepEqual([...reach.referenced], [1, 1, 0, 1]);
  assert.deepEqual(found.list, []);
});

test('a worker that cannot read the dump is an error, not a dump with less in it', async () => {
  const { made } = four();
  const kernel = made.open();
  const found = flaws();
  const caches = readCaches(kernel, found);
  const objects = walkObjects(kernel, caches, findSlabs(kernel, caches, found), found);
  await assert.rejects(findOrphans(kernel, objects, found, { path: '/nowhere/dump', workersFrom: 0 }), /\/nowhere\/dump/);
});
