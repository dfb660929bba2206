/** One cache: its names, how it grows, whose it is, what drives it, who holds it. */
import type { Followed, Population, WatchedCache } from '../consult/watch.ts';
import { bytes, count, figure, signed } from '../kernel/units.ts';
import { held } from '../messages/holdings.ts';
import { say } from '../messages/reasons.ts';
import { printable, row } from '../record/layout.ts';
import { span, type Stage } from './list.ts';
import { spark } from './spark.ts';
import { clip, widthOf } from './text.ts';

const chartRows = 4;

/** @param cache undefined: it is gone */
export function detailLines(stage: Stage, name: string, cache: WatchedCache | undefined): readonly string[] {
  const { words, ink, columns, moment, watch } = stage;
  const labels = words.detail;
  const title = ink.bold(clip(name, columns));
  if (cache === undefined) return [title, '', `  ${labels.cacheGone}`];
  const labelWidth = Math.max(...Object.values([labels.populations, labels.history, labels.aliases]).map(widthOf)) + 1;
  const add = (label: string, paragraphs: readonly string[]): readonly string[] =>
    row(label, labelWidth, paragraphs.map(printable), Math.min(columns, 100));
  const followed = moment.followed?.cache === name ? moment.followed : null;
  const found = watch.growth(name);
  return [
    title,
    '',
    ...add(labels.objects, [
      amountsText(stage, cache),
      words.layout(bytes(cache.objectSize), count(cache.objectsPerSlab), count(cache.pagesPerSlab)),
    ]),
    ...add(labels.aliases, [aliasesText(stage, cache)]),
    ...add(labels.growth, growthTexts(stage, cache)),
    ...chart(stage, cache, labels.history, labelWidth),
    ...add(
      labels.owner,
      found === null || found.ownership.length === 0 ? ['–'] : found.ownership.map((reason) => say(reason, stage.language)),
    ),
    ...add(labels.populations, populationTexts(stage, followed)),
    ...add(labels.driver, driverTexts(stage, followed)),
    ...add(labels.holders, holderTexts(stage, followed)),
  ];
}

function amountsText({ words }: Stage, { active, objects, bytes: held, slabs }: WatchedCache): string {
  const use = objects === 0 ? '–' : `${((active / objects) * 100).toFixed(0)} %`;
  return words.amounts(count(active), count(objects), bytes(held), count(slabs), use);
}

function aliasesText({ words }: Stage, { aliases }: WatchedCache): string {
  if (aliases === null) return words.detail.aliasesUnknown;
  return aliases.length < 2 ? words.detail.unmerged : aliases.join(', ');
}

function growthTexts({ watch, words, language }: Stage, { name }: WatchedCache): readonly string[] {
  const found = watch.growth(name);
  if (found === null) return [words.waiting];
  const interval = found.interval95 === null ? '' : ` (95 %: ${words.between(signed(found.interval95[0]), signed(found.interval95[1]))})`;
  const rate = `${signed(found.rate)}${words.perSecond}${interval}, ${signed(found.bytesPerSecond, bytes)}${words.perSecond}`;
  const gone = found.exhausts === null ? [] : [words.gone(span(found.exhausts, language))];
  return [rate, [found.certain ? words.growsSurely : words.steady, ...gone].join('; ')];
}

function chart({ watch, columns, ascii, ink }: Stage, cache: WatchedCache, label: string, labelWidth: number): readonly string[] {
  const width = Math.min(columns, 100) - labelWidth - 3;
  const lines = spark(watch.history(cache.name, 120), width, chartRows, 2 * cache.objectsPerSlab, ascii);
  return lines.map((line, at) => `  ${at === 0 ? label : ''}${' '.repeat(labelWidth - (at === 0 ? widthOf(label) : 0))} ${ink.up(line)}`);
}

function populationTexts({ words }: Stage, followed: Followed | null): readonly string[] {
  if (followed === null) return [words.detail.notYet];
  if (followed.populations.length === 0) return [words.detail.notCounted];
  return followed.populations.map(({ alias, by, objects, rate, interval95 }: Population) => {
    const level = objects === null ? '?' : count(objects);
    const [low, high] = interval95 ?? [Number.NaN, Number.NaN];
    const pace =
      rate === null
        ? ''
        : `, ${signed(rate)}${words.perSecond}${Number.isFinite(low) ? ` (${words.between(signed(low), signed(high))})` : ''}`;
    return `${alias}: ${level}${pace}  [${by}]`;
  });
}

function driverTexts({ words }: Stage, followed: Followed | null): readonly string[] {
  const driver = followed?.driver;
  if (driver === undefined) return [words.detail.notYet];
  if (driver === null) return [words.detail.noDriver];
  const [low, high] = driver.interval95;
  const others = driver.indistinguishable ?? [];
  return [
    words.drives(driver.counter, figure(driver.objects_per_event), figure(low), figure(high)),
    ...(others.length === 0 ? [] : [words.alike(others.slice(0, 4).join(', '))]),
  ];
}

function holderTexts({ words, language }: Stage, followed: Followed | null): readonly string[] {
  const holders = followed === null ? undefined : followed.holders;
  if (holders === undefined) return [words.detail.notYet];
  if (holders === null) return [words.detail.neverHeld];
  if (holders.length === 0) return [words.detail.nobodyHolds];
  return holders.map(({ pid, comm, count: holds, what, per_second }) => {
    const pace = per_second === undefined ? '' : `, ${signed(per_second)}${words.perSecond}`;
    return `${comm} (${pid}): ${held(count(holds), what, language)}${pace}`;
  });
}
