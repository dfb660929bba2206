/** The list of caches: the ledger's bar, a row a cache, what is chosen, the keys. */
import type { Moment, Watch, WatchedCache } from '../consult/watch.ts';
import { bytes, chineseDuration, count, duration, englishDuration, figure, signed } from '../kernel/units.ts';
import { tell } from '../messages/details.ts';
import type { LiveWords } from '../messages/live.ts';
import type { Language } from '../messages/reasons.ts';
import { wrap } from '../record/layout.ts';
import type { Ink } from './ink.ts';
import { ledgerLines } from './ledger-bar.ts';
import { spark } from './spark.ts';
import { clip, left, right, widthOf } from './text.ts';
import { chosenOf, type View } from './view.ts';

export interface Stage {
  readonly watch: Watch;
  readonly moment: Moment;
  readonly words: LiveWords;
  readonly language: Language;
  readonly ink: Ink;
  readonly columns: number;
  readonly rows: number;
  /** A terminal without the finer blocks. */
  readonly ascii: boolean;
}

interface Column {
  readonly width: number;
  readonly head: string;
  readonly cell: (cache: WatchedCache) => string;
  readonly paint?: (text: string, cache: WatchedCache) => string;
  readonly fromLeft?: true;
}

/** Samples in a row's sparkline: the minute its interval stands on. */
const minute = 60;

/** The rows a list has on a screen, and where its window begins. */
export function windowOf(names: readonly string[], chosen: string | null, page: number): number {
  const at = chosen === null ? 0 : names.indexOf(chosen);
  // A page is turned at its ends, so that a row stays where it is while one moves in it.
  return Math.max(0, Math.min(Math.floor(Math.max(0, at) / page) * page, names.length - page));
}

/** @param shown all that match, in order */
export function listLines(stage: Stage, view: View, shown: readonly WatchedCache[]): readonly string[] {
  const { moment, words, ink, columns, rows } = stage;
  const head = headLines(stage, view);
  const names = shown.map(({ name }) => name);
  const page = pageOf(stage);
  const chosen = chosenOf(view, names);
  const first = windowOf(names, chosen, page);
  const table = columnsOf(stage);
  const body =
    moment.caches.length === 0
      ? emptyLines(stage)
      : shown.length === 0
        ? ['', `  ${words.nothingMatches(view.filter)}`]
        : shown.slice(first, first + page).map((cache) => rowLine(table, cache, cache.name === chosen, stage));
  const filled = Array.from({ length: page }, (_, row) => body[row] ?? '');
  const header = table.map(({ head: text, width, fromLeft }) => (fromLeft === true ? left(text, width) : right(text, width))).join(' ');
  return [
    ...head,
    ink.bold(clip(`   ${header}`, columns)),
    ...filled,
    clip(
      chosenLine(
        stage,
        shown.find(({ name }) => name === chosen),
      ),
      columns,
    ),
    keyLine(stage, view, shown.length),
  ].slice(0, rows);
}

/** Rows of caches that there is room for. */
export function pageOf(stage: Stage): number {
  return Math.max(1, stage.rows - headLines(stage, null).length - 3);
}

function headLines({ moment, watch, words, language, ink, columns }: Stage, view: View | null): readonly string[] {
  const memory = moment.ledger === null ? [] : [bytes(moment.ledger.total_bytes)];
  const sorted = view === null ? [] : [words.sortedBy(words.sorts[view.sort])];
  const said = ['kmai look', watch.hostname, `Linux ${watch.release}`, ...memory, words.watched(span(moment.watched, language)), ...sorted];
  const title = ink.bold(clip(said.join(' · '), columns));
  return [title, ...(moment.ledger === null ? [words.noLedger] : ledgerLines(moment.ledger, words, ink, columns))];
}

export function span(seconds: number, language: Language): string {
  return duration(Math.round(seconds), language === 'zh' ? chineseDuration : englishDuration);
}

/** Not root, most of all: what could not be read, why, and what would help. */
function emptyLines({ moment, words, language, columns }: Stage): readonly string[] {
  const why = moment.unavailable.flatMap(({ what, detail, help }) => [
    `${what}: ${tell(detail, language)}`,
    ...(help === '' ? [] : [`→ ${tell(help, language)}`]),
  ]);
  return ['', `  ${words.noCaches}`, ...why.flatMap((text) => wrap(text, columns - 4).map((line) => `  ${line}`))];
}

/** Columns by importance: what an 80-column terminal has no room for comes with the wider ones. */
function columnsOf(stage: Stage): readonly Column[] {
  const { watch, words, language, ink, columns, ascii } = stage;
  const { columns: heads } = words;
  const growth = ({ name }: WatchedCache) => watch.growth(name);
  const tint = (text: string, cache: WatchedCache): string => {
    const found = growth(cache);
    return found?.certain === true ? ink.up(text) : found?.shape === 'falling' ? ink.down(text) : text;
  };
  const sparkWidth = columns >= 160 ? 30 : columns >= 100 ? 16 : 10;
  const fixed: readonly (Column & { readonly from: number })[] = [
    { from: 0, width: 10, head: heads.active, cell: ({ active }) => count(active) },
    { from: 112, width: 7, head: heads.size, cell: ({ objectSize }) => count(objectSize) },
    {
      from: 124,
      width: 6,
      head: heads.use,
      cell: ({ active, objects }) => (objects === 0 ? '–' : `${((active / objects) * 100).toFixed(0)} %`),
    },
    { from: 132, width: 8, head: heads.slabs, cell: ({ slabs }) => count(slabs) },
    { from: 0, width: 10, head: heads.held, cell: (cache) => bytes(cache.bytes) },
    { from: 0, width: 9, head: heads.rate, cell: (cache) => rateText(stage, cache), paint: tint },
    { from: 0, width: 14, head: heads.interval, cell: (cache) => intervalText(stage, cache) },
    {
      from: 0,
      width: sparkWidth,
      head: heads.history,
      fromLeft: true,
      cell: (cache) => spark(watch.history(cache.name, minute), sparkWidth, 1, 2 * cache.objectsPerSlab, ascii)[0]!,
      paint: tint,
    },
    {
      from: 96,
      width: 13,
      head: heads.gone,
      cell: (cache) => {
        const exhausts = growth(cache)?.exhausts ?? null;
        return exhausts === null ? '' : span(exhausts, language);
      },
    },
  ];
  const present = fixed.filter(({ from }) => columns >= from);
  const others = columns >= 180 ? 40 : 0;
  const taken = present.reduce((sum, { width }) => sum + width + 1, 3) + (others === 0 ? 0 : others + 1);
  const named: Column = {
    width: Math.min(44, columns - taken),
    head: heads.cache,
    fromLeft: true,
    cell: (cache) => nameText(stage, cache),
  };
  const merged: Column = {
    width: others,
    head: heads.names,
    fromLeft: true,
    cell: ({ name, aliases }) => (aliases ?? []).filter((alias) => alias !== name).join(', '),
  };
  return [named, ...present, ...(others === 0 ? [] : [merged])];
}

/** `pool_workqueue → ip6_dst_cache` where the owner is known, `pool_workqueue +4` where it may be one of five. */
function nameText({ watch }: Stage, { name, aliases }: WatchedCache): string {
  const owner = watch.growth(name)?.owner ?? null;
  if (owner !== null && owner !== name) return `${name} → ${owner}`;
  return aliases === null || aliases.length < 2 || owner !== null ? name : `${name} +${aliases.length - 1}`;
}

function rateText({ watch }: Stage, { name, pace }: WatchedCache): string {
  const found = watch.growth(name);
  if (found !== null) return signed(found.rate);
  return pace === null ? '' : pace === 0 ? '0' : '…';
}

function intervalText({ watch }: Stage, { name }: WatchedCache): string {
  const interval = watch.growth(name)?.interval95 ?? null;
  if (interval === null) return '';
  const [low, high] = interval;
  return `${low < 0 ? `−${figure(-low)}` : figure(low)} … ${high < 0 ? `−${figure(-high)}` : figure(high)}`;
}

function rowLine(table: readonly Column[], cache: WatchedCache, chosen: boolean, { watch, ink, columns }: Stage): string {
  const found = watch.growth(cache.name);
  const sign = found?.certain === true ? '▲' : found?.shape === 'falling' ? '▼' : ' ';
  const cells = table.map(({ width, cell, paint, fromLeft }) => {
    const text = fromLeft === true ? left(cell(cache), width) : right(cell(cache), width);
    // What is chosen is inverse as a whole: a colour within would end that.
    return chosen || paint === undefined ? text : paint(text, cache);
  });
  const line = `${chosen ? '>' : ' '}${sign} ${cells.join(' ')}`;
  return chosen ? ink.chosen(left(line, columns)) : line;
}

/** What is known of the chosen cache in words: on 80 columns the forecast stands nowhere else. */
function chosenLine({ watch, words, language }: Stage, cache: WatchedCache | undefined): string {
  if (cache === undefined) return '';
  const found = watch.growth(cache.name);
  const names = cache.aliases !== null && cache.aliases.length > 1 ? [words.names(cache.aliases.length)] : [];
  const rate =
    found === null ? [] : [found.certain ? `${words.growsSurely} ${signed(found.bytesPerSecond, bytes)}${words.perSecond}` : words.steady];
  const gone = found === null || found.exhausts === null ? [] : [words.gone(span(found.exhausts, language))];
  return ` ${[cache.name, ...names, ...rate, ...gone].join(' · ')}`;
}

function keyLine({ moment, words, ink, columns, ascii }: Stage, view: View, found: number): string {
  if (view.typing) return clip(` ${words.filter(`${view.filter}_`, found, moment.caches.length)}`, columns);
  const { keys } = words;
  const filter = view.filter === '' ? [] : [words.filter(view.filter, found, moment.caches.length)];
  return keysLine(
    [
      ['q', keys.quit],
      ['?', keys.help],
      ['/', keys.filter],
      [ascii ? 'Enter' : '↵', keys.detail],
      ['l', keys.listen],
      ['d', keys.diagnose],
    ],
    ink,
    columns,
    filter,
  );
}

/** ` q quit  ? help …`, as many as there is room for. */
export function keysLine(keys: readonly (readonly [string, string])[], ink: Ink, columns: number, first: readonly string[] = []): string {
  let line = first.map((text) => ` ${text}`).join('');
  let used = widthOf(line);
  for (const [key, does] of keys) {
    const width = widthOf(key) + widthOf(does) + 3;
    if (used + width > columns) break;
    line += ` ${ink.bold(key)} ${ink.dim(does)} `;
    used += width;
  }
  return line;
}
