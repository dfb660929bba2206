import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { type Moment, type Watch, watch } from '../consult/watch.ts';
import { replayOf } from '../look/fixtures/hosts.ts';
import { liveWords } from '../messages/live.ts';
import { languages } from '../messages/reasons.ts';
import { detailLines } from './detail.ts';
import { inkOf } from './ink.ts';
import { listLines, type Stage } from './list.ts';
import { matching, ordered } from './order.ts';
import { helpLines, textLines } from './texts.ts';
import { firstView } from './view.ts';

/** filp and a merged cache in which ip6_dst_cache grows by 131 a second, by rt6_stats; 16 objects of 256 bytes a slab. */
const perSecond = 131;
const slabinfo = (tick: number): string =>
  [
    'slabinfo - version: 2.1',
    '# name',
    ...[
      ['filp', 4000],
      ['pool_workqueue', 1000 + Math.floor((perSecond * tick) / 16) * 16],
      ['kmalloc-4k', 800],
    ].map(([name, objects]) => `${name} ${objects} ${objects} 256 16 1 : tunables 0 0 0 : slabdata 1 ${Math.ceil(Number(objects) / 16)} 0`),
    '',
  ].join('\n');
const meminfo = 'MemTotal: 1048576 kB\nMemFree: 524288 kB\nMemAvailable: 600000 kB\nCached: 100000 kB\nBuffers: 0 kB\nShmem: 0 kB\n';
const rt6 = (tick: number): string => `0003 0002 0010 0005 0000 ${(1000 + perSecond * tick).toString(16).padStart(4, '0')} 0000\n`;
const ticks = Array.from({ length: 40 }, (_, tick) => ({
  '/proc/slabinfo': slabinfo(tick),
  '/proc/meminfo': meminfo,
  '/proc/net/rt6_stats': rt6(tick),
  '/proc/sys/kernel/hostname': 'azure-b1s\n',
  '/proc/sys/kernel/osrelease': '5.14.21\n',
}));
const links = {
  '/sys/kernel/slab/filp': ':0000256-a',
  '/sys/kernel/slab/pool_workqueue': ':0000256',
  '/sys/kernel/slab/ip6_dst_cache': ':0000256',
};

async function watched(given: readonly Readonly<Record<string, string>>[] = ticks): Promise<{ seen: Watch; moment: Moment }> {
  const host = replayOf(given, links);
  const seen = watch(host);
  let moment = seen.look([]);
  while (await host.clock.wait(1)) moment = seen.look(moment.caches.map(({ name }) => name));
  return { seen, moment };
}

const stageOf = (seen: Watch, moment: Moment, language: 'en' | 'zh', columns: number, rows: number): Stage => ({
  watch: seen,
  moment,
  words: liveWords[language],
  language,
  ink: inkOf(0),
  columns,
  rows,
  ascii: false,
});

test('what grows stands first, with its rate, the alias that owns it, and when the memory is gone', async () => {
  const { seen, moment } = await watched();
  const shown = ordered(moment.caches, 'growth', moment.watched);
  assert.deepEqual(
    shown.map(({ name }) => name),
    ['pool_workqueue', 'filp', 'kmalloc-4k'],
  );
  const growth = seen.growth('pool_workqueue')!;
  assert.ok(Math.abs(growth.rate - perSecond) < 0.03 * perSecond, String(growth.rate));
  assert.ok(growth.interval95![0] <= perSecond && growth.interval95![1] >= perSecond, String(growth.interval95));
  assert.deepEqual([growth.certain, growth.owner], [true, 'ip6_dst_cache']);
  // 600,000 KiB by 131 objects of 256 bytes a second: 18,320 s.
  assert.ok(Math.abs(growth.exhausts! - (600_000 * 1024) / (perSecond * 256)) < 600, String(growth.exhausts));
  const row = listLines(stageOf(seen, moment, 'en', 120, 24), firstView, shown).find((line) => line.startsWith('>▲'));
  assert.match(row!, /^>▲ pool_workqueue → ip6_dst_cache +6,\d{3} .* \+13\d /);
  assert.match(row!, /5 h \d/);
});

test('a cache that stands still has no sign and no forecast', async () => {
  const { seen } = await watched();
  assert.equal(seen.growth('filp'), null);
});

test('an alias finds the cache it lives in', async () => {
  const { moment } = await watched();
  assert.deepEqual(
    matching(moment.caches, 'IP6_DST').map(({ name }) => name),
    ['pool_workqueue'],
  );
});

test('no line is wider than the screen and there are never more than it has rows, in either language', async () => {
  const { seen, moment } = await watched();
  for (const language of languages)
    for (const [columns, rows] of [
      [40, 10],
      [80, 24],
      [97, 30],
      [133, 40],
      [200, 50],
    ] as const) {
      const stage = stageOf(seen, moment, language, columns, rows);
      const detail = detailLines(stage, 'pool_workqueue', moment.caches[1]);
      for (const lines of [
        listLines(stage, firstView, ordered(moment.caches, 'growth', 39)),
        textLines(stage, detail, 0, false),
        textLines(stage, helpLines(stage), 0, false, stage.words.helpTitle),
      ]) {
        assert.ok(lines.length <= rows, `${lines.length} lines on ${rows} rows`);
        if (columns >= 80) for (const line of lines) assert.ok(stringWidth(line.trimEnd()) <= columns, `${columns}: ${line}`);
      }
    }
});

test('without slabinfo it says why, what would help, and shows the ledger', async () => {
  const { seen, moment } = await watched([{ '/proc/meminfo': meminfo }]);
  assert.deepEqual(moment.caches, []);
  assert.equal(moment.ledger!.total_bytes, 1024 ** 3);
  const lines = listLines(stageOf(seen, moment, 'zh', 80, 24), firstView, []).join('\n');
  assert.match(lines, /读不到 slab 缓存/);
  assert.match(lines, /CONFIG_SLUB_DEBUG/);
  assert.match(lines, /空闲 512\.0 MiB/);
});
