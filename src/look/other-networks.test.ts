import assert from 'node:assert/strict';
import test from 'node:test';
import { replayOf } from './fixtures/hosts.ts';
import { look } from './look.ts';

const stat = (pid: number): string => `${pid} (x) S 1 1 1 0 -1 4194560 0 0 0 0 1 2 0 0 20 0 3 0 ${pid} 1000000 100 0 1 1 0\n`;
const rt6 = (entries: string): string => `0009 0006 000a 0007 0000 ${entries} 0000\n`;

test('destinations that a container leaks are counted through a process of its namespace, each namespace once', async () => {
  const tick = (ours: string, theirs: string): Record<string, string> => ({
    '/proc/net/rt6_stats': rt6(ours),
    '/proc/5/stat': stat(5),
    '/proc/5/net/rt6_stats': rt6(ours),
    '/proc/6/stat': stat(6),
    '/proc/6/net/rt6_stats': rt6(theirs),
    '/proc/7/stat': stat(7),
    '/proc/7/net/rt6_stats': rt6(theirs),
  });
  const links = { '/proc/self/ns/net': 'net:[1]', '/proc/5/ns/net': 'net:[1]', '/proc/6/ns/net': 'net:[2]', '/proc/7/ns/net': 'net:[2]' };
  const looked = await look(replayOf([tick('0007', '0010'), tick('0007', '0110')], links), { seconds: 0 });
  const found = looked.series.filter(({ name, labels }) => name === 'population_objects' && labels['cache'] === 'ip6_dst_cache');
  assert.deepEqual(
    found.map(({ labels, values }) => [labels['by'], values]),
    [
      ['/proc/net/rt6_stats dst_entries', [7, 7]],
      ['/proc/PID/net/rt6_stats dst_entries of other network namespaces', [16, 272]],
    ],
  );
});
