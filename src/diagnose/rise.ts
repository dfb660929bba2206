import type { Presence } from '../model/diagnosis.ts';
import type { Series } from '../model/evidence.ts';
import { readValues } from './examined.ts';

/** A share of the level below which a rise means nothing to a case. */
const least = 0.005;

/**
 * Whether a series has risen over the window: the median of its last third against the median of its first, with
 * the noise left after removing that slope. A few values (sources read only at the window's ends) have no noise
 * to judge by: there only the size of the rise counts. Medians, so that one odd reading decides nothing.
 */
export function rise(series: Series): { readonly presence: Presence; readonly by: number } {
  const values = readValues(series);
  if (values.length < 2) return { presence: 'unknown', by: 0 };
  const third = Math.max(1, Math.floor(values.length / 3));
  const from = median(values.slice(0, third));
  const to = median(values.slice(-third));
  const by = to - from;
  const enough = Math.max(Math.abs(from), Math.abs(to)) * least;
  if (values.length < 6) return { presence: by > enough ? 'present' : 'absent', by };
  const slope = by / (values.length - third);
  const middle = median(values);
  const residuals = values.map((value, index) => Math.abs(value - middle - slope * (index - (values.length - 1) / 2)));
  // 1.4826 × MAD estimates σ; √(2/third) is what is left of it in a difference of two medians' samples
  const noise = 3 * 1.4826 * median(residuals) * Math.sqrt(2 / third);
  if (by > noise && by > enough) return { presence: 'present', by };
  if (by + noise <= Math.max(enough, noise / 3) || by <= 0 || noise <= enough) return { presence: 'absent', by };
  return { presence: 'unknown', by };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Several answers as one OR: present if one is, absent if all are, else unknown (Kleene). */
export function anyOf(presences: readonly Presence[]): Presence {
  if (presences.includes('present')) return 'present';
  return presences.length === 0 || presences.includes('unknown') ? 'unknown' : 'absent';
}
