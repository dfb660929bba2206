/**
 * Dumps of the lab's other leaks (`npm run lab -- dump chain|rcu-one-in-ten|pages-order-3 …`, `dump … --live`,
 * `dump idle --burst lab/dumps/held.sh`): what is lost is what the module counted, and nothing else is.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Specimen } from '../../src/model/evidence.ts';
import { examineOrphans } from '../../src/touch/examine.ts';
import { examinePages } from '../../src/touch/examine-pages.ts';
import { type Core, openCore, readSlabs } from '../../src/touch/vmcore.ts';

const folder = join(process.env['KMAI_LAB_CACHE'] ?? join(import.meta.dirname, '../../.cache/lab'), 'dumps');
const dumps = existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'memory.kdump'))) : [];
const truthOf = (name: string): ReadonlyMap<string, number> =>
  new Map(
    [...readFileSync(join(folder, name, 'truth'), 'latin1').matchAll(/^(\w+) (\d+)\r?$/gm)].map(([, what, count]) => [
      what!,
      Number(count),
    ]),
  );

async function open(name: string, memory?: number): Promise<Core> {
  const opened = await openCore(join(folder, name, 'memory.kdump'), memory);
  assert.ok(opened.ok);
  return opened.value;
}

function lostBy(specimens: readonly Specimen[]): ReadonlyMap<string, number> {
  return new Map(specimens.flatMap((one) => (one.kind === 'orphans' ? [[one.cache, one.unreachable] as const] : [])));
}

const elsewhere = (lost: ReadonlyMap<string, number>, cache: string): number =>
  [...lost].reduce((sum, [name, count]) => sum + (name === cache ? 0 : count), 0);

if (dumps.length === 0) test('dumps of the lab', (t) => t.skip(`no dumps in ${folder}: npm run lab -- dump chain`));

for (const name of dumps) {
  const truth = truthOf(name);
  if (name.startsWith('chain'))
    test(`${name}: every object of a list whose head is forgotten is unreachable, the list that is being made is not`, async () => {
      const lost = lostBy((await examineOrphans(await open(name), undefined, () => {})).specimens);
      assert.equal(lost.get('lab_route'), 64 * truth.get('chains')!);
      assert.ok(elsewhere(lost, 'lab_route') <= 10);
    });

  if (name.startsWith('rcu'))
    test(`${name}: of ten objects the nine that are freed after a grace period are not lost`, async () => {
      const lost = lostBy((await examineOrphans(await open(name), undefined, () => {})).specimens);
      assert.equal(lost.get('lab_route'), truth.get('rcu'));
      assert.ok(elsewhere(lost, 'lab_route') <= 10);
    });

  if (name.startsWith('held-6')) {
    /** Objects that are lost and may be taken for held: live stacks have stale pointers. The other way round none may be. */
    const onlyWhatIsLost = (specimens: readonly Specimen[], missed = 0): void => {
      const lost = lostBy(specimens);
      for (const place of ['stack', 'rcu', 'kfree', 'percpu']) {
        const expected = truth.get(`held_${place}_lost`)!;
        assert.ok(expected > 100 && truth.get(`held_${place}`)! > expected);
        const told = lost.get(`lab_held_${place}`)!;
        assert.ok(told <= expected && told >= expected - missed, `${place}: ${told} called lost, ${expected} are`);
      }
      // Of the per-CPU pointers some are in the first chunk and some in one from vmalloc().
      assert.ok(truth.get('held_percpu_vmalloc')! > 0 && truth.get('held_percpu_vmalloc')! < truth.get('held_percpu')!);
      const others = [...lost].filter(([cache]) => !cache.startsWith('lab_held_'));
      assert.ok(others.reduce((sum, [, count]) => sum + count, 0) <= 10, others.join(' '));
    };
    test(`${name}: what only a stack, RCU or per-CPU memory holds is not lost; what lies among it is`, async () => {
      const core = await open(name);
      const { specimens } = await examineOrphans(core, undefined, () => {});
      onlyWhatIsLost(specimens);
      // Those that wait for kfree_rcu() come and go; that some waited when the guest was stopped is for the dump to show.
      const { caches, objects } = readSlabs(core);
      const later = caches.find((cache) => cache.name === 'lab_held_kfree')!;
      assert.ok(objects.perCache[later.index]!.allocated > 13 + truth.get('held_kfree_lost')!);
    });

    test(`${name}: the same in so little memory that no pointer is kept`, async () => {
      onlyWhatIsLost((await examineOrphans(await open(name, 2 ** 21), undefined, () => {})).specimens);
    });

    const live = join(folder, name, 'live-orphans.json');
    if (existsSync(live))
      test(`${name}: the same of live memory`, () => {
        onlyWhatIsLost((JSON.parse(readFileSync(live, 'utf8')) as { readonly specimens: readonly Specimen[] }).specimens, 2);
      });
  }

  test(`${name}: the kinds of pages sum to what the zones have, without the reserved ones to MemTotal`, async () => {
    const { specimens } = await examinePages(await open(name), () => {});
    const [pages] = specimens;
    assert.ok(pages?.kind === 'pages');
    const of = (id: string): number => pages.parts.find((part) => part.id === id)?.pages ?? 0;
    const sum = pages.parts.reduce((total, part) => total + part.pages, 0);
    assert.equal(sum, pages.present);
    const total = /MemTotal: +(\d+) kB/.exec(readFileSync(join(folder, name, 'meminfo'), 'latin1'))![1];
    assert.equal((sum - of('reserved')) * 4, Number(total));
    assert.equal(of('unknown'), 0);
    // 16 KiB of kmalloc are a block of order 2.
    const order = name.startsWith('large-kmalloc') ? '2' : /^pages-order-(\d)/.exec(name)?.[1];
    if (order === undefined) return assert.ok(pages.unowned.pages < 256, `${pages.unowned.pages} pages without an owner`);
    const lost = truth.get(order === '2' ? 'large' : 'pages')!;
    const blocks = pages.unowned.orders.find((one) => one.order === Number(order))?.blocks ?? 0;
    // A page whose address stands by chance on a stack or in what was not cleared is not called lost.
    assert.ok(blocks >= 0.995 * lost && blocks <= lost + 200, `${blocks} blocks of order ${order} without an owner, ${lost} leaked`);
  });

  if (/^(idle|seed)/.test(name) && existsSync(join(folder, name, 'live-orphans.json')))
    test(`${name}: live memory, looked at twice, says what the dump right after says`, async () => {
      const live = JSON.parse(readFileSync(join(folder, name, 'live-orphans.json'), 'utf8')) as { readonly specimens: readonly Specimen[] };
      const dead = lostBy((await examineOrphans(await open(name), undefined, () => {})).specimens);
      const alive = lostBy(live.specimens);
      const [cache, count] = [...dead].toSorted((a, b) => b[1] - a[1])[0]!;
      assert.ok(alive.get(cache)! >= 0.999 * count && alive.get(cache)! <= count, `${alive.get(cache)} live, ${count} in the dump`);
      assert.ok(elsewhere(alive, cache) <= 10);
      const typed = live.specimens.find((one) => one.kind === 'orphans' && one.cache === cache);
      assert.equal(typed?.kind === 'orphans' ? typed.type : '', 'rt6_info');
      const caches = JSON.parse(readFileSync(join(folder, name, 'live-caches.json'), 'utf8')) as {
        readonly specimens: readonly Specimen[];
      };
      const rows =
        readFileSync(join(folder, name, 'slabinfo'), 'latin1')
          .trim()
          .split('\n').length - 2;
      assert.equal(caches.specimens.length, rows);
      const read = JSON.parse(readFileSync(join(folder, name, 'live-read.json'), 'utf8')) as { readonly answer: { readonly text: string } };
      assert.match(read.answer.text, new RegExp(`"${cache}"$`));
    });
}
