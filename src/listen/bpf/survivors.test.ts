import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bpf } from '../../host/bpf.ts';
import { type Maps, record, RECORD_BYTES } from './maps.ts';
import { readSites } from './survivors.ts';

const maps: Maps = { live: 1, sites: 2, stacks: 3, paths: 4, counts: 5, recordBytes: RECORD_BYTES };

/** The maps as the programs leave them: sites with their allocations, and for each survivor its site and when it was made. */
function left(sites: readonly (readonly [site: number, allocated: number])[], survivors: readonly (readonly [site: number, at: number])[]) {
  const sizes = { [maps.sites]: sites.length, [maps.live]: survivors.length };
  const batches: Bpf['batches'] = (map, keyBytes, valueBytes, each) => {
    const keys = Buffer.alloc(keyBytes * sizes[map]!);
    const values = Buffer.alloc(valueBytes * sizes[map]!);
    if (map === maps.sites)
      for (const [index, [site, allocated]] of sites.entries()) {
        keys.writeBigUInt64LE(BigInt(site), index * keyBytes);
        values.writeBigUInt64LE(BigInt(allocated), index * valueBytes);
      }
    else
      for (const [index, [site, at]] of survivors.entries()) {
        values.writeBigUInt64LE(BigInt(at * 1e9), index * valueBytes + record.time);
        values.writeBigUInt64LE(BigInt(site), index * valueBytes + record.site);
        values.writeUInt16LE(1, index * valueBytes + record.weight);
      }
    each(keys, values, sizes[map]!);
  };
  return { batches, lookup: () => undefined } as unknown as Bpf;
}

test('survivors are counted by their site and by the part of the window they were made in', () => {
  const bpf = left(
    [
      [7, 5],
      [9, 4],
    ],
    [
      [7, 100],
      [7, 107],
      [9, 103],
    ],
  );
  const { sites, uncounted } = readSites(bpf, maps, { start: 100, end: 108 }, undefined);
  assert.deepEqual(
    sites.map(({ allocated, outstanding, byAge, oldestSeconds }) => ({ allocated, outstanding, byAge, oldestSeconds })),
    [
      { allocated: 5, outstanding: 2, byAge: [1, 0, 0, 0, 0, 0, 0, 1], oldestSeconds: 8 },
      { allocated: 4, outstanding: 1, byAge: [0, 0, 0, 1, 0, 0, 0, 0], oldestSeconds: 5 },
    ],
  );
  assert.equal(uncounted, 0);
});

test('survivors of a site that found no room among the sites are told all the same, and that the site is not counted', () => {
  const bpf = left(
    [[7, 3]],
    [
      [7, 101],
      [11, 102],
      [11, 103],
    ],
  );
  const { sites, uncounted } = readSites(bpf, maps, { start: 100, end: 108 }, undefined);
  assert.deepEqual(
    sites.map(({ allocated, outstanding }) => [allocated, outstanding]),
    [
      [3, 1],
      [2, 2],
    ],
  );
  assert.equal(uncounted, 1);
});
