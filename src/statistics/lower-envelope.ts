export interface Envelope {
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/**
 * The lowest point of each of `blocks` stretches of equal duration: what a breathing cache keeps when it breathes
 * out. Block minima of a trendless series have no trend, unlike a running or future minimum, so they may be tested.
 */
export function blockMinima(times: readonly number[], values: readonly number[], blocks: number): Envelope {
  const start = times[0] ?? 0;
  const span = (times.at(-1) ?? 0) - start;
  const lowest: (number | undefined)[] = Array.from({ length: blocks });
  for (const [i, time] of times.entries()) {
    const block = span === 0 ? 0 : Math.min(blocks - 1, Math.floor(((time - start) / span) * blocks));
    const held = lowest[block];
    if (held === undefined || values[i]! < values[held]!) lowest[block] = i;
  }
  const kept = lowest.filter((index) => index !== undefined);
  return { times: kept.map((i) => times[i]!), values: kept.map((i) => values[i]!) };
}

/** The lower convex hull (Andrew 1979): the tightest convex line that no point lies below. For drawing, not for tests. */
export function lowerHull(times: readonly number[], values: readonly number[]): Envelope {
  const hull: number[] = [];
  for (let i = 0; i < times.length; i++) {
    while (hull.length > 1) {
      const a = hull.at(-2)!;
      const b = hull.at(-1)!;
      const turn = (times[b]! - times[a]!) * (values[i]! - values[a]!) - (values[b]! - values[a]!) * (times[i]! - times[a]!);
      if (turn > 0) break;
      hull.pop();
    }
    hull.push(i);
  }
  return { times: hull.map((i) => times[i]!), values: hull.map((i) => values[i]!) };
}
