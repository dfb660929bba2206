import assert from 'node:assert/strict';
import test from 'node:test';
import type { Series } from '../model/evidence.ts';
import { replayOf } from './fixtures/hosts.ts';
import { look } from './look.ts';
import { populations } from './populations.ts';
import { counted } from './sources.ts';

async function populationsOf(ticks: readonly Record<string, string>[]): Promise<Map<string, Series>> {
  const looked = await look(replayOf(ticks), { seconds: 0 });
  return new Map(looked.series.flatMap((series) => (series.name === 'population_objects' ? [[series.labels['cache']!, series]] : [])));
}

test('the lab leak: rt6_stats counts ip6_dst_cache up while file-nr stays', async () => {
  const found = await populationsOf(
    [0x7, 0x7d7].map((entries) => ({
      '/proc/net/rt6_stats': `0009 0006 000a 0007 0000 ${entries.toString(16).padStart(4, '0')} 0000\n`,
      '/proc/sys/fs/file-nr': '633\t0\t2466160\n',
    })),
  );
  assert.deepEqual(found.get('ip6_dst_cache')!.values, [7, 2007]);
  assert.deepEqual(found.get('filp')!.values, [633, 633]);
  assert.match(found.get('ip6_dst_cache')!.labels['by']!, /rt6_stats/);
});

test('TCP sockets of both families are counted together: the IPv6 ones that are known are taken off', async () => {
  const sockstat = 'sockets: used 17\nTCP: inuse 1 orphan 0 tw 2 alloc 30 mem 243\nUDP: inuse 4 mem 0\n';
  const both = await populationsOf([{ '/proc/net/sockstat': sockstat, '/proc/net/sockstat6': 'TCP6: inuse 12\n' }]);
  assert.deepEqual([both.get('TCP')!.values[0], both.get('TCPv6')!.values[0], both.get('tw_sock_TCP')!.values[0]], [18, 12, 2]);
  const withoutIpv6 = await populationsOf([{ '/proc/net/sockstat': sockstat }]);
  assert.equal(withoutIpv6.get('TCP')!.values[0], 30);
  assert.equal(withoutIpv6.get('TCPv6'), undefined);
});

test('a counter this host has not gives no population, rather than an empty one', async () => {
  assert.equal((await populationsOf([{}])).size, 0);
});

test('every population names a source that is read, or one made for a table of /proc/net/stat', () => {
  const known = new Set([...counted.map(({ id }) => id), 'mountinfo', 'net-stat-rt_cache']);
  for (const { source, less } of populations) {
    assert.ok(known.has(source), source);
    if (less !== undefined) assert.ok(known.has(less.source), less.source);
  }
});
