/** Did the growth stop? Pure: growth before and after, with their intervals. */
export interface Measured {
  readonly value: number;
  readonly interval95: readonly [number, number];
}

export interface Verified {
  readonly verdict: 'stopped' | 'slowed' | 'unchanged' | 'cannot-tell';
  /** How many times slower, where it slowed. */
  readonly by: number | null;
  /** How many times longer (or larger a dose) would decide; null where it is decided. */
  readonly needs: number | null;
}

/** "Stopped" promises: less than this share of the growth goes on. */
const STOPPED = 0.1;

export function verify(before: Measured, after: Measured): Verified {
  const decided = (verdict: Verified['verdict'], by: number | null = null): Verified => ({ verdict, by, needs: null });
  // There was no growth to stop.
  if (before.interval95[0] <= 0) return { verdict: 'cannot-tell', by: null, needs: 4 };
  const [low, high] = after.interval95;
  if (low <= STOPPED * before.value && high <= STOPPED * before.value) return decided('stopped');
  if (high < before.interval95[0] && low > 0) return decided('slowed', before.value / after.value);
  const half = (high - low) / 2;
  if (low > 0.5 * before.value) return decided('unchanged');
  // The interval of a slope narrows with the time to the power of three halves.
  return { verdict: 'cannot-tell', by: null, needs: Math.max(2, Math.min(100, (half / (STOPPED * before.value)) ** (2 / 3) * 1.5)) };
}
