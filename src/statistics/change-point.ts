import { ranks } from './autocorrelation.ts';
import { mean } from './quantiles.ts';

export interface Pettitt {
  /** Index of the first value after the change. */
  readonly at: number;
  readonly k: number;
  /** Approximate, two-sided: 2 exp(−6K² / (n³ + n²)). */
  readonly p: number;
}

/** Pettitt's (1979) test for one shift of the median at an unknown time. */
export function pettitt(values: ArrayLike<number>): Pettitt {
  const n = values.length;
  const rank = ranks(values);
  let sum = 0;
  let at = 0;
  let k = 0;
  for (let t = 1; t < n; t++) {
    sum += rank[t - 1]!;
    const u = Math.abs(2 * sum - t * (n + 1));
    if (u > k) {
      k = u;
      at = t;
    }
  }
  return { at, k, p: n === 0 ? 1 : Math.min(1, 2 * Math.exp((-6 * k * k) / (n ** 3 + n ** 2))) };
}

export interface Step {
  /** Index of the first value after the jump. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
  /** Sum of squared residuals of the two levels. */
  readonly residual: number;
}

/** The one jump between two levels that fits best (least squares). */
export function bestStep(values: ArrayLike<number>): Step {
  const n = values.length;
  const centre = n === 0 ? 0 : mean(values);
  let total = 0;
  for (let i = 0; i < n; i++) total += (values[i]! - centre) ** 2;
  let best: Step = { at: 0, before: centre, after: centre, residual: total };
  let left = 0;
  for (let at = 1; at < n; at++) {
    left += values[at - 1]! - centre;
    const residual = Math.max(0, total - (left * left) / at - (left * left) / (n - at));
    if (residual < best.residual) best = { at, before: centre + left / at, after: centre - left / (n - at), residual };
  }
  return best;
}

export interface Line {
  readonly slope: number;
  readonly intercept: number;
  readonly residual: number;
}

/** Ordinary least squares. */
export function line(times: ArrayLike<number>, values: ArrayLike<number>, from = 0, to = times.length): Line {
  let t = 0;
  let v = 0;
  for (let i = from; i < to; i++) {
    t += times[i]!;
    v += values[i]!;
  }
  t /= to - from;
  v /= to - from;
  let tt = 0;
  let tv = 0;
  let vv = 0;
  for (let i = from; i < to; i++) {
    tt += (times[i]! - t) ** 2;
    tv += (times[i]! - t) * (values[i]! - v);
    vv += (values[i]! - v) ** 2;
  }
  const slope = tt === 0 ? 0 : tv / tt;
  return { slope, intercept: v - slope * t, residual: Math.max(0, vv - slope * tv) };
}

export interface Breakpoint {
  /** Index of the first value of the second line. */
  readonly at: number;
  readonly first: Line;
  readonly second: Line;
  readonly residual: number;
}

/** The breakpoint at which two straight lines fit best, each over at least `least` points; null when too short. */
export function bestBreakpoint(times: ArrayLike<number>, values: ArrayLike<number>, least = 4): Breakpoint | null {
  let best: Breakpoint | null = null;
  // Above 200 points every (n/100)th candidate is tried: the break is wanted to a percent of the window.
  const stride = Math.max(1, Math.floor(times.length / 100));
  for (let at = least; at <= times.length - least; at += stride) {
    const first = line(times, values, 0, at);
    const second = line(times, values, at);
    const residual = first.residual + second.residual;
    if (best === null || residual < best.residual) best = { at, first, second, residual };
  }
  return best;
}
