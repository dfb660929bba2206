import { studentQuantile, studentTwoSided } from './distributions.ts';
import { mean, median } from './quantiles.ts';

export interface Drift {
  /** Units of value per unit of time. */
  readonly slope: number;
  /** Standard error of the slope. */
  readonly error: number;
  readonly interval95: readonly [number, number];
  /** Two-sided. */
  readonly p: number;
}

/**
 * Is the rise steady, or one a random walk could have made? Mann–Kendall takes a wandering level for a trend
 * however it is corrected, since detrending hides a short walk. Here the window is cut into blocks, and the rises
 * from one block's median to the next's are put to a t-test (batch means, Conway 1963, but deaf to a spike) with their lag-1 covariance
 * added (Newey & West 1987): for a walk it is positive, for noise about a level negative, so that neither is misjudged.
 */
export function drift(times: readonly number[], values: readonly number[], blocks: number): Drift {
  const t: number[] = [];
  const v: number[] = [];
  for (let block = 0; block < blocks; block++) {
    const from = Math.floor((block * times.length) / blocks);
    const to = Math.floor(((block + 1) * times.length) / blocks);
    if (to === from) continue;
    t.push(mean(times.slice(from, to)));
    v.push(median(values.slice(from, to)));
  }
  const k = t.length - 1;
  if (k < 2) return { slope: 0, error: Infinity, interval95: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], p: 1 };
  const span = t[k]! - t[0]!;
  const slope = (v[k]! - v[0]!) / span;
  const residuals = Array.from({ length: k }, (_, i) => v[i + 1]! - v[i]! - slope * (t[i + 1]! - t[i]!));
  let own = 0;
  let next = 0;
  for (const [i, residual] of residuals.entries()) {
    own += residual * residual;
    if (i > 0) next += residual * residuals[i - 1]!;
  }
  // With so few rises the covariance is itself uncertain: it may halve the variance, not annul it.
  const variance = Math.max(own + 2 * next, own / 2) / (k - 1);
  const error = Math.sqrt(variance * k) / span;
  const reach = studentQuantile(0.05, k - 1) * error;
  const p = slope === 0 ? 1 : studentTwoSided(slope / error, k - 1);
  return { slope, error, interval95: [slope - reach, slope + reach], p };
}
