import { studentQuantile } from './distributions.ts';
import { mean, robustDeviation } from './quantiles.ts';

export interface Fit {
  readonly slope: number;
  readonly intercept: number;
  /** Sum of squared residuals. */
  readonly residual: number;
  /** Of the slope. */
  readonly interval95: readonly [number, number];
}

/** Least squares y = slope · x through the origin. */
export function throughOrigin(x: readonly number[], y: readonly number[]): Fit {
  return weighted(
    x,
    y,
    x.map(() => 1),
    false,
  );
}

/** Ordinary least squares y = slope · x + intercept. */
export function withIntercept(x: readonly number[], y: readonly number[]): Fit {
  return weighted(
    x,
    y,
    x.map(() => 1),
    true,
  );
}

/**
 * Huber's (1964) M-estimate by iterated reweighting: a point further than 1.345 robust deviations from the line counts
 * by its distance, not by its square. A neighbour's burst that lands in one tick doesn't turn the line.
 */
export function robust(x: readonly number[], y: readonly number[], intercept: boolean): Fit {
  let weights = x.map(() => 1);
  let fit = weighted(x, y, weights, intercept);
  for (let round = 0; round < 30; round++) {
    const off = y.map((value, i) => value - fit.slope * x[i]! - fit.intercept);
    const scale = robustDeviation(off);
    // Half of the points lie on the line exactly: nothing is left to weigh.
    if (scale === 0) break;
    weights = off.map((distance) => Math.min(1, (1.345 * scale) / Math.max(Math.abs(distance), 1e-300)));
    const next = weighted(x, y, weights, intercept);
    const settled = Math.abs(next.slope - fit.slope) <= 1e-9 * Math.abs(next.slope);
    fit = next;
    if (settled) break;
  }
  return fit;
}

function weighted(x: readonly number[], y: readonly number[], weights: readonly number[], intercept: boolean): Fit {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const average = (values: readonly number[]): number => values.reduce((sum, value, i) => sum + weights[i]! * value, 0) / total;
  const [x0, y0] = intercept ? [average(x), average(y)] : [0, 0];
  let xx = 0;
  let xy = 0;
  for (const [i, weight] of weights.entries()) {
    xx += weight * (x[i]! - x0) ** 2;
    xy += weight * (x[i]! - x0) * (y[i]! - y0);
  }
  const slope = xx === 0 ? 0 : xy / xx;
  const offset = y0 - slope * x0;
  const residual = y.reduce((sum, value, i) => sum + weights[i]! * (value - slope * x[i]! - offset) ** 2, 0);
  const degrees = x.length - (intercept ? 2 : 1);
  const reach = degrees < 1 || xx === 0 ? Number.POSITIVE_INFINITY : studentQuantile(0.05, degrees) * Math.sqrt(residual / degrees / xx);
  return { slope, intercept: offset, residual, interval95: [slope - reach, slope + reach] };
}

/** Pearson's correlation; 0 where one side is constant. */
export function correlation(x: readonly number[], y: readonly number[]): number {
  const x0 = mean(x);
  const y0 = mean(y);
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (const [i, value] of x.entries()) {
    xx += (value - x0) ** 2;
    yy += (y[i]! - y0) ** 2;
    xy += (value - x0) * (y[i]! - y0);
  }
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}

/**
 * Non-negative least squares: how much of y each column gives when none may take away (Lawson & Hanson 1974 state the
 * problem; coordinate descent, as Franc et al. 2005, solves it: the problem is convex, and the columns here are few).
 */
export function nonNegative(columns: readonly (readonly number[])[], y: readonly number[]): number[] {
  const gram = columns.map((a) => columns.map((b) => dot(a, b)));
  const gradient = columns.map((column) => -dot(column, y));
  const shares = columns.map(() => 0);
  for (let round = 0; round < 2000; round++) {
    let largest = 0;
    for (const [j, row] of gram.entries()) {
      if (row[j] === 0) continue;
      const next = Math.max(0, shares[j]! - gradient[j]! / row[j]!);
      const change = next - shares[j]!;
      if (change === 0) continue;
      shares[j] = next;
      for (const [k, value] of row.entries()) gradient[k]! += change * value;
      largest = Math.max(largest, Math.abs(change) / (Math.abs(next) + 1e-12));
    }
    if (largest < 1e-12) break;
  }
  return shares;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
