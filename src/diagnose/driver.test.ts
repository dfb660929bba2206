import assert from 'node:assert/strict';
import { test } from 'node:test';
import { familyOf } from '../kernel/families.ts';
import type { Series } from '../model/evidence.ts';
import { gaussian, poisson, type Random, seeded } from '../statistics/random.ts';
import { driverOf } from './driver.ts';
import { simpleRatio } from './pace.ts';

const seconds = Array.from({ length: 61 }, (_, i) => i);

function series(name: string, labels: Series['labels'], values: readonly (number | null)[]): Series {
  return { name, labels, unit: name.endsWith('_total') ? 'events' : 'objects', times: seconds.map((s) => 1e9 + s), values };
}
const counter = (name: string, values: readonly number[]): Series => series('snmp_total', { counter: name }, values);
const vmstat = (name: string, values: readonly number[]): Series => series('vmstat_total', { counter: name }, values);

/** Events a second → the counter. */
function counted(perSecond: (second: number) => number): number[] {
  let total = 5000;
  return seconds.map((s) => (s === 0 ? total : (total += perSecond(s))));
}
const times = (values: readonly number[], factor: number): number[] => values.map((v) => Math.round(factor * (v - 5000)));
const slab = (objects: readonly number[], lump: number): Series =>
  series(
    'slab_active_objects',
    { cache: 'filp' },
    objects.map((v) => 16_000 + Math.floor(v / lump) * lump),
  );

const noisy = (random: Random, perSecond: number): number[] =>
  counted(() => Math.max(0, Math.round(perSecond * (1 + 0.3 * gaussian(random)))));

test('one object per packet of Poisson traffic is found among counters of everything', () => {
  const random = seeded(1);
  const packets = counted(() => poisson(random, 131));
  const found = driverOf(
    slab(times(packets, 1), 16),
    [
      vmstat('pgfault', noisy(random, 5000)),
      series('stat_total', { counter: 'ctxt' }, noisy(random, 9000)),
      counter('TcpInSegs', noisy(random, 140)),
      counter('Ip6InReceives', packets),
      counter('Ip6InOctets', times(packets, 100)),
    ],
    { lump: 16, family: familyOf('ip6_dst_cache') },
  );
  assert.equal(found?.counter, 'Ip6InReceives');
  assert.equal(found.simple_ratio, '1');
  assert.ok(found.interval95[0] <= 1 && 1 <= found.interval95[1]);
  assert.ok(found.interval95[1] - found.interval95[0] < 0.05, String(found.interval95));
  assert.ok(!found.indistinguishable?.includes('pgfault'));
  assert.ok(!found.indistinguishable?.includes('TcpInSegs'));
});

test('in bursts the growth follows the counter, and the others fall away', () => {
  const random = seeded(2);
  const packets = counted((s) => (s % 20 < 5 ? poisson(random, 400) : poisson(random, 5)));
  const found = driverOf(
    slab(times(packets, 1), 16),
    [counter('Ip6InReceives', packets), counter('IpInReceives', noisy(random, 110)), vmstat('pgfault', noisy(random, 900))],
    { lump: 16 },
  );
  assert.equal(found?.counter, 'Ip6InReceives');
  assert.equal(found.basis, 'variation');
  assert.equal(found.indistinguishable, undefined);
  assert.ok(found.r2 > 0.95);
});

test('one object in three packets is a third', () => {
  const random = seeded(3);
  const packets = counted((s) => poisson(random, s % 15 < 7 ? 300 : 30));
  const found = driverOf(slab(times(packets, 1 / 3), 8), [counter('Ip6InReceives', packets)], { lump: 8 });
  assert.equal(found?.simple_ratio, '1/3');
});

test('packets that move together are reported as a set, bytes never first', () => {
  const random = seeded(4);
  const packets = counted((s) => poisson(random, s % 15 < 7 ? 300 : 30));
  const found = driverOf(
    slab(times(packets, 1), 16),
    [
      counter('Ip6InOctets', times(packets, 64)),
      series('netdev_total', { device: 'eth0', counter: 'rx_packets' }, packets),
      counter('Ip6InReceives', packets),
      counter('Ip6InDelivers', packets),
    ],
    { lump: 16, family: ['Ip6'] },
  );
  assert.ok(found?.counter === 'Ip6InReceives' || found?.counter === 'Ip6InDelivers');
  assert.equal(found.kin, true);
  const others = found.indistinguishable ?? [];
  assert.ok(others.includes('eth0 rx_packets') && others.includes('Ip6InOctets'));
  assert.equal(others.length, 3);
});

test('at a constant pace the simple ratio decides, and it says that it is only that', () => {
  const packets = counted(() => 100);
  const found = driverOf(
    slab(times(packets, 1), 16),
    [
      counter(
        'TcpInSegs',
        counted(() => 143),
      ),
      counter('Ip6InReceives', packets),
      series(
        'stat_total',
        { counter: 'ctxt' },
        counted(() => 100),
      ),
    ],
    { lump: 16, family: familyOf('ip6_dst_cache') },
  );
  assert.equal(found?.counter, 'Ip6InReceives');
  assert.equal(found.basis, 'ratio');
  assert.equal(found.r2, 0);
  assert.deepEqual(found.indistinguishable?.toSorted(), ['TcpInSegs', 'ctxt']);
});

test('kin goes before a stranger with the same ratio', () => {
  const packets = counted(() => 100);
  const both = [counter('IpInReceives', packets), counter('Ip6InReceives', packets)];
  assert.equal(driverOf(slab(times(packets, 1), 16), both, { lump: 16, family: familyOf('ip6_dst_cache') })?.counter, 'Ip6InReceives');
});

test('kinship bears more noise than a stranger does', () => {
  const random = seeded(7);
  const packets = counted(() => 100);
  const grown = slab(
    times(packets, 1).map((v) => v + Math.round(100 * gaussian(random))),
    16,
  );
  const found = driverOf(grown, [counter('Ip6InReceives', packets)], { lump: 16, family: ['Ip6'] });
  assert.equal(found?.basis, 'ratio');
  assert.equal(found.kin, true);
  assert.equal(driverOf(grown, [counter('TcpInSegs', packets)], { lump: 16, family: ['Ip6'] }), null);
});

test('a constant growth that no counter matches by a simple ratio has no driver', () => {
  const grown = slab(
    times(
      counted(() => 100),
      1,
    ),
    16,
  );
  const counters = [
    vmstat(
      'pgfault',
      counted(() => 731),
    ),
    counter(
      'IpInReceives',
      counted(() => 57),
    ),
  ];
  assert.equal(driverOf(grown, counters, { lump: 16 }), null);
});

test('growth that has nothing to do with any counter has no driver', () => {
  let named = 0;
  for (let run = 0; run < 50; run++) {
    const random = seeded(100 + run);
    const grown = slab(
      times(
        counted(() => poisson(random, 50)),
        1,
      ),
      16,
    );
    const counters = Array.from({ length: 60 }, (_, i) => counter(`C${i}`, noisy(random, 3 + i * i)));
    if (driverOf(grown, counters, { lump: 16 }) !== null) named++;
  }
  // A counter of about 50 events a second that happens to be steady may be taken for one.
  assert.ok(named <= 2, `${named} of 50`);
});

test('a counter with few events, a gauge, and what counts the growth itself are no drivers', () => {
  const random = seeded(5);
  const packets = counted((s) => poisson(random, s % 15 < 7 ? 300 : 30));
  const grown = slab(times(packets, 1), 16);
  assert.equal(
    driverOf(
      grown,
      [
        counter(
          'Ip6OutMcastPkts',
          counted((s) => (s % 10 === 0 ? 1 : 0)),
        ),
      ],
      { lump: 16 },
    ),
    null,
  );
  assert.equal(driverOf(grown, [series('sockets', { protocol: 'TCP' }, packets)], { lump: 16 }), null);
  assert.equal(driverOf(grown, [vmstat('pgalloc_normal', packets)], { lump: 16 }), null);
});

test('a series that didn’t grow has no driver', () => {
  const packets = counted(() => 100);
  assert.equal(
    driverOf(
      slab(
        seconds.map(() => 0),
        16,
      ),
      [counter('Ip6InReceives', packets)],
      { lump: 16 },
    ),
    null,
  );
});

test('events beside a constant pace: the ratio is that of the events alone', () => {
  const random = seeded(6);
  const packets = counted((s) => poisson(random, s % 15 < 7 ? 300 : 30));
  const found = driverOf(
    slab(
      packets.map((v, i) => v - 5000 + 200 * i),
      16,
    ),
    [counter('Ip6InReceives', packets)],
    { lump: 16 },
  );
  assert.ok(found !== null && Math.abs(found.objects_per_event - 1) < 0.05, String(found?.objects_per_event));
});

test('a ratio is simple only if its interval leaves no room for chance', () => {
  assert.equal(simpleRatio(1.002, [0.99, 1.01]), '1');
  assert.equal(simpleRatio(0.334, [0.33, 0.34]), '1/3');
  assert.equal(simpleRatio(2.01, [1.95, 2.05]), '2');
  assert.equal(simpleRatio(1.02, [0.5, 1.5]), null);
  assert.equal(simpleRatio(0.0123, [0.0122, 0.0124]), null);
  assert.equal(simpleRatio(1.3, [1.29, 1.31]), null);
});
