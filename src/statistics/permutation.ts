import { mean } from './quantiles.ts';
import { type Random, shuffled } from './random.ts';

/**
 * Two-sided p of a permutation test: how often shuffled labels give a statistic at least as far from zero as the one
 * observed. The observed labelling is one of the permutations: hence the + 1, without which p could be zero (Phipson &
 * Smyth 2010).
 * @param statistic of the two groups; zero where they do not differ
 */
export function permutationTest(
  first: readonly number[],
  second: readonly number[],
  random: Random,
  rounds = 9999,
  statistic: (first: readonly number[], second: readonly number[]) => number = differenceOfMeans,
): number {
  const observed = Math.abs(statistic(first, second));
  const pooled = [...first, ...second];
  // A hair's breadth, so that the same sums added up in another order count as equal.
  const least = observed - 1e-12 * Math.max(1, observed);
  let asFar = 0;
  for (let round = 0; round < rounds; round++) {
    const mixed = shuffled(pooled, random);
    if (Math.abs(statistic(mixed.slice(0, first.length), mixed.slice(first.length))) >= least) asFar++;
  }
  return (asFar + 1) / (rounds + 1);
}

export function differenceOfMeans(first: readonly number[], second: readonly number[]): number {
  return mean(second) - mean(first);
}
