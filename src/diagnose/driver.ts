import { countsTheGrowthItself, movesWithEverything } from '../kernel/families.ts';
import type { Driver } from '../model/diagnosis.ts';
import type { Series } from '../model/evidence.ts';
import { counterName } from '../model/series.ts';
import { studentTwoSided } from '../statistics/distributions.ts';
import { type Candidate, candidateOf, paceOf, type Pace } from './pace.ts';

export interface DriverOptions {
  /** Beginnings of the names of the counters that belong to the owner of the growth (`familyOf`). */
  readonly family?: readonly string[];
  /** The smallest step of the grown series (objects per slab); left out: the smallest change seen. */
  readonly lump?: number;
}

/**
 * Which counter's events make the growth, and how many objects an event leaves behind. null when none does, or when
 * no counter can be told from the passing of time.
 *
 * First by variation: the pace of growth, block by block, follows the counter's better than a constant pace would. If
 * the pace is constant, every counter of constant pace explains it as well as time does; then only a simple ratio
 * (one object per packet, one per three) singles a counter out, and one of the owner's own family before others.
 * @param counters only those whose name ends in _total are looked at; times must be those of `grown`
 */
export function driverOf(grown: Series, counters: readonly Series[], options: DriverOptions = {}): Driver | null {
  const pace = paceOf(grown, options.lump);
  if (pace === null) return null;
  const candidates: Candidate[] = [];
  for (const counter of counters) {
    const name = counterName(counter);
    if (name === null || countsTheGrowthItself(name)) continue;
    const candidate = candidateOf(name, pace, counter);
    if (candidate !== null) candidates.push(candidate);
  }
  return byVariation(candidates, pace, options) ?? bySimpleRatio(candidates, pace, options);
}

function byVariation(candidates: readonly Candidate[], pace: Pace, options: DriverOptions): Driver | null {
  const following = candidates.filter((candidate) => {
    if (candidate.correlation <= 0 || candidate.interval95[0] <= 0) return false;
    const degrees = candidate.effective - 2;
    const p = degrees < 1 ? 1 : studentTwoSided(candidate.correlation * Math.sqrt(degrees / (1 - candidate.correlation ** 2)), degrees);
    // Bonferroni: of hundreds of counters some follow by chance.
    return candidate.r2 >= 0.5 && p * candidates.length <= 0.01;
  });
  const least = following.reduce((min, candidate) => Math.min(min, candidate.residual), Number.POSITIVE_INFINITY);
  const equals = following.filter((candidate) => asGood(candidate.residual, least, pace));
  return chosen(equals, [], 'variation', options);
}

function bySimpleRatio(candidates: readonly Candidate[], pace: Pace, options: DriverOptions): Driver | null {
  const steady = candidates.filter((candidate) => asGood(candidate.steadily, pace.residual, pace) && candidate.imprecision <= 0.2);
  const simple = steady.filter((candidate) => candidate.simple !== null);
  const kin = simple.filter((candidate) => isKin(candidate.name, options.family));
  // Without kinship only a sharp 1 will do: among hundreds of counters some ratio is near 1/7, or roughly 1, by chance.
  const plain = simple.filter(({ simple, imprecision, name }) => simple === '1' && imprecision <= 0.05 && !movesWithEverything(name));
  return chosen(kin.length > 0 ? kin : plain, steady, 'ratio', options);
}

/** The best of counters that explain the growth equally well, with the others as those it cannot be told from. */
function chosen(
  equals: readonly Candidate[],
  others: readonly Candidate[],
  basis: NonNullable<Driver['basis']>,
  options: DriverOptions,
): Driver | null {
  const rank = (candidate: Candidate): number =>
    (movesWithEverything(candidate.name) ? 8 : 0) +
    (candidate.simple === null ? 4 : 0) +
    (isKin(candidate.name, options.family) ? 0 : 2) +
    (candidate.simple === '1' ? 0 : 1);
  // Residuals a quarter apart are the same; then the family's order counts, and the kernel's, which names arrivals first.
  const size = (candidate: Candidate): number => Math.round(Math.log(candidate.residual + 1) / Math.log(1.25));
  const nearness = (candidate: Candidate): number => options.family?.findIndex((beginning) => isKin(candidate.name, [beginning])) ?? 0;
  const order = equals.toSorted((a, b) => rank(a) - rank(b) || size(a) - size(b) || nearness(a) - nearness(b));
  const [best] = order;
  if (best === undefined) return null;
  const rest = new Set([...order, ...others].map((candidate) => candidate.name));
  rest.delete(best.name);
  return {
    counter: best.name,
    objects_per_event: best.ratio,
    interval95: best.interval95,
    r2: basis === 'variation' ? best.r2 : Math.max(0, Math.min(1, best.r2)),
    ...(rest.size > 0 ? { indistinguishable: [...rest] } : {}),
    ...(best.simple === null ? {} : { simple_ratio: best.simple }),
    basis,
    kin: isKin(best.name, options.family),
  };
}

/** Kin by the counter's own name, or by its table's ("nf_conntrack insert"). */
function isKin(name: string, family: readonly string[] = []): boolean {
  return family.some((beginning) => name.split(' ').some((word) => word.startsWith(beginning)));
}

/**
 * Two fits are equally good unless one leaves far more. What the rounding to lumps leaves in any case (a difference of
 * two rounded values has variance lump²/6) tells nothing.
 */
function asGood(residual: number, least: number, pace: Pace): boolean {
  const rounding = (pace.blocks * pace.lump ** 2) / 6;
  return residual <= (least + rounding) * (1 + 4 / Math.sqrt(pace.blocks));
}
