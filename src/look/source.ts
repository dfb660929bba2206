import type { Unit } from '../model/evidence.ts';
import type { SeriesName } from '../model/series.ts';

export interface Point {
  readonly name: SeriesName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * One file of /proc or /sys as an examination source: where it is, how it parses (pure; throws `Malformed`),
 * and which points it gives. One source a file, one line in `sources.ts`.
 */
export interface Source<T> {
  readonly id: string;
  readonly path: string;
  /** `tick`: read at each sample, cheap (≤ 0.6 ms). `edge`: read at the window's start and end only. */
  readonly cadence: 'tick' | 'edge';
  /** What would help where it can't be read, by reason. */
  readonly help: { readonly absent?: string; readonly denied?: string };
  parse(text: string): T;
  points(value: T): readonly Point[];
}

export type { Unit };
