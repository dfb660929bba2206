/**
 * Which growths are one growth: opening a file grows filp and lsm_file_cache, a network namespace grows forty
 * caches. A cache whose objects come in a fixed proportion with a unit that is already explained needs no finding
 * of its own; it is said to keep company.
 */

export interface Rate {
  /** per second */
  readonly rate: number;
  readonly interval95: readonly [number, number];
}

/** Tolerance of a proportion, for lumps of slabs and for reads that are not simultaneous. */
const tolerance = 0.08;
const largestSimpleRatio = 12;

/**
 * Objects of the cache per unit, or null when they are not in proportion.
 * @param composite the unit's making touches many caches: any ratio counts, else only small whole numbers do
 */
export function objectsPerUnit(cache: Rate, unit: Rate, composite: boolean): number | null {
  if (unit.rate <= 0 || cache.rate <= 0) return null;
  const ratio = cache.rate / unit.rate;
  if (composite) return ratio;
  const whole = Math.round(ratio);
  if (whole < 1 || whole > largestSimpleRatio) return null;
  const halfWidth = (cache.interval95[1] - cache.interval95[0]) / 2 / unit.rate;
  return Math.abs(ratio - whole) <= Math.max(tolerance * whole, Math.min(halfWidth, 0.3)) ? whole : null;
}
