import { autocorrelation, ranks } from './autocorrelation.ts';
import { normalTwoSided } from './distributions.ts';
import { inversions } from './inversions.ts';
import { ascending } from './quantiles.ts';

export interface MannKendall {
  /** Rising pairs minus falling pairs. */
  readonly s: number;
  /** Variance of S under "no trend", ties and autocorrelation accounted for. */
  readonly variance: number;
  /** How much autocorrelation inflated the variance; 1: independent. */
  readonly inflation: number;
  readonly z: number;
  /** Two-sided. */
  readonly p: number;
}

/** Sizes of the groups of equal values. */
export function tieSizes(values: ArrayLike<number>): number[] {
  const sorted = ascending(values);
  const sizes: number[] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    if (end - start > 1) sizes.push(end - start);
    start = end;
  }
  return sizes;
}

/** Kendall's S of the values in the order given, O(n log n). */
export function kendallS(values: ArrayLike<number>): number {
  const pairs = (values.length * (values.length - 1)) / 2;
  let tied = 0;
  for (const size of tieSizes(values)) tied += (size * (size - 1)) / 2;
  return pairs - tied - 2 * inversions(values, 'left-out');
}

const term = (t: number): number => t * (t - 1) * (2 * t + 5);

/** Variance of S for independent values, with ties (Kendall 1975; Gilbert 1987, eq. 16.4). */
export function kendallVariance(values: ArrayLike<number>): number {
  let sum = term(values.length);
  for (const size of tieSizes(values)) sum -= term(size);
  return sum / 18;
}

/**
 * n/n*: how autocorrelation inflates the variance of S (Hamed & Rao 1998, J. Hydrol. 204, eq. 17), from the ranks
 * of the detrended values. Of their "significant" lags only the leading run counts (the first one inside the 90 %
 * band ends it): with a few dozen samples the far lags are noise. Never below 1, because anticorrelation in so
 * short a window is as likely to be chance, and would only add false alarms.
 */
export function inflationOf(detrended: ArrayLike<number>): number {
  const n = detrended.length;
  if (n < 4) return 1;
  const rho = autocorrelation(ranks(detrended), Math.min(n - 3, Math.floor(n / 2)));
  let sum = 0;
  for (const [index, value] of rho.entries()) {
    const lag = index + 1;
    if (value < 1.645 / Math.sqrt(n)) break;
    sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * value;
  }
  return 1 + (2 * sum) / (n * (n - 1) * (n - 2));
}

/**
 * Mann–Kendall test for a monotone trend (Mann 1945, Kendall 1975), values in order of time.
 * @param detrended the values less their trend: gives the correction for autocorrelation; left out, none is made
 */
export function mannKendall(values: ArrayLike<number>, detrended?: ArrayLike<number>): MannKendall {
  const s = kendallS(values);
  const inflation = detrended === undefined ? 1 : inflationOf(detrended);
  const variance = kendallVariance(values) * inflation;
  // Continuity correction: S moves in steps of two.
  const z = variance === 0 || s === 0 ? 0 : (s - Math.sign(s)) / Math.sqrt(variance);
  return { s, variance, inflation, z, p: normalTwoSided(z) };
}
