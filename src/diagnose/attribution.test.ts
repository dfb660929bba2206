import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Series } from '../model/evidence.ts';
import { poisson, type Random, seeded } from '../statistics/random.ts';
import { attribute } from './attribution.ts';

const seconds = Array.from({ length: 61 }, (_, i) => i);
const aliases = ['filp', 'io_kiocb', 'ip6_dst_cache', 'posix_timers_cache'];

function population(alias: string, by: string, values: readonly (number | null)[]): Series {
  return { name: 'population_objects', labels: { cache: alias, by }, unit: 'objects', times: seconds, values };
}
const slab = (objects: readonly number[], lump = 16): Series => ({
  name: 'slab_active_objects',
  labels: { cache: 'filp' },
  unit: 'objects',
  times: seconds,
  values: objects.map((v) => 960 + Math.floor(v / lump) * lump),
});
function growing(random: Random, perSecond: number, from = 0): number[] {
  let total = from;
  return seconds.map((s) => (s === 0 ? total : (total += poisson(random, perSecond))));
}
const still = (random: Random, level: number): number[] => seconds.map(() => level + poisson(random, 2));
/** Read at the window's edges only. */
const edges = (values: readonly number[]): (number | null)[] => values.map((v, i) => (i === 0 || i === values.length - 1 ? v : null));
const codes = (split: { reasons: readonly { code: string }[] }): string[] => split.reasons.map(({ code }) => code);

test('routes grow with filp while open files stand still: the owner is ip6_dst_cache', () => {
  const random = seeded(1);
  const routes = growing(random, 131);
  const split = attribute({
    cache: 'filp',
    grown: slab(routes),
    aliases,
    lump: 16,
    populations: [population('filp', 'fs.file-nr', still(random, 900)), population('ip6_dst_cache', 'rt6_stats', routes)],
  });
  assert.equal(split.owner, 'ip6_dst_cache');
  assert.equal(split.basis, 'population');
  assert.deepEqual(codes(split), ['owner_by_population', 'population_spared']);
  assert.equal(split.attribution[0]!.alias, 'ip6_dst_cache');
  assert.ok(Math.abs(split.attribution[0]!.share - 1) < 0.02);
  assert.ok(split.unexplained_share! < 0.02);
});

test('populations read only at the edges of the window are enough', () => {
  const random = seeded(2);
  const routes = growing(random, 131);
  const split = attribute({
    cache: 'filp',
    grown: slab(routes),
    aliases,
    lump: 16,
    populations: [population('filp', 'fs.file-nr', edges(still(random, 900))), population('ip6_dst_cache', 'rt6_stats', edges(routes))],
  });
  assert.equal(split.owner, 'ip6_dst_cache');
});

test('all counted aliases stand still and one has no counter: that one, by elimination', () => {
  const random = seeded(3);
  const split = attribute({
    cache: 'filp',
    grown: slab(growing(random, 50)),
    aliases: ['filp', 'posix_timers_cache', 'ip6_dst_cache'],
    lump: 16,
    populations: [
      population('filp', 'fs.file-nr', still(random, 900)),
      population('posix_timers_cache', '/proc/*/timers', edges(still(random, 4))),
    ],
  });
  assert.equal(split.owner, 'ip6_dst_cache');
  assert.equal(split.basis, 'elimination');
  assert.ok(split.unexplained_share! > 0.9);
});

test('with two aliases that nobody counts it cannot be said', () => {
  const random = seeded(4);
  const split = attribute({
    cache: 'filp',
    grown: slab(growing(random, 50)),
    aliases,
    lump: 16,
    populations: [population('filp', 'fs.file-nr', still(random, 900))],
  });
  assert.equal(split.owner, null);
  assert.deepEqual(codes(split), ['owner_unknown', 'population_spared', 'unexplained_share']);
});

test('growth shared by halves has no owner, and both shares are shown', () => {
  const random = seeded(5);
  const files = growing(random, 60, 900);
  const routes = growing(random, 60);
  const split = attribute({
    cache: 'filp',
    grown: slab(files.map((v, i) => v + routes[i]!)),
    aliases: ['filp', 'ip6_dst_cache'],
    lump: 16,
    populations: [population('filp', 'fs.file-nr', files), population('ip6_dst_cache', 'rt6_stats', routes)],
  });
  assert.equal(split.owner, null);
  for (const { share } of split.attribution) assert.ok(Math.abs(share - 0.5) < 0.1);
  assert.ok(split.unexplained_share! < 0.05);
});

test('three tenths held by files, seven tenths by none that is counted: files are not the owner', () => {
  const random = seeded(6);
  const files = growing(random, 30, 900);
  const hidden = growing(random, 70);
  const split = attribute({
    cache: 'filp',
    grown: slab(files.map((v, i) => v + hidden[i]!)),
    aliases: ['filp', 'ip6_dst_cache'],
    lump: 16,
    populations: [population('filp', 'fs.file-nr', files)],
  });
  assert.equal(split.owner, null);
  assert.ok(Math.abs(split.unexplained_share! - 0.7) < 0.1);
});

test('an unmerged cache owns its growth, though its own counter may not know of it', () => {
  const random = seeded(7);
  const one = { cache: 'nf_conntrack', aliases: ['nf_conntrack'], grown: slab(growing(random, 50)), lump: 16 };
  const unseen = attribute({ ...one, populations: [population('nf_conntrack', 'nf_conntrack_count', still(random, 40))] });
  assert.equal(unseen.owner, 'nf_conntrack');
  assert.equal(unseen.basis, 'unmerged');
  assert.deepEqual(codes(unseen), ['owner_not_counted', 'unexplained_share']);
  assert.equal(attribute({ ...one, populations: [] }).unexplained_share, null);
});

test('a population that grows while the cache does not is accounting', () => {
  const random = seeded(8);
  const split = attribute({
    cache: 'filp',
    grown: slab(seconds.map(() => 0)),
    aliases,
    lump: 16,
    populations: [population('filp', 'fs.file-nr', growing(random, 20, 900))],
  });
  assert.equal(split.accounting, true);
  assert.deepEqual(codes(split), ['population_unseen']);
  assert.equal(split.owner, null);
});

test('the lumps of a slow leak do not hide its owner', () => {
  let named = 0;
  for (let run = 0; run < 20; run++) {
    const random = seeded(50 + run);
    const routes = growing(random, 3);
    const split = attribute({
      cache: 'filp',
      grown: slab(routes),
      aliases,
      lump: 16,
      populations: [population('filp', 'fs.file-nr', still(random, 900)), population('ip6_dst_cache', 'rt6_stats', routes)],
    });
    if (split.owner === 'ip6_dst_cache') named++;
    else assert.equal(split.owner, null);
  }
  assert.ok(named >= 18, `${named} of 20`);
});

test('populations of other caches are left out', () => {
  const random = seeded(9);
  const routes = growing(random, 131);
  const split = attribute({
    cache: 'filp',
    grown: slab(routes),
    aliases,
    lump: 16,
    populations: [population('dentry', 'dentry-state', routes)],
  });
  assert.deepEqual(split.attribution, []);
  assert.equal(split.unexplained_share, null);
});
