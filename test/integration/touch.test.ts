/**
 * Dumps of the lab's guests (`npm run lab -- dump seed-opensuse`, `idle`), against what each guest said of
 * itself just before: nothing of the expected is kmai's own.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { askAll } from '../../src/ask/ask.ts';
import type { FactValue } from '../../src/model/facts.ts';
import { coreHost } from '../../src/touch/host/core-host.ts';
import { openCore, readSlabs } from '../../src/touch/vmcore.ts';
import { evaluate } from '../../src/touch/btf/evaluate.ts';
import { formatValue } from '../../src/touch/btf/format.ts';
import { findOrphans } from '../../src/touch/slab/orphans.ts';
import { splitByType } from '../../src/touch/slab/split.ts';
import { findCache } from '../../src/touch/slab/caches.ts';

const folder = join(process.env['KMAI_LAB_CACHE'] ?? join(import.meta.dirname, '../../.cache/lab'), 'dumps');
// A guest with daemons and file systems at work (census) never holds still; other leaks have tests of their own.
const dumps = existsSync(folder)
  ? readdirSync(folder).filter((name) => /^(idle|seed)/.test(name) && existsSync(join(folder, name, 'memory.kdump')))
  : [];

if (dumps.length === 0) test('dumps of the lab', (t) => t.skip(`no dumps in ${folder}: npm run lab -- dump seed-opensuse`));

for (const name of dumps) {
  const text = (file: string): string => readFileSync(join(folder, name, file), 'latin1').replaceAll('\r', '');
  const lines = (file: string): readonly string[] =>
    text(file)
      .split('\n')
      .filter((line) => line !== '');

  test(`${name}: symbols, types, caches and objects are those the guest says it has`, async () => {
    const opened = await openCore(join(folder, name, 'memory.kdump'));
    assert.ok(opened.ok);
    const { kernel, flaws } = opened.value;

    const symbols = lines('kallsyms').filter((line) => !/\[\w+\]$/.test(line));
    let at = 0;
    for (const own of kernel.symbols.all())
      assert.equal(`${own.address.toString(16).padStart(16, '0')} ${own.type} ${own.name}`, symbols[at++]);
    assert.equal(at, symbols.length);

    const start = kernel.symbol('__start_BTF');
    const types = readFileSync(join(folder, name, 'vmlinux.btf'));
    assert.ok(kernel.memory.bytes(start, Number(kernel.symbol('__stop_BTF') - start)).equals(types));
    assert.deepEqual(
      kernel.modules.map((m) => m.name).toSorted(),
      lines('modules')
        .map((line) => line.split(' ')[0]!)
        .toSorted(),
    );

    const view = readSlabs(opened.value);
    assert.deepEqual(flaws.list, []);
    // sysfs: an alias is a link to the folder of its merged cache, `name → ../slab/:A-0000256`.
    const idOf = new Map(
      lines('aliases')
        .filter((line) => line.trim() !== '')
        .map((line) => line.split(' ') as [string, string]),
    );
    for (const [alias, id] of idOf) {
      if (alias.startsWith(':')) continue;
      const cache = findCache(view.caches, alias);
      assert.ok(cache !== undefined, `no cache ${alias}`);
      assert.equal(idOf.get(cache.name), id, `${alias} is an alias of ${cache.name}`);
    }
    // The guest held still from its last reading of slabinfo on. It read it twice: what moved between the two, while
    // nobody did anything, is not held against the dump.
    const rowsOf = (file: string): readonly (readonly string[])[] =>
      lines(file)
        .slice(2)
        .map((line) => line.split(/\s+/));
    const before = new Map(rowsOf('slabinfo-before').map(([row, active, total]) => [row, `${active} ${total}`]));
    const rows = rowsOf('slabinfo');
    assert.equal(rows.length, view.caches.length);
    let compared = 0;
    for (const [cacheName, active, total, size] of rows) {
      const cache = findCache(view.caches, cacheName!)!;
      assert.equal(cache.size, Number(size), cacheName);
      if (before.get(cacheName) !== `${active} ${total}`) continue;
      const own = view.objects.perCache[cache.index]!;
      assert.equal(`${own.active} of ${own.total}`, `${active} of ${total}`, cacheName);
      compared++;
    }
    assert.ok(compared >= rows.length - 3, `${compared} of ${rows.length} caches held still`);
  });

  test(`${name}: the leak is found, and nothing where there is none`, async () => {
    const opened = await openCore(join(folder, name, 'memory.kdump'));
    assert.ok(opened.ok);
    const { kernel, flaws } = opened.value;
    const view = readSlabs(opened.value);
    const leaked = Number(/^fib6 (\d+)$/m.exec(text('truth'))?.[1] ?? 0);
    const cache = findCache(view.caches, 'ip6_dst_cache')!;
    assert.equal(formatValue(kernel, evaluate(kernel, 'init_net.ipv6.ip6_dst_ops.kmem_cachep->name')).split(' = ')[1], `"${cache.name}"`);
    const reach = await findOrphans(kernel, view.objects, flaws);
    const lost = reach.perCache[cache.index]!.unreachable;
    const elsewhere = reach.perCache.reduce((sum, one) => sum + one.unreachable, 0) - lost;
    assert.ok(elsewhere <= 10, `${elsewhere} objects unreachable in other caches`);
    if (leaked === 0) return assert.ok(lost <= 10, `${lost} objects unreachable`);
    assert.ok(lost <= leaked + 5 && lost >= 0.999 * leaked, `${lost} unreachable, ${leaked} leaked`);
    const groups = splitByType(kernel, view.objects, cache, (object) => reach.reached[object] === 0);
    assert.equal(groups[0]!.type?.type, 'rt6_info');
    assert.ok(groups[0]!.objects >= 0.999 * lost);
  });

  test(`${name}: what is asked of a machine is answered by its dump`, async () => {
    const opened = await openCore(join(folder, name, 'memory.kdump'));
    assert.ok(opened.ok);
    const host = coreHost(opened.value);
    const read = (path: string): string => {
      const file = host.read(path);
      return file.ok ? file.value.trim() : '';
    };
    // Routes that were ever allocated: a neighbour that was asked for since makes one more.
    const stats = (of: string): readonly number[] =>
      of
        .trim()
        .split(' ')
        .map((word) => Number.parseInt(word, 16));
    const [said, found] = [stats(text('rt6_stats')), stats(read('/proc/net/rt6_stats'))];
    assert.deepEqual(found.with(2, 0), said.with(2, 0));
    assert.ok(found[2]! >= said[2]! && found[2]! <= said[2]! + 8);
    assert.equal(read('/proc/version'), text('version').trim());
    assert.match(read('/proc/meminfo'), new RegExp(`MemTotal: +${/MemTotal: +(\d+)/.exec(text('meminfo'))![1]} kB`));
    const { facts } = await askAll(host);
    const fact = (id: string): unknown => facts.find((one) => one.id === id)?.value;
    const suppressing = (fact('policyRules6') as FactValue<'policyRules6'>).filter((rule) => rule.suppressPrefixLength >= 0);
    const lookingUp = ((fact('nftRules') ?? []) as FactValue<'nftRules'>).filter((rule) => rule.fibResult === 'oif');
    const armed = name.startsWith('seed-') ? 1 : 0; // the scenario installs one of each
    assert.deepEqual([suppressing.length, lookingUp.length], [armed, armed]);
    if (armed === 1)
      assert.ok((fact('routes6') as FactValue<'routes6'>).some((route) => route.destination === 'default' && route.table === 'main'));
  });
}
