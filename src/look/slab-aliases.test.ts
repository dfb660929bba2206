import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { liveHost } from '../host/live.ts';
import { replayOf } from './fixtures/hosts.ts';
import { parseSlabinfo } from './sources/slabinfo.ts';
import { readAliasGroups, readCaches } from './slab-aliases.ts';

const head = 'slabinfo - version: 2.1\n# name\n';
const filp = parseSlabinfo(`${head}filp 100 112 256 16 1 : tunables 0 0 0 : slabdata 7 7 0\n`);
const group = '/sys/kernel/slab/:A-0000256';

test('all names of a merged cache are found under the one slabinfo shows', () => {
  const host = replayOf(
    [
      {
        [`${group}/slab_size`]: '256\n',
        [`${group}/reclaim_account`]: '0\n',
        [`${group}/red_zone`]: '1\n',
        '/sys/kernel/slab/task_struct/slab_size': '9000\n',
      },
    ],
    {
      '/sys/kernel/slab/ip6_dst_cache': ':A-0000256',
      '/sys/kernel/slab/filp': ':A-0000256',
      '/sys/kernel/slab/io_kiocb': '../slab/:A-0000256',
    },
  );
  const caches = readCaches(host, filp);
  assert.ok(caches.ok);
  assert.deepEqual(caches.value, [
    {
      kind: 'cache',
      name: 'filp',
      aliases: ['filp', 'io_kiocb', 'ip6_dst_cache'],
      object_size: 256,
      objects: 112,
      slabs: 7,
      objects_per_slab: 16,
      flags: ['red_zone'],
      reclaimable: false,
    },
    { kind: 'cache', name: 'task_struct', aliases: ['task_struct'], object_size: 9000, objects: null, slabs: null },
  ]);
});

test('without sysfs the aliases are unknown, not none', () => {
  const caches = readCaches(replayOf([{}]), filp);
  assert.ok(!caches.ok);
  assert.equal(caches.unavailable.reason, 'absent');
  assert.match(caches.unavailable.help, /CONFIG_SLUB/);
});

test('the groups of this machine are those find sees', (t) => {
  const groups = readAliasGroups(liveHost());
  if (!groups.ok) return t.skip(groups.unavailable.detail);
  const links = execFileSync('find', ['/sys/kernel/slab', '-maxdepth', '1', '-type', 'l', '-printf', '%l %f\n'], { encoding: 'utf8' });
  const merged = groups.value
    .filter(({ folder }) => folder.startsWith(':'))
    .flatMap(({ folder, names }) => names.map((name) => `${folder} ${name}`));
  assert.deepEqual(merged.toSorted(), links.trimEnd().split('\n').toSorted());
});
