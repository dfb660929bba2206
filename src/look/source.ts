import type { Host } from '../host/host.ts';
import type { Unit } from '../model/evidence.ts';
import { available, Malformed, type Reading, unavailable } from '../model/reading.ts';
import type { SeriesName } from '../model/series.ts';

/** Which series a value belongs to. */
export interface Key {
  readonly name: SeriesName;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * What a source parsed: at least the names of its rows. `names` is the very array of the previous moment
 * when the rows are the same, so that keys and labels are made once and not at each sample.
 */
export interface Rows {
  readonly names: readonly string[];
}

/** The usual case: one number a row. */
export interface Named extends Rows {
  readonly values: Float64Array;
}

/**
 * One file of /proc or /sys as an examination source: where it is, how it parses (pure; throws `Malformed`),
 * and which series its values belong to. One source a file, one line in `sources.ts`.
 */
export interface Source<T extends Rows = Rows> {
  readonly id: string;
  readonly path: string;
  /** `tick`: read at each sample, cheap (≤ 0.6 ms). `edge`: read at the window's start and end only. */
  readonly cadence: 'tick' | 'edge';
  /** What would help where it can't be read, by reason. */
  readonly help: { readonly absent?: string; readonly denied?: string };
  /** Of a long list (call sites) only so many rows are kept: those that changed most, then the largest. */
  readonly keep?: number;
  /** Where one file is not enough: reads the host itself, instead of `path` through `parse`. */
  gather?(host: Host, like?: T): Reading<T>;
  /** @param like what the same source gave before: its names are used again where they are the same */
  parse(this: void, text: string, like?: T): T;
  /** Parallel to `values`; asked for only when the names changed. null: a value that is no series of its own. */
  keys(value: T): readonly (Key | null)[];
  values(value: T): Float64Array;
}

/** Reads and parses; why not, with what would help, where that fails. */
export function readSource<T extends Rows>(host: Host, source: Source<T>, like?: T): Reading<T> {
  const text = source.gather === undefined ? host.read(source.path) : null;
  if (text !== null && !text.ok) {
    const { what, reason, detail, help } = text.unavailable;
    return unavailable(what, reason, detail, (reason === 'denied' ? source.help.denied : source.help.absent) ?? help);
  }
  try {
    return text === null ? source.gather!(host, like) : available(source.parse(text.value, like));
  } catch (error) {
    if (error instanceof Malformed)
      return unavailable(source.path, 'malformed', error.message, 'please report this line with your kernel release');
    throw error;
  }
}

export type { Unit };
