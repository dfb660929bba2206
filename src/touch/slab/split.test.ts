import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { flaws } from '../damage.ts';
import { type MiniKernel, miniKernel } from '../fixtures/kernel.ts';
import { censusSpecimen } from '../specimens.ts';
import { type Cache, readCaches } from './caches.ts';
import { census, dominant } from './census.ts';
import { type Objects, walkObjects } from './objects.ts';
import { findSlabs } from './slabs.ts';
import { splitByType } from './split.ts';

/** Two types of 128 bytes that share a cache: one with an empty list at 16, one with a pointer to numbers. */
const structs = [
  {
    name: 'route',
    size: 128,
    members: [
      ['ops', 'ptr', 0],
      ['reference', 'u32', 8],
      ['list', 'list_head', 16],
      ['numbers', 'u64[4]', 40],
    ],
  },
  {
    name: 'handle',
    size: 128,
    members: [
      ['owner', 'route*', 0],
      ['cookie', 'u64', 16],
      ['serial', 'u64', 24],
      ['tail', 'u64[10]', 40],
    ],
  },
] as const;

function open(made: MiniKernel): { readonly kernel: ReturnType<MiniKernel['open']>; readonly objects: Objects; readonly cache: Cache } {
  const kernel = made.open();
  const found = flaws();
  const caches = readCaches(kernel, found);
  const objects = walkObjects(kernel, caches, findSlabs(kernel, caches, found), found);
  assert.deepEqual(found.list, []);
  return { kernel, objects, cache: caches[0]! };
}

/** In a cache named after handles: 20 routes with one table of operations, 12 handles that each point to a route. */
function merged(): ReturnType<typeof open> {
  const made = miniKernel({ structs });
  const objects = made.slab(made.cache('handle', 128));
  const operations = made.alloc(64);
  made.symbol('route_ops', operations);
  for (const [i, object] of objects.entries()) {
    if (i < 20) {
      made.put(object, 0xffffffff80000000n + BigInt(operations));
      made.memory.writeUInt32LE(1, object + 8);
      made.put(object + 16, made.pointer(object + 16));
      made.put(object + 24, made.pointer(object + 16));
      made.put(object + 40, BigInt(1000 + i));
    } else {
      made.put(object, made.pointer(objects[i - 20]!));
      made.put(object + 16, 0x1234_0000n + BigInt(i));
      made.put(object + 24, BigInt(100_000 + i));
      made.put(object + 96, 77n);
    }
  }
  return open(made);
}

test('a census counts what stands at each offset: symbols, itself, objects, values', () => {
  const { kernel, objects, cache } = merged();
  const counted = census(kernel, objects, cache);
  assert.equal(counted.objects, 32);
  assert.deepEqual(counted.rows[0]!.classes, { data: 20, object: 12 });
  assert.deepEqual(dominant(counted.rows[0]!, 32), { text: 'route_ops', share: 20 / 32 });
  assert.deepEqual(dominant(counted.rows[2]!, 32), { text: 'itself+16', share: 20 / 32 });
  assert.deepEqual(counted.rows[0]!.caches, [{ name: 'handle', count: 12, start: 12 }]);
  assert.deepEqual(counted.rows[1]!.values[0], { value: 1, count: 20 });
});

test('a merged cache is split among its types with how many there are of each', () => {
  const { kernel, objects, cache } = merged();
  const groups = splitByType(kernel, objects, cache);
  assert.deepEqual(
    groups.map((group) => [group.objects, group.type?.type]),
    [
      [20, 'route'],
      [12, 'handle'],
    ],
  );
  assert.match(groups[0]!.by, /^route_ops at \+0$/);
  const specimen = censusSpecimen(cache, groups);
  assert.deepEqual(specimen.types, [
    { type: 'route', score: 20 / 32 },
    { type: 'handle', score: 12 / 32 },
  ]);
});

test('objects of zeros are of no type that can be told', () => {
  const made = miniKernel({ structs });
  made.slab(made.cache('empty', 128));
  const { kernel, objects, cache } = open(made);
  assert.deepEqual(
    splitByType(kernel, objects, cache).map((group) => [group.objects, group.type]),
    [[32, undefined]],
  );
});
