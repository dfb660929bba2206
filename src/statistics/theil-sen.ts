import { inversions } from './inversions.ts';
import { kendallVariance } from './mann-kendall.ts';
import { ascending, median } from './quantiles.ts';

export interface TheilSen {
  /** Units of value per unit of time. */
  readonly slope: number;
  /** Median of value − slope × time. */
  readonly intercept: number;
  readonly interval95: readonly [number, number];
}

/** Above this many points the pairwise slopes are ranked without being listed. */
const listedUpTo = 600;

/**
 * The median of the slopes between all pairs of points (Theil 1950, Sen 1968) and its 95 % interval by Sen's rank
 * method, where ties narrow the variance of S (Gilbert 1987, § 16.5). Ranks are rounded outwards.
 * @param times strictly ascending
 * @param inflation variance inflation for autocorrelation (`inflationOf`), or how to find it once the slope is known
 */
export function theilSen(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  inflation: number | ((slope: number) => number) = 1,
): TheilSen {
  const n = times.length;
  const pairs = (n * (n - 1)) / 2;
  if (pairs === 0) return { slope: 0, intercept: values[0] ?? 0, interval95: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] };
  const ranked = n <= listedUpTo ? listed(times, values) : searched(times, values);
  const slope = (ranked((pairs - 1) >> 1) + ranked(pairs >> 1)) / 2;
  const reach = 1.959964 * Math.sqrt(kendallVariance(values) * (typeof inflation === 'number' ? inflation : inflation(slope)));
  const low = Math.floor((pairs - reach) / 2) - 1;
  const high = Math.ceil((pairs + reach) / 2);
  return {
    slope,
    intercept: median(Float64Array.from(values, (value, i) => value - slope * times[i]!)),
    // Too few points for the asked confidence leave a side open.
    interval95: [low < 0 ? Number.NEGATIVE_INFINITY : ranked(low), high >= pairs ? Number.POSITIVE_INFINITY : ranked(high)],
  };
}

/** Rank k (from 0) of the pairwise slopes: all listed and sorted, O(n²). */
function listed(times: ArrayLike<number>, values: ArrayLike<number>): (k: number) => number {
  const n = times.length;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let k = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) slopes[k++] = (values[j]! - values[i]!) / (times[j]! - times[i]!);
  const sorted = ascending(slopes);
  return (rank) => sorted[rank]!;
}

/**
 * The same by bisection: the slopes not above m are the pairs that v − m·t puts in falling or equal order, which
 * are counted in O(n log n) (the idea of Cole et al. 1989, with bisection in place of their sorting network).
 */
function searched(times: ArrayLike<number>, values: ArrayLike<number>): (k: number) => number {
  let steepest = 0;
  for (let i = 1; i < times.length; i++) {
    // Every pairwise slope is a mean of neighbours' slopes, so theirs bound it.
    steepest = Math.max(steepest, Math.abs((values[i]! - values[i - 1]!) / (times[i]! - times[i - 1]!)));
  }
  const origin = times[0]!;
  const notAbove = (m: number): number =>
    inversions(
      Float64Array.from(values, (value, i) => value - m * (times[i]! - origin)),
      'counted',
    );
  return (rank) => {
    if (steepest === 0) return 0;
    // Zero is by far the most frequent slope of a lumpy series: rounding must not miss it.
    const atZero = notAbove(0);
    const belowZero = inversions(values, 'left-out');
    if (rank >= belowZero && rank < atZero) return 0;
    let low = rank < belowZero ? -steepest : 0;
    let high = rank < belowZero ? 0 : steepest;
    for (let i = 0; i < 60 && high - low > 1e-12 * steepest; i++) {
      const middle = (low + high) / 2;
      if (notAbove(middle) > rank) high = middle;
      else low = middle;
    }
    return (low + high) / 2;
  };
}
