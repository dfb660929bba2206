import type { Host } from '../host/host.ts';
import { withIntercept } from '../statistics/regression.ts';
import type { Response } from './response.ts';

export interface Growth {
  /** Objects per second, with its 95 % interval. */
  readonly rate: number;
  readonly interval95: readonly [number, number];
  readonly seconds: number;
}

export interface WatchOptions {
  readonly minSeconds: number;
  readonly maxSeconds: number;
  /** It is known well enough when half its interval is at most this many objects per second. */
  readonly enough: (rate: number) => number;
  readonly signal?: AbortSignal | undefined;
}

const TICK = 0.2;
const FEWEST = 5;

/** Watches the alias's count until its pace is known well enough or the time is over. null: it can't be read, or it was ended. */
export async function watchGrowth(
  host: Host,
  response: Response,
  { minSeconds, maxSeconds, enough, signal }: WatchOptions,
): Promise<Growth | null> {
  const times: number[] = [];
  const counts: number[] = [];
  const start = host.clock.now();
  for (;;) {
    const now = host.clock.now();
    const count = response.read();
    if (count === null) return null;
    times.push(now - start);
    counts.push(count);
    const seconds = now - start;
    if (times.length >= FEWEST) {
      const growth = growthOf(times, counts, response.lump);
      const half = (growth.interval95[1] - growth.interval95[0]) / 2;
      if (seconds >= maxSeconds || (seconds >= minSeconds && half <= enough(growth.rate))) return growth;
    }
    if (!(await host.clock.wait(TICK, signal))) return null;
  }
}

/** The least-squares pace. Its interval is at least what one step of the counter would make of it. */
export function growthOf(times: readonly number[], counts: readonly number[], lump: number): Growth {
  const { slope, interval95 } = withIntercept(times, counts);
  const seconds = times.at(-1)! - times[0]!;
  const step = lump / seconds;
  return { rate: slope, interval95: [Math.min(interval95[0], slope - step), Math.max(interval95[1], slope + step)], seconds };
}
