/** What the pictures show of a record: courses over time, pairs of increments, rows of the caches. Pure. */
import type { Finding } from '../src/model/diagnosis.ts';
import type { CacheSpecimen, Series } from '../src/model/evidence.ts';
import type { Record } from '../src/model/record.ts';
import { counterName } from '../src/model/series.ts';
import { inflationOf } from '../src/statistics/mann-kendall.ts';
import { median } from '../src/statistics/quantiles.ts';
import { theilSen } from '../src/statistics/theil-sen.ts';
import { thin } from '../src/record/thin.ts';

export interface Points {
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** Without what could not be read, and in the order of time. */
export function pointsOf({ times, values }: Series): Points {
  const kept: { times: number[]; values: number[] } = { times: [], values: [] };
  for (const [at, value] of values.entries()) {
    const time = times[at];
    if (value === null || time === undefined || !(time > (kept.times.at(-1) ?? Number.NEGATIVE_INFINITY))) continue;
    kept.times.push(time);
    kept.values.push(value);
  }
  return kept;
}

export function seriesOf(record: Record, name: string, labels: Readonly<{ [label: string]: string }> = {}): Series[] {
  return record.series.filter(
    (series) => series.name === name && Object.entries(labels).every(([label, value]) => series.labels[label] === value),
  );
}

function longest(list: readonly Series[]): Series | undefined {
  return list.toSorted((a, b) => b.times.length - a.times.length)[0];
}

export interface Course {
  readonly unit: 'objects' | 'bytes';
  /** Each counted from its own first value: caches and their populations start at different heights. */
  readonly lines: readonly (Points & { readonly label: string })[];
  /** The fit of the diagnosis, placed by the median of what the first line leaves: units a second. */
  readonly fit: {
    readonly slope: number;
    readonly low: number;
    readonly high: number;
    readonly intercept: number;
    readonly origin: number;
  };
}

/** How what a finding is about went over time, with the diagnosis's own line; null where the record has no such series. */
export function courseOf(record: Record, finding: Finding): Course | null {
  const lines = grownSeries(record, finding)
    .map((series) => ({ label: labelOf(series), ...pointsOf(series) }))
    .filter(({ times }) => times.length > 1)
    .map((line) => ({ ...line, values: line.values.map((value) => value - line.values[0]!) }));
  const [first] = lines;
  if (first === undefined) return null;
  const { objects_per_second, bytes_per_second, interval95 } = finding.growth;
  const slope = objects_per_second ?? bytes_per_second;
  const origin = first.times[0]!;
  const middle = (first.times[0]! + first.times.at(-1)!) / 2 - origin;
  const intercept = median(Float64Array.from(first.values, (value, at) => value - slope * (first.times[at]! - origin)));
  return {
    unit: objects_per_second === null ? 'bytes' : 'objects',
    lines,
    // The interval's lines cross the fit in the middle of the window: there the slope's doubt moves nothing.
    fit: { slope, low: interval95[0], high: interval95[1], intercept: intercept + slope * middle, origin: origin + middle },
  };
}

function labelOf(series: Series): string {
  const { cache, by, part, state } = series.labels;
  if (series.name === 'population_objects') return `${cache}: ${by}`;
  return cache ?? part ?? (state === undefined ? series.name : `${series.name} ${state}`);
}

const ledgerPart: Readonly<{ [kind: string]: string }> = { pages: 'unaccounted' };

/** The series the growth was seen in: the cache's, with the owner's own counter beside it; else the part of the ledger. */
function grownSeries(record: Record, { where, attribution }: Finding): Series[] {
  if (where.kind === 'cgroups')
    return present(longest(seriesOf(record, 'cgroups', { state: 'dying' })), longest(seriesOf(record, 'cgroups', { state: 'all' })));
  if (where.cache === undefined && where.kind !== 'slab')
    return seriesOf(record, 'ledger_bytes', { part: ledgerPart[where.kind] ?? where.kind });
  const cache = where.cache ?? where.owner ?? '';
  const counted = attribution
    .filter(({ share }) => share >= 0.1)
    .map(({ alias, by }) => longest(seriesOf(record, 'population_objects', { cache: alias, by })));
  const own = seriesOf(record, 'slab_active_objects', { cache });
  const owner = where.owner === undefined ? [] : seriesOf(record, 'population_objects', { cache: where.owner });
  return present(...own, ...(counted.some(Boolean) ? counted : own.length === 0 ? owner : []));
}

function present(...list: readonly (Series | undefined)[]): Series[] {
  return list.filter((one) => one !== undefined);
}

export interface Pairs {
  readonly counter: string;
  /** Events and objects of each interval. */
  readonly points: readonly (readonly [number, number])[];
  readonly seconds: number;
}

/** So many intervals are shown at most: shorter ones are put together. */
const mostPairs = 240;

/** Events against objects, interval by interval; null where the record does not hold both courses. */
export function pairsOf(record: Record, finding: Finding): Pairs | null {
  const { driver } = finding;
  if (driver === null) return null;
  const counter = longest(record.series.filter((series) => counterName(series) === driver.counter));
  const grown = grownSeries(record, finding).toSorted((a, b) => a.name.localeCompare(b.name))[0];
  if (counter === undefined || grown === undefined) return null;
  const objects = pointsOf(grown);
  const events = new Map(pointsOf(counter).times.map((time, at) => [time, pointsOf(counter).values[at]!]));
  const both = objects.times.flatMap((time, at): [number, number, number][] => {
    const value = events.get(time);
    return value === undefined ? [] : [[time, value, objects.values[at]!]];
  });
  if (both.length < 4) return null;
  const step = Math.max(1, Math.ceil((both.length - 1) / mostPairs));
  const ends = both.filter((_, at) => at % step === 0);
  const points = ends.slice(1).map(([, value, held], at): [number, number] => [value - ends[at]![1], held - ends[at]![2]]);
  return { counter: driver.counter, points, seconds: (ends.at(-1)![0] - ends[0]![0]) / points.length };
}

export interface CacheRow {
  readonly name: string;
  readonly aliases: readonly string[];
  /** The alias a finding names; "" where none does. */
  readonly owner: string;
  /** Number of the finding about it, from 1; 0: none. */
  readonly finding: number;
  readonly objects: number | null;
  readonly held: number | null;
  readonly objectSize: number | null;
  readonly active: Series | undefined;
  readonly bytes: Series | undefined;
  /** Bytes gained over the window, first to last. */
  readonly gained: number;
}

/** Every cache of the record, those first that gained most. */
export function cacheRows(record: Record): CacheRow[] {
  const described = new Map(record.specimens.filter((one): one is CacheSpecimen => one.kind === 'cache').map((one) => [one.name, one]));
  const of = (name: string): Map<string, Series> => new Map(seriesOf(record, name).map((series) => [series.labels['cache'] ?? '', series]));
  const [active, bytes] = [of('slab_active_objects'), of('slab_bytes')];
  const names = new Set([...active.keys(), ...bytes.keys()]);
  return [...names]
    .map((name): CacheRow => {
      const at = record.diagnosis.findings.findIndex(({ where }) => where.cache === name);
      const held = bytes.get(name);
      return {
        name,
        aliases: described.get(name)?.aliases.filter((alias) => alias !== name) ?? [],
        owner: record.diagnosis.findings[at]?.where.owner ?? '',
        finding: at + 1,
        objects: lastOf(active.get(name)),
        held: lastOf(held),
        objectSize: described.get(name)?.object_size ?? null,
        active: active.get(name),
        bytes: held,
        gained:
          held === undefined
            ? 0
            : (held.values.findLast((value) => value !== null) ?? 0) - (held.values.find((value) => value !== null) ?? 0),
      };
    })
    .toSorted((a, b) => Number(b.finding > 0) - Number(a.finding > 0) || b.gained - a.gained || (b.held ?? 0) - (a.held ?? 0));
}

export function lastOf(series: Series | undefined): number | null {
  return series?.values.findLast((value) => value !== null) ?? null;
}

export interface Rate {
  readonly perSecond: number;
  /** null: too few samples. */
  readonly interval95: readonly [number, number] | null;
}

/** Theil–Sen over at most so many points: more would only sharpen what a table rounds. */
const ratePoints = 96;

/** Median slope with its interval, widened for autocorrelation; null where the series was not watched. */
export function rateOf(series: Series | undefined): Rate | null {
  if (series === undefined) return null;
  const { times, values } = pointsOf(thin(series, ratePoints));
  if (times.length < 2) return null;
  if (values.every((value) => value === values[0])) return { perSecond: 0, interval95: null };
  if (times.length < 8) return { perSecond: (values.at(-1)! - values[0]!) / (times.at(-1)! - times[0]!), interval95: null };
  const fit = theilSen(times, values, (slope) => inflationOf(values.map((value, at) => value - slope * times[at]!)));
  return { perSecond: fit.slope, interval95: fit.interval95.every(Number.isFinite) ? fit.interval95 : null };
}

export interface LedgerCourse {
  readonly times: readonly number[];
  /** Largest at the end first; "rest" is what the others sum to. */
  readonly parts: readonly { readonly id: string; readonly values: readonly number[] }[];
}

/** So many parts have a colour of their own: more cannot be told apart by everyone. */
const namedParts = 7;

/** The ledger over time, the parts that are largest or moved most by name and all others as `rest`. null without a course. */
export function ledgerCourse(record: Record): LedgerCourse | null {
  const all = seriesOf(record, 'ledger_bytes');
  const times = longest(all)?.times ?? [];
  if (times.length < 2 || record.ledger === null) return null;
  const top = new Set(record.ledger.parts.map(({ id }) => id).concat('unaccounted'));
  const parts = all
    .filter(({ labels }) => top.has(labels['part'] ?? ''))
    .map((series) => ({ id: series.labels['part'] ?? '', values: spread(series, times) }));
  const weight = ({ values }: (typeof parts)[number]): number => Math.max(...ends(values)) + 20 * Math.abs(values.at(-1)! - values[0]!);
  const ordered = parts.toSorted((a, b) => weight(b) - weight(a));
  const named = ordered.slice(0, namedParts);
  const others = ordered.slice(namedParts);
  const rest = { id: 'rest', values: times.map((_, at) => others.reduce((sum, { values }) => sum + values[at]!, 0)) };
  return { times, parts: others.length === 0 ? named : [...named, rest] };
}

function ends(values: readonly number[]): [number, number] {
  return [values[0] ?? 0, values.at(-1) ?? 0];
}

/** A series at other times: the last value not after each. One that stood still keeps two points only. */
export function spread(series: Series, times: readonly number[]): number[] {
  const { times: own, values } = pointsOf(series);
  let at = 0;
  return times.map((time) => {
    while (at + 1 < own.length && own[at + 1]! <= time) at++;
    return values[at] ?? 0;
  });
}
