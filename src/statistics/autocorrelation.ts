import { mean } from './quantiles.ts';

/** Autocorrelation at lags 1 … last (the usual estimator, divisor n); zeros for a constant series. */
export function autocorrelation(values: ArrayLike<number>, last: number): number[] {
  const n = values.length;
  const centre = mean(values);
  let variance = 0;
  for (let i = 0; i < n; i++) variance += (values[i]! - centre) ** 2;
  const result: number[] = [];
  for (let lag = 1; lag <= last; lag++) {
    let sum = 0;
    for (let i = lag; i < n; i++) sum += (values[i]! - centre) * (values[i - lag]! - centre);
    result.push(variance === 0 ? 0 : sum / variance);
  }
  return result;
}

/** Ranks 1 … n, ties sharing their mean rank. */
export function ranks(values: ArrayLike<number>): number[] {
  const order = Array.from(values, (_, i) => i).toSorted((a, b) => values[a]! - values[b]!);
  const result = Array.from<number>({ length: values.length });
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let k = start; k < end; k++) result[order[k]!] = (start + end + 1) / 2;
    start = end;
  }
  return result;
}
