import type { Series } from '../model/evidence.ts';
import { measure, points } from './motion.ts';

/** How fast a series went over the window, per second. */
export interface Rate {
  readonly slope: number;
  readonly interval95: readonly [number, number];
  /** More than two readings stand behind it. */
  readonly certain: boolean;
}

/**
 * The rate with what is known of its error; null with fewer than two readings.
 * @param lump objects per slab of a cache, whose value may be off by two slabs in the window; 1 for an exact counter
 */
export function rateOf(series: Series, lump: number): Rate | null {
  const { times, values } = points(series);
  if (times.length < 2) return null;
  const span = times.at(-1)! - times[0]!;
  const difference = values.at(-1)! - values[0]!;
  const tolerance = lump > 1 ? 2 * lump : 0;
  const motion = measure(series, { lump });
  if (motion.enough && motion.changes > 0) {
    const reach = tolerance / span;
    return { slope: motion.slope, interval95: [motion.interval95[0] - reach, motion.interval95[1] + reach], certain: true };
  }
  // Two readings: events that come one by one come by Poisson's law, and one more may just have been missed.
  const reach = (2 * Math.sqrt(Math.abs(difference)) + 1 + tolerance) / span;
  return { slope: difference / span, interval95: [difference / span - reach, difference / span + reach], certain: motion.enough };
}
