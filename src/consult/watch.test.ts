/** The live view's questions, asked of a recorded machine: what it should find is read off the recording by hand. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { fakeHost } from '../ask/fixtures/hosts.ts';
import type { Host } from '../host/host.ts';
import { openHost } from '../host/open.ts';
import { type Moment, type Watch, watch } from './watch.ts';

const example = (name: string): Promise<Host> => openHost(`${import.meta.dirname}/../../examples/${name}.kmai`);

/** Active objects of a cache, as /proc/slabinfo says right now. */
function active(host: Host, cache: string): number {
  const text = host.read('/proc/slabinfo');
  assert.ok(text.ok);
  return Number(new RegExp(`^${cache} +(\\d+)`, 'm').exec(text.value)![1]);
}

interface Watched {
  readonly watching: Watch;
  readonly looks: number;
  readonly last: Moment;
  /** [unix seconds, objects] of the cache at the first and at the last look */
  readonly ends: readonly [readonly [number, number], readonly [number, number]];
  /** Counters that were ever said to drive it. */
  readonly drivers: ReadonlySet<string>;
}

/** Looks at each sample of a recording, as the view does, and follows one cache. */
async function watchAll(host: Host, cache: string): Promise<Watched> {
  const watching = watch(host);
  const drivers = new Set<string>();
  const ends: [number, number][] = [];
  let last: Moment;
  let looks = 0;
  do {
    last = watching.look([cache, 'dentry', 'kmalloc-64']);
    if (looks++ === 0) watching.follow(cache);
    const driver = last.followed?.driver;
    if (driver !== undefined && driver !== null) drivers.add(driver.counter);
    ends.push([last.time, active(host, cache)]);
  } while (await host.clock.wait(1));
  return { watching, looks, last, ends: [ends[0]!, ends.at(-1)!], drivers };
}

test('a leak in a merged cache is judged, and told by the alias that grows', async () => {
  const { watching, looks, last, ends, drivers } = await watchAll(await example('ipv6-suppress'), 'filp');
  assert.deepEqual([watching.hostname, watching.release], ['azure-b1s', '6.1.0-56-cloud-amd64']);
  assert.equal(looks, 61);
  const [[start, before], [end, after]] = ends;
  const pace = (after - before) / (end - start);

  const row = last.caches.find(({ name }) => name === 'filp')!;
  assert.equal(row.active, after);
  assert.ok(Math.abs(row.pace! - pace) < 1e-9);
  assert.ok(row.aliases?.includes('ip6_dst_cache'));
  assert.deepEqual(watching.history('filp', 3).at(-1), after);
  assert.equal(last.watched, end - start);
  assert.deepEqual(last.unavailable, []);
  const { parts, total_bytes: total } = last.ledger!;
  assert.ok(parts.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0) <= total * 1.001);

  const growth = watching.growth('filp')!;
  assert.equal(growth.certain, true);
  assert.equal(growth.owner, 'ip6_dst_cache');
  assert.ok(Math.abs(growth.rate - pace) < 0.1 * pace, `${growth.rate} objects/s, ${pace} from the first reading to the last`);
  assert.ok(growth.interval95![0] < pace && pace < growth.interval95![1]);
  assert.equal(growth.bytesPerSecond, growth.rate * 256);
  assert.equal(watching.growth('dentry')?.certain ?? false, false);

  const own = last.followed!.populations.find(({ alias }) => alias === 'ip6_dst_cache')!;
  assert.match(own.by, /rt6_stats/);
  assert.ok(Math.abs(own.rate! - pace) < 0.1 * pace);
  // In so short a time other counters of the same packets may go along with it as well; the packets' own must be among them.
  for (const counter of drivers) assert.match(counter, /Ip6|Udp6|Icmp6/);
  watching.follow(null);
  assert.equal(watching.look([]).followed, null);
  await watching.close();
});

test('files that a process holds are named with the process', async () => {
  const { watching, last, ends } = await watchAll(await example('held-files'), 'filp');
  const [[start, before], [end, after]] = ends;
  const growth = watching.growth('filp')!;
  assert.equal(growth.certain, true);
  assert.ok(Math.abs(growth.rate - (after - before) / (end - start)) < 0.1 * growth.rate);
  // A recording has what processes hold at its ends only: what `hold` held at the start stands there, out of the objects there were.
  const [holder] = last.followed!.holders!;
  assert.deepEqual([holder!.comm, holder!.what], ['hold', 'files']);
  assert.ok(holder!.count > 1000 && holder!.count <= before, `${holder!.count} of ${before}`);
  await watching.close();
});

/** A machine whose one cache has as many objects as `objects` says. */
function machine(objects: () => number, now: () => number, files: Readonly<Record<string, string>> = {}): Host {
  const header = 'slabinfo - version: 2.1\n# name <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>\n';
  return {
    ...fakeHost({}),
    clock: { now, wait: () => Promise.resolve(true) },
    read(path) {
      const n = objects();
      const row = `node ${n} ${n} 64 64 1 : tunables 0 0 0 : slabdata ${Math.ceil(n / 64)} ${Math.ceil(n / 64)} 0\n`;
      return fakeHost({ files: { '/proc/slabinfo': header + row, ...files } }).read(path);
    },
  };
}

test('it looks back on two minutes and no further, however long it runs', () => {
  let time = 0;
  const watching = watch(
    machine(
      () => 640 + time,
      () => 1000 + time,
    ),
  );
  let last = watching.look([]);
  for (time = 1; time < 500; time++) last = watching.look([]);
  assert.equal(last.watched, 499);
  const history = watching.history('node', 1000);
  assert.equal(history.length, 120);
  assert.deepEqual([history[0], history.at(-1)], [640 + 380, 640 + 499]);
  assert.equal(last.caches[0]!.pace, 1); // over what is kept
});

test('only what is on the screen is judged', () => {
  let time = 0;
  const watching = watch(
    machine(
      () => 640 + 7 * time,
      () => 1000 + time,
    ),
  );
  for (; time < 30; time++) watching.look([]);
  assert.equal(watching.growth('node'), null);
  for (; time < 40; time++) watching.look(['node']);
  const growth = watching.growth('node')!;
  assert.deepEqual([growth.rate, growth.certain, growth.owner], [7, true, null]);
});

test('without slabinfo there are no caches, and the reason is given', () => {
  const watching = watch({ ...fakeHost({}), clock: { now: () => 1, wait: () => Promise.resolve(true) } });
  const { caches, unavailable, ledger } = watching.look(['filp']);
  assert.deepEqual(caches, []);
  assert.equal(ledger, null);
  assert.deepEqual(
    unavailable.map(({ what, reason }) => [what, reason]),
    [['/proc/slabinfo', 'absent']],
  );
});
