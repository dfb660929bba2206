import type { Finding, Presence, Reason } from '../model/diagnosis.ts';
import type { Evidence, Series } from '../model/evidence.ts';
import type { SeriesName } from '../model/series.ts';
import type { SignStanding } from '../model/sign.ts';

/** A finding before the casebook has seen it. */
export type BareFinding = Omit<Finding, 'cases' | 'remedies' | 'next'>;

/** What a sign is asked of: one finding, and all evidence of the consultation. */
export interface Examined {
  readonly finding: BareFinding;
  readonly evidence: Evidence;
}

export function standing(presence: Presence, reason: Reason, ...evidence: readonly string[]): SignStanding {
  return { presence, reason, evidence };
}

/** The series of a name whose labels include the given ones. */
export function seriesOf(evidence: Evidence, name: SeriesName, labels: Readonly<Record<string, string>> = {}): readonly Series[] {
  return evidence.series.filter(
    (series) => series.name === name && Object.entries(labels).every(([key, value]) => series.labels[key] === value),
  );
}

/** The series as PromQL writes it: slab_active_objects{cache="filp"}. */
export function seriesLabel(series: Pick<Series, 'name' | 'labels'>): string {
  const labels = Object.entries(series.labels).map(([key, value]) => `${key}="${value}"`);
  return labels.length === 0 ? series.name : `${series.name}{${labels.join(',')}}`;
}

/** The values that could be read, in order of time. */
export function readValues(series: Series): readonly number[] {
  return series.values.filter((value) => value !== null);
}

/** Last minus first value that could be read; null with fewer than two. */
export function increase(series: Series): number | null {
  const values = readValues(series);
  return values.length < 2 ? null : values.at(-1)! - values[0]!;
}
