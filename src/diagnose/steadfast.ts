const parts = 5;
/** Each fifth of the window must bring at least this share of what a fifth brings in the mean. */
const leastPart = 0.2;
/** It must have risen at so many of the ticks, and fallen by no more than this share of what it rose. */
const risenTicks = 0.5;
const fewestTicks = 20;
const fallenShare = 0.02;

/**
 * The slowest and the fastest fifth of a series that rises in every part of the window and hardly ever falls, per second;
 * null for any other. A warm-up slows down, a burst is over, noise falls as well: such a series grows, however its pace wanders.
 */
export function steadfastRates(
  times: readonly number[],
  values: readonly number[],
  { changes, risen, fallen }: { readonly changes: number; readonly risen: number; readonly fallen: number },
): readonly [number, number] | null {
  if (changes < fewestTicks || changes < risenTicks * (times.length - 1) || fallen > fallenShare * risen) return null;
  const start = times[0]!;
  const span = times.at(-1)! - start;
  const at = (share: number): number => values[times.findLastIndex((time) => time <= start + share * span)]!;
  const rises = Array.from({ length: parts }, (_, part) => at((part + 1) / parts) - at(part / parts));
  const whole = values.at(-1)! - values[0]!;
  const slowest = Math.min(...rises);
  return slowest < (leastPart * whole) / parts ? null : [(slowest * parts) / span, (Math.max(...rises) * parts) / span];
}
