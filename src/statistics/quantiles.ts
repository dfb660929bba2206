/** Numbers in ascending order, as a copy. */
export function ascending(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).toSorted();
}

/** The q-quantile (0 … 1) of ascending numbers, interpolated between ranks (Hyndman & Fan 1996, type 7); NaN of nothing. */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = (sorted.length - 1) * Math.min(1, Math.max(0, q));
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}

export function quantile(values: ArrayLike<number>, q: number): number {
  return quantileOfSorted(ascending(values), q);
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** The median distance from the median: the scale of the numbers, deaf to up to half of them being outliers. */
export function medianAbsoluteDeviation(values: ArrayLike<number>): number {
  const centre = median(values);
  return median(Float64Array.from(values, (value) => Math.abs(value - centre)));
}

/** MAD × 1.4826: the standard deviation, if the bulk of the numbers is normal. */
export function robustDeviation(values: ArrayLike<number>): number {
  return 1.482602218505602 * medianAbsoluteDeviation(values);
}
