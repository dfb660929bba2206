import type { Host } from '../host/host.ts';
import type { Series, Unavailable } from '../model/evidence.ts';
import { seriesNames } from '../model/series.ts';
import { type Key, readSource, type Rows, type Source } from './source.ts';

/** Moments between which the rows of a source were the same, and what was read at each: null where reading failed. */
interface Stretch {
  readonly rows: Rows;
  readonly keys: readonly (Key | null)[];
  /** index of the first moment of the tape */
  readonly from: number;
  readonly frames: (Float64Array | null)[];
}

/**
 * All that one source gave over a window. A sample only appends one array of numbers; series are made at the
 * end, so that watching costs little more than reading.
 */
export interface Tape<T extends Rows = Rows> {
  readonly source: Source<T>;
  /** unix seconds */
  readonly times: number[];
  readonly stretches: Stretch[];
  latest: T | null;
  /** The first failure, for the reader; the source is not asked again after failing at its first moment. */
  failure: Unavailable | null;
}

export function newTape<T extends Rows>(source: Source<T>): Tape<T> {
  return { source, times: [], stretches: [], latest: null, failure: null };
}

/** Reads the source once more and appends what it gave at `time` (unix seconds). */
export function recordOn(tape: Tape, host: Host, time: number): void {
  if (tape.failure !== null && tape.stretches.length === 0) return;
  const reading = readSource(host, tape.source, tape.latest ?? undefined);
  const moment = tape.times.push(time) - 1;
  const last = tape.stretches.at(-1);
  if (!reading.ok) {
    tape.failure ??= reading.unavailable;
    last?.frames.push(null);
    return;
  }
  const values = tape.source.values(reading.value);
  if (last !== undefined && last.rows.names === reading.value.names) last.frames.push(values);
  else tape.stretches.push({ rows: reading.value, keys: tape.source.keys(reading.value), from: moment, frames: [values] });
  tape.latest = reading.value;
}

/** Forgets all but the last `keep` moments: who watches without an end must not need memory without an end. */
export function forget(tape: Tape, keep: number): void {
  const gone = tape.times.length - keep;
  if (gone <= 0) return;
  tape.times.splice(0, gone);
  const kept = tape.stretches.flatMap((stretch): Stretch[] => {
    const from = stretch.from - gone;
    if (from < 0) stretch.frames.splice(0, -from);
    return stretch.frames.length === 0 ? [] : [{ ...stretch, from: Math.max(0, from) }];
  });
  tape.stretches.splice(0, tape.stretches.length, ...kept);
}

/** The last moment alone, as a tape of its own. */
export function lastMoment(tape: Tape): Tape {
  const stretch = tape.stretches.at(-1);
  const frame = tape.times.length === 0 ? undefined : stretch?.frames.at(-1);
  return {
    ...tape,
    times: tape.times.slice(-1),
    stretches: stretch === undefined || frame === undefined ? [] : [{ ...stretch, from: 0, frames: [frame] }],
  };
}

/** The first values read since the rows are those of today, and the seconds from them to the last moment; null: none. */
export function sinceSameRows(tape: Tape): { readonly first: Float64Array; readonly seconds: number } | null {
  const stretch = tape.stretches.at(-1);
  const at = stretch?.frames.findIndex((frame) => frame !== null) ?? -1;
  return at < 0 ? null : { first: stretch!.frames[at]!, seconds: tape.times.at(-1)! - tape.times[stretch!.from + at]! };
}

/**
 * The values of one row of the source, by its name: null at moments without it. For sources with one value a row.
 * @param last of so many moments only
 */
export function rowOf(tape: Tape, name: string, last = tape.times.length): (number | null)[] {
  return gather(tape, (stretch) => stretch.rows.names.indexOf(name), Math.max(0, tape.times.length - last));
}

/** Is this row known to the source at all? */
export function hasRow(tape: Tape, name: string): boolean {
  return tape.stretches.some((stretch) => stretch.rows.names.includes(name));
}

/** So many values of which nothing is known. */
export function unknowns(count: number): (number | null)[] {
  return Array.from({ length: count }, () => null);
}

/** @param first the moment to begin with */
function gather(tape: Tape, indexIn: (stretch: Stretch) => number, first = 0): (number | null)[] {
  const values = unknowns(tape.times.length - first);
  for (const stretch of tape.stretches) {
    const { from, frames } = stretch;
    const index = from + frames.length <= first ? -1 : indexIn(stretch);
    if (index < 0) continue;
    for (let at = Math.max(0, first - from); at < frames.length; at++) {
      const value = frames[at]?.[index];
      if (value !== undefined && !Number.isNaN(value)) values[from + at - first] = value;
    }
  }
  return values;
}

/** Everything on the tape as series. One that never changed keeps its first and last point only. */
export function seriesOf(tape: Tape): readonly Series[] {
  const found = new Map<string, { key: Key; index: Map<Stretch, number> }>();
  for (const stretch of tape.stretches) {
    stretch.keys.forEach((key, index) => {
      if (key === null) return;
      const id = `${key.name}\n${Object.values(key.labels).join('\n')}`;
      const entry = found.get(id) ?? { key, index: new Map<Stretch, number>() };
      found.set(id, entry);
      entry.index.set(stretch, index);
    });
  }
  const series = [...found.values()].flatMap(({ key, index }) => {
    const values = gather(tape, (stretch) => index.get(stretch) ?? -1);
    return values.every((value) => value === null) ? [] : [toSeries(key, tape.times, values)];
  });
  return tape.source.keep === undefined ? series : mostChanged(series, tape.source.keep);
}

export function toSeries(key: Key, times: readonly number[], values: readonly (number | null)[]): Series {
  const first = values[0];
  const flat = values.length > 2 && values.every((value) => value === first);
  return {
    name: key.name,
    labels: key.labels,
    unit: seriesNames[key.name].unit,
    times: flat ? [times[0]!, times.at(-1)!] : [...times],
    values: flat ? [first!, first!] : values,
  };
}

/** The rows of a long list that say something: first by how much they changed, then by size. */
function mostChanged(series: readonly Series[], keep: number): readonly Series[] {
  if (series.length <= keep) return series;
  return series
    .map((one) => ({ one, weight: weight(one) }))
    .toSorted((a, b) => b.weight[0] - a.weight[0] || b.weight[1] - a.weight[1])
    .slice(0, keep)
    .map(({ one }) => one);
}

/** By how much a series changed over the window, and its last value. */
function weight(one: Series): readonly [number, number] {
  const last = one.values.at(-1) ?? 0;
  return [Math.abs(last - (one.values[0] ?? 0)), last];
}
