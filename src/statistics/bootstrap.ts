import { quantileOfSorted } from './quantiles.ts';
import { type Random, whole } from './random.ts';

export interface BootstrapOptions {
  readonly random: Random;
  readonly rounds?: number;
  /** Values that stay together, for series that remember (Künsch 1989, circular as Politis & Romano 1992); 1: independent. */
  readonly block?: number;
}

/** 95 % percentile interval of a statistic (Efron 1979). */
export function bootstrapInterval(
  values: readonly number[],
  statistic: (sample: readonly number[]) => number,
  { random, rounds = 1999, block = 1 }: BootstrapOptions,
): readonly [number, number] {
  const found = new Float64Array(rounds);
  const sample = values.slice();
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < values.length; ) {
      const start = whole(random, values.length);
      for (let k = 0; k < block && i < values.length; k++) sample[i++] = values[(start + k) % values.length]!;
    }
    found[round] = statistic(sample);
  }
  found.sort((a, b) => a - b);
  return [quantileOfSorted(found, 0.025), quantileOfSorted(found, 0.975)];
}

/** The usual length of a block: the cube root of the number of values. */
export function blockLength(count: number): number {
  return Math.max(1, Math.round(Math.cbrt(count)));
}
