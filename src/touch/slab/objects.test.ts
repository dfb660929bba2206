import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { flaws, type Flaws } from '../damage.ts';
import { type MiniKernel, miniKernel } from '../fixtures/kernel.ts';
import { readCaches } from './caches.ts';
import { type Objects, walkObjects } from './objects.ts';
import { findSlabs } from './slabs.ts';

function walk(made: MiniKernel): { readonly objects: Objects; readonly found: Flaws } {
  const kernel = made.open();
  const found = flaws();
  const caches = readCaches(kernel, found);
  return { objects: walkObjects(kernel, caches, findSlabs(kernel, caches, found), found), found };
}
const counts = ({ objects }: { readonly objects: Objects }): unknown =>
  objects.perCache.map((c, i) => [objects.caches[i]!.name, c.allocated, c.total, c.slabs]);

for (const generation of ['flag', 'bit', 'byte'] as const)
  for (const hardened of [true, false])
    test(`objects on freelists are free, the others allocated (slabs by ${generation}, ${hardened ? 'hardened' : 'plain'})`, () => {
      const made = miniKernel({ generation, hardened });
      const small = made.cache('small', 128);
      const large = made.cache('large', 1024);
      made.slab(small, { free: [3, 0, 31] });
      made.slab(small);
      made.slab(large, { free: [0, 1, 2, 3] });
      const walked = walk(made);
      assert.deepEqual(walked.found.list, []);
      assert.deepEqual(counts(walked), [
        ['small', 61, 64, 2],
        ['large', 0, 4, 1],
      ]);
    });

for (const physBase of [0x1000n, -0x3000n])
  test(`the kernel is found with phys_base ${physBase}`, () => {
    const made = miniKernel({ physBase });
    made.slab(made.cache('small', 128), { free: [1] });
    assert.deepEqual(counts(walk(made)), [['small', 31, 32, 1]]);
  });

test("what a CPU's own freelist holds is free, and to slabinfo in use", () => {
  const made = miniKernel();
  const cache = made.cache('busy', 256);
  const objects = made.slab(cache, { frozen: true, inUse: 16 });
  made.cpuSlab(cache, objects[0]!, made.chain(cache, [objects[2]!, objects[5]!]));
  const walked = walk(made);
  assert.deepEqual(walked.found.list, []);
  assert.deepEqual(counts(walked), [['busy', 14, 16, 1]]);
  assert.equal(walked.objects.perCache[0]!.active, 16);
});

test('objects in sheaves, of CPUs and of barns, are free', () => {
  const made = miniKernel({ sheaves: true, generation: 'byte' });
  const cache = made.cache('sheaved', 256);
  const objects = made.slab(cache);
  const sheaf = (list: readonly number[]): number => {
    const at = made.alloc(128);
    made.memory.writeUInt32LE(list.length, at + 24);
    list.forEach((object, i) => made.put(at + 32 + i * 8, made.pointer(object)));
    return at;
  };
  const perCpu = made.alloc(32);
  made.put(cache.address + 72, BigInt(perCpu));
  made.put(perCpu + 8, made.pointer(sheaf([objects[0]!, objects[1]!])));
  made.put(perCpu + 16, made.pointer(sheaf([objects[7]!])));
  const barn = made.alloc(48);
  const full = sheaf([objects[9]!, objects[10]!, objects[11]!]);
  made.put(barn + 8, made.pointer(full));
  made.put(full, made.pointer(barn + 8));
  const node = made.alloc(64);
  made.put(node + 56, made.pointer(barn));
  made.put(cache.address + 80, made.pointer(node));
  const walked = walk(made);
  assert.deepEqual(walked.found.list, []);
  assert.deepEqual(counts(walked), [['sheaved', 10, 16, 1]]);
});

test('a freelist that bites its tail is a flaw with the address of the object', () => {
  const made = miniKernel();
  const cache = made.cache('ring', 256);
  const objects = made.slab(cache, { free: [1, 2, 3] });
  made.link(cache, objects[3]!, objects[1]);
  const { found, objects: walked } = walk(made);
  assert.match(found.list[0]!.what, /freelist of ring: an object that is on it twice/);
  assert.equal(found.list[0]!.address, made.pointer(objects[1]!));
  assert.equal(walked.perCache[0]!.allocated, 13);
});

test('a link that leaves its slab is a flaw and ends the list', () => {
  const made = miniKernel();
  const cache = made.cache('stray', 256);
  const objects = made.slab(cache, { free: [4] });
  made.put(objects[4]! + made.memory.readUInt32LE(cache.address + 20), 0x4141414141414141n);
  const walked = walk(made);
  assert.match(walked.found.list[0]!.what, /freelist of stray: a link to 0x/);
  assert.deepEqual(counts(walked), [['stray', 15, 16, 1]]);
});

test('a slab of no cache, and one with more objects than fit, are flaws', () => {
  const made = miniKernel();
  const cache = made.cache('sound', 256);
  const first = made.slab(cache);
  const second = made.slab(cache);
  made.slab(cache, { free: [0] });
  made.put(made.structPage(first[0]! / 4096) + 24, 0xffff888000dead00n);
  made.memory.writeUInt32LE(((400 << 16) | 400) >>> 0, made.structPage(second[0]! / 4096) + 40);
  const walked = walk(made);
  assert.deepEqual(
    walked.found.list.map((f) => f.what.replace(/\(.*\)/, '()')),
    ['a slab page of no known cache ()', 'a slab of sound with 400 of 400 objects in 1 pages'],
  );
  assert.deepEqual(counts(walked), [['sound', 15, 16, 1]]);
});

test('a ring in the list of caches is a flaw, not an endless walk', () => {
  const made = miniKernel();
  const one = made.cache('one', 256);
  const two = made.cache('two', 256);
  made.put(two.address + 48, made.pointer(one.address + 48));
  const { found } = walk(made);
  assert.match(found.list[0]!.what, /never comes back to its head/);
});

test('a word that claims more objects in use than there are is a flaw', () => {
  const made = miniKernel();
  made.slab(made.cache('odd', 256), { free: [0, 1], inUse: 15 });
  assert.match(walk(made).found.list[0]!.what, /2 free objects, the slab says 1/);
});
