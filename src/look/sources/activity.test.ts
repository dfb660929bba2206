import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { recorded, survivesAnything } from '../fixtures/texts.ts';
import { valueOf } from '../named.ts';
import { parseDentryState, parseInodeState } from './fs-state.ts';
import { parseKeyUsers } from './key-users.ts';
import { parseLoadavg } from './loadavg.ts';
import { parseMountinfo } from './mountinfo.ts';
import { netDev, parseNetDev } from './net-dev.ts';
import { netStat, parseNetStat } from './net-stat.ts';
import { parsePressure } from './pressure.ts';
import { parseProtocols, protocols } from './protocols.ts';
import { parseSoftnetStat } from './softnet-stat.ts';
import { parseStat } from './stat.ts';
import { parseSwaps, swaps } from './swaps.ts';

test('net/dev: 16 columns a device', () => {
  const value = parseNetDev(
    `${recorded('/proc/net/dev').split('\n').slice(0, 2).join('\n')}\n  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n`,
  );
  const found = netDev
    .keys(value)
    .flatMap((key, row) => (key === null ? [] : [`${key.labels['device']} ${key.labels['counter']} ${value.values[row]}`]));
  assert.deepEqual(found, [
    'eth0 rx_bytes 1',
    'eth0 rx_packets 2',
    'eth0 rx_errs 3',
    'eth0 rx_drop 4',
    'eth0 rx_multicast 8',
    'eth0 tx_bytes 9',
    'eth0 tx_packets 10',
    'eth0 tx_errs 11',
    'eth0 tx_drop 12',
  ]);
});

test('softnet_stat is summed over CPUs', () => {
  assert.deepEqual(
    [...parseSoftnetStat('00000011 00000002 00000000 00000000\n00002bfb 00000001 0000000a 00000000\n').values],
    [0x11 + 0x2bfb, 3, 10],
  );
});

test('net/stat: entries once, counters summed over CPUs', () => {
  const value = parseNetStat('entries  in_hit   in_slow_tot\n00000005 00000000 00000001\n00000005 00000002 0000000f\n');
  assert.deepEqual([...value.values], [5, 2, 16]);
  assert.deepEqual(
    netStat('rt_cache')
      .keys(value)
      .map((key) => key!.name),
    ['netstat_cache_entries', 'netstat_cache_total', 'netstat_cache_total'],
  );
});

test('dentry-state and inode-state', () => {
  assert.equal(valueOf(parseDentryState('18267\t16958\t45\t0\t4045\t0\n'), 'nr_negative'), 4045);
  assert.equal(valueOf(parseInodeState('14065\t27\t0\t0\t0\t0\t0\n'), 'nr_unused'), 27);
});

test('key-users are summed over users', () => {
  const value = parseKeyUsers('    0:     9 8/8 3/1000000 40/25000000\n 1000:     5 4/3 4/200 60/20000\n');
  assert.deepEqual([...value.values], [12, 11]);
});

test('loadavg: runnable and all tasks', () => {
  assert.deepEqual([...parseLoadavg('4.32 1.27 0.47 4/107 6900\n').values], [4, 107]);
});

test('stat: totals, and softirqs by name', () => {
  const value = parseStat(
    'cpu  1 2 3\ncpu0 1 2 3\nintr 428439 0 0 1\nctxt 851521\nbtime 1795559976\nprocesses 9066\nprocs_running 5\nsoftirq 211528 1 24891 4 10213 63129 6 7 58952 8 54335\n',
  );
  assert.deepEqual([valueOf(value, 'intr'), valueOf(value, 'ctxt'), valueOf(value, 'processes')], [428439, 851521, 9066]);
  assert.deepEqual([valueOf(value, 'softirq_NET_RX'), valueOf(value, 'softirq_RCU')], [10213, 54335]);
  assert.equal(valueOf(value, 'btime'), null);
});

test('pressure: microseconds become seconds', () => {
  const value = parsePressure('some avg10=0.00 avg60=0.00 avg300=0.00 total=2500000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=500\n');
  assert.deepEqual([valueOf(value, 'some'), valueOf(value, 'full')], [2.5, 0.0005]);
});

test('swaps: size and use of each, in bytes', () => {
  const value = parseSwaps(
    'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/sda2                               partition\t1000\t\t12\t\t-2\n',
  );
  assert.deepEqual([...value.values], [1_024_000, 12_288]);
  assert.equal(swaps.keys(value).length, 2);
});

test('mounts are counted as wc counts lines', () => {
  const text = recorded('/proc/mountinfo');
  assert.equal(valueOf(parseMountinfo(text), 'mounts'), Number(execFileSync('wc', ['-l'], { input: text, encoding: 'utf8' })));
});

test('protocols: sockets by the name of their cache; one that does not count is not a series', () => {
  const value = parseProtocols(
    'protocol  size sockets  memory press maxhdr  slab module\nUNIX-STREAM 1152     22      -1   NI       0   yes  kernel\nSMC 1 -1 -1 NI 0 yes smc\n',
  );
  assert.deepEqual([...value.names], ['UNIX-STREAM', 'SMC']);
  assert.deepEqual(protocols.keys(value), [{ name: 'sockets', labels: { protocol: 'UNIX-STREAM', state: 'protocol' } }, null]);
  assert.equal(value.values[0], 22);
});

test('any text gives a value or Malformed', () => {
  survivesAnything(parseNetDev, recorded('/proc/net/dev'));
  survivesAnything(parseSoftnetStat, recorded('/proc/net/softnet_stat'));
  survivesAnything(parseNetStat, recorded('/proc/net/stat/rt_cache'));
  survivesAnything(parseDentryState, recorded('/proc/sys/fs/dentry-state'));
  survivesAnything(parseInodeState, recorded('/proc/sys/fs/inode-state'));
  survivesAnything(parseKeyUsers, recorded('/proc/key-users'));
  survivesAnything(parseLoadavg, recorded('/proc/loadavg'));
  survivesAnything(parseStat, recorded('/proc/stat'));
  survivesAnything(parsePressure, recorded('/proc/pressure/memory'));
  survivesAnything(parseSwaps, recorded('/proc/swaps'));
  survivesAnything(parseMountinfo, recorded('/proc/mountinfo'));
  survivesAnything(parseProtocols, recorded('/proc/net/protocols'));
});
