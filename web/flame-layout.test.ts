import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eachVisible, flameOf, neighbour, nodeAt, searchFlame } from './flame-layout.ts';

const flame = flameOf(
  [
    { frames: ['entry', 'open', 'alloc'], weight: 30 },
    { frames: ['entry', 'open'], weight: 10 },
    { frames: ['entry', 'dup'], weight: 20 },
    { frames: ['irq', 'alloc'], weight: 40 },
    { frames: ['irq', 'nothing'], weight: 0 },
  ],
  'filp',
);
const named = (node: number): string => flame.names[flame.name[node]!]!;

test('paths with a common beginning share it, and weigh what they weigh together', () => {
  assert.deepEqual(
    Array.from(flame.name, (_, node) => [named(node), flame.weight[node], flame.start[node], flame.depth[node]]),
    [
      ['filp', 100, 0, 0],
      ['entry', 60, 0, 1],
      ['open', 40, 0, 2],
      ['alloc', 30, 0, 3],
      ['dup', 20, 40, 2],
      ['irq', 40, 60, 1],
      ['alloc', 40, 60, 2],
    ],
  );
});

test('zoomed in, a node fills the width, and its callers stand below it', () => {
  const seen: [string, number, number][] = [];
  eachVisible(flame, 2, 400, 1, (node, x, wide) => seen.push([named(node), x, wide]));
  assert.deepEqual(seen, [
    ['entry', 0, 400],
    ['filp', 0, 400],
    ['open', 0, 400],
    ['alloc', 0, 300],
  ]);
});

test('what is narrower than asked is left out with all that is above it', () => {
  const seen: string[] = [];
  eachVisible(flame, 0, 100, 25, (node) => seen.push(named(node)));
  assert.deepEqual(seen, ['filp', 'entry', 'open', 'alloc', 'irq', 'alloc']);
});

test('a place finds its node', () => {
  assert.equal(named(nodeAt(flame, 0, 100, 50, 2)), 'dup');
  assert.equal(nodeAt(flame, 0, 100, 50, 3), -1);
});

test('a search counts nested finds once', () => {
  assert.deepEqual([searchFlame(flame, 'ALLOC').nodes, searchFlame(flame, 'alloc').weight], [2, 70]);
  const nested = flameOf([{ frames: ['a', 'b', 'a'], weight: 5 }], 'root');
  assert.deepEqual([searchFlame(nested, 'a').nodes, searchFlame(nested, 'a').weight], [2, 5]);
  assert.equal(searchFlame(flame, ' ').nodes, 0);
});

test('arrow keys walk the tree and stop at its edges', () => {
  assert.equal(named(neighbour(flame, 0, 'child')), 'entry');
  assert.equal(named(neighbour(flame, 1, 'next')), 'irq');
  assert.equal(named(neighbour(flame, 5, 'previous')), 'entry');
  assert.equal(named(neighbour(flame, 3, 'child')), 'alloc');
  assert.equal(neighbour(flame, 0, 'parent'), 0);
  assert.equal(neighbour(flame, 5, 'next'), 5);
});

test('children lie within their parent and beside each other, whatever the paths', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ frames: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 }), weight: fc.integer({ min: 0, max: 100 }) })),
      (paths) => {
        const tree = flameOf(paths, 'r');
        for (let node = 1; node < tree.name.length; node++) {
          const parent = tree.parent[node]!;
          assert.ok(tree.start[node]! >= tree.start[parent]! && tree.end[node]! <= tree.end[parent]!);
          assert.ok(tree.start[node]! + tree.weight[node]! <= tree.start[parent]! + tree.weight[parent]!);
        }
        assert.equal(
          tree.weight[0],
          paths.reduce((sum, { weight }) => sum + weight, 0),
        );
      },
    ),
  );
});

test('a call path of a hundred thousand frames is no trouble', () => {
  const deep = flameOf([{ frames: Array.from({ length: 100_000 }, (_, i) => `f${i}`), weight: 1 }], 'root');
  assert.equal(deep.depths, 100_001);
  assert.equal(deep.end[0], 100_001);
});
