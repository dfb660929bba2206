import type { Series } from '../model/evidence.ts';
import { measure, points } from './motion.ts';

/** How fast a series went over the window, per second. */
export interface Rate {
  readonly slope: number;
  readonly interval95: readonly [number, number];
  /** Seconds between the first reading and the last. */
  readonly span: number;
  /** Enough readings stand behind it for a trend. */
  readonly certain: boolean;
}

/**
 * The rate with what is known of its error; null with fewer than two readings.
 * @param lump objects per slab of a cache; 1 for an exact counter
 */
export function rateOf(series: Series, lump: number): Rate | null {
  const { times, values } = points(series);
  if (times.length < 2) return null;
  const span = times.at(-1)! - times[0]!;
  const difference = values.at(-1)! - values[0]!;
  const { enough, changes, slope, interval95 } = measure(series, { lump });
  if (enough && changes > 0) return { slope, interval95, span, certain: true };
  // Two readings: events that come one by one come by Poisson's law, and one more may just have been missed.
  const reach = (2 * Math.sqrt(Math.abs(difference)) + 1) / span;
  return { slope: difference / span, interval95: [difference / span - reach, difference / span + reach], span, certain: enough };
}

/** What of the cache the population does not count, at the ticks at which both could be read. */
export function remainder(cache: Series, population: Series): Series {
  const counted = new Map(population.times.map((time, i) => [time, population.values[i] ?? null]));
  const values = cache.values.map((value, i) => {
    const part = counted.get(cache.times[i]!) ?? null;
    return value === null || part === null ? null : value - part;
  });
  return { ...cache, values };
}
