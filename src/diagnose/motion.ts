import type { Series } from '../model/evidence.ts';
import { drift } from '../statistics/drift.ts';
import { blockMinima } from '../statistics/lower-envelope.ts';
import { mannKendall } from '../statistics/mann-kendall.ts';
import { steadfastRates } from './steadfast.ts';
import { quantile, robustDeviation } from '../statistics/quantiles.ts';
import { theilSen } from '../statistics/theil-sen.ts';

export interface MotionOptions {
  /**
   * The smallest step the counter makes: objects per slab for slab_active_objects, which counts the free objects of
   * per-CPU slabs as active and so moves by whole slabs; 1 for an exact counter. Left out: the smallest change seen.
   */
  readonly lump?: number;
}

/** What is measured of a series before it is judged. Units are the series' own, times are seconds. */
export interface Motion {
  readonly times: readonly number[];
  readonly values: readonly number[];
  readonly points: number;
  /** Enough points to say anything. */
  readonly enough: boolean;
  readonly span: number;
  readonly spacing: number | null;
  readonly lump: number;
  /** Ticks at which the value changed, and how far it rose and fell in all. */
  readonly changes: number;
  readonly risen: number;
  readonly fallen: number;
  readonly slope: number;
  readonly interval95: readonly [number, number];
  readonly p: number;
  /** Deviation about the line; its memory (variance inflation); and the wandering of the level per √second. */
  readonly noise: number;
  readonly inflation: number;
  readonly wander: number;
  /** The value goes up and down by much more than it grows; how many times. */
  readonly breathing: boolean;
  readonly teeth: number;
  /** Breaths were too few to test the lower envelope, which yet rises from quarter to quarter, by this much in all. */
  readonly untested: number;
  /** Lone upward jumps that were set aside: the slope is that of the rest. */
  readonly jumps: number;
  /** It rises in every part of the window and hardly ever falls: it grows, however its pace wanders. */
  readonly steadfast: boolean;
}

/** Readings below which nothing is said of how a series moves. */
export const fewestPoints = 8;

/** Drops what could not be read and what is not later than the point before it. */
export function points(series: Series): { times: number[]; values: number[] } {
  const times: number[] = [];
  const values: number[] = [];
  for (const [i, value] of series.values.entries()) {
    const time = series.times[i];
    if (value === null || !Number.isFinite(value) || time === undefined || !(time > (times.at(-1) ?? Number.NEGATIVE_INFINITY))) continue;
    times.push(time);
    values.push(value);
  }
  return { times, values };
}

/** Slope, interval and p of a series, of its lower envelope where it breathes. */
export function measure(series: Series, options: MotionOptions): Motion {
  const { times, values } = points(series);
  const span = times.length > 1 ? times.at(-1)! - times[0]! : 0;
  const rises = values.slice(1).map((value, i) => value - values[i]!);
  const moved = rises.filter((rise) => rise !== 0);
  const lump = options.lump ?? moved.reduce((least, rise) => Math.min(least, Math.abs(rise)), Number.POSITIVE_INFINITY);
  const bare = {
    times,
    values,
    points: times.length,
    enough: times.length >= fewestPoints,
    span,
    spacing: span > 0 ? span / (times.length - 1) : null,
    lump: Number.isFinite(lump) ? lump : 1,
    changes: moved.length,
    risen: moved.reduce((sum, rise) => sum + Math.max(rise, 0), 0),
    fallen: moved.reduce((sum, rise) => sum + Math.max(-rise, 0), 0),
  };
  if (moved.length === 0 || !bare.enough) return { ...bare, ...unmoved(bare.lump, bare.enough ? span : 0) };
  const whole = trendOf(times, values);
  const { breathing, teeth } = breath(values, whole.residuals, bare.lump);
  const swing = { noise: robustDeviation(whole.residuals), inflation: whole.inflation, wander: whole.wander, breathing, teeth };
  // Each block must hold a whole breath, or its minimum would be that of half a breath.
  const blocks = Math.min(10, Math.floor(teeth / 1.25));
  const looks: (Trend & { readonly jumps: number })[] = [{ ...whole, jumps: 0 }];
  const untested = breathing && blocks < fewestBlocks ? quartersRise(times, values) : 0;
  if (breathing && blocks >= fewestBlocks) {
    const floor = blockMinima(times, values, blocks);
    looks.push({ ...trendOf(floor.times, floor.values), jumps: 0 });
  }
  const calm = withoutJumps(values, rises, bare.lump);
  if (calm.jumps > 0) {
    const trend = trendOf(times, calm.values);
    // Setting upward jumps aside can only bend the line down: a fall so found would be our own making.
    if (trend.slope > 0) looks.push({ ...trend, jumps: calm.jumps });
  }
  const best = looks.reduce((a, b) => (b.p < a.p ? b : a));
  // Every look is a chance to be wrong: Bonferroni.
  const p = Math.min(1, looks.length * best.p);
  const rates = steadfastRates(times, values, bare);
  const found = { ...bare, ...swing, ...ends(best), untested, jumps: best.jumps, p, steadfast: rates !== null };
  if (rates === null || best.interval95[0] > 0) return found;
  // By the sign test: each change had an even chance to be a fall.
  const falls = rises.filter((rise) => rise < 0).length;
  return { ...found, slope: (values.at(-1)! - values[0]!) / span, interval95: rates, p: Math.min(p, 2 ** (2 * falls - moved.length)) };
}

/**
 * The series without its lone upward jumps (a burst of look-ups, a service that starts), so that a leak on which they
 * stand is seen: at most one tick in twenty, each far above what the value does otherwise.
 */
function withoutJumps(values: readonly number[], rises: readonly number[], lump: number): { values: number[]; jumps: number } {
  const usual = quantile(rises.map(Math.abs), 0.9);
  const least = Math.max(8 * usual, 6 * lump);
  const lone = rises.flatMap((rise, i) => (rise >= least ? [i] : [])).toSorted((a, b) => rises[b]! - rises[a]!);
  const aside = new Set(lone.slice(0, Math.max(1, Math.floor(values.length / 20))));
  let level = values[0]!;
  return { values: values.map((_, i) => (level += i === 0 || aside.has(i - 1) ? 0 : rises[i - 1]!)), jumps: aside.size };
}

/** Blocks, each holding a breath and a quarter, below which the lower envelope can't be tested. */
export const fewestBlocks = 5;

/** How far the minima of the window's quarters rise, each above the one before; 0 where they don't, as 23 times of 24 by chance. */
function quartersRise(times: readonly number[], values: readonly number[]): number {
  const minima = blockMinima(times, values, 4).values;
  const rising = minima.every((value, i) => i === 0 || value > minima[i - 1]!);
  return rising ? minima.at(-1)! - minima[0]! : 0;
}

interface Trend {
  readonly slope: number;
  readonly interval95: readonly [number, number];
  readonly p: number;
  readonly inflation: number;
  readonly wander: number;
  readonly residuals: readonly number[];
}

function ends({ slope, interval95, p }: Trend): Pick<Trend, 'slope' | 'interval95' | 'p'> {
  return { slope, interval95, p };
}

/**
 * Theil–Sen slope, held to two tests at once: Mann–Kendall (noise about a level) and drift (a level that wanders).
 * A trend must pass both, and the interval is the hull of both, since the window itself cannot tell which noise it has.
 */
function trendOf(times: readonly number[], values: readonly number[]): Trend {
  let residuals: number[] = [];
  let test = mannKendall(values);
  const sen = theilSen(times, values, (slope) => {
    residuals = values.map((value, i) => value - slope * (times[i]! - times[0]!));
    test = mannKendall(values, residuals);
    return test.inflation;
  });
  const steady = drift(times, values, Math.min(8, Math.max(5, Math.floor(times.length / 4))));
  return {
    slope: sen.slope,
    interval95: [Math.min(sen.interval95[0], steady.interval95[0]), Math.max(sen.interval95[1], steady.interval95[1])],
    p: Math.max(test.p, steady.p),
    inflation: test.inflation,
    wander: steady.error * Math.sqrt(times.at(-1)! - times[0]!),
    residuals,
  };
}

/** A series that never moved: by the rule of three, fewer than three lumps would have come in 95 % of such windows. */
function unmoved(
  lump: number,
  span: number,
): Omit<Trend, 'residuals'> & Pick<Motion, 'noise' | 'breathing' | 'teeth' | 'untested' | 'jumps' | 'steadfast'> {
  const reach = span > 0 ? (3 * lump) / span : Number.POSITIVE_INFINITY;
  return {
    steadfast: false,
    slope: 0,
    interval95: [-reach, reach],
    p: 1,
    inflation: 1,
    wander: 0,
    noise: 0,
    breathing: false,
    teeth: 0,
    untested: 0,
    jumps: 0,
  };
}

/** Counts the falls of at least half the swing, from each top to the bottom after it. */
function breath(values: readonly number[], residuals: readonly number[], lump: number): { breathing: boolean; teeth: number } {
  const swing = quantile(residuals, 0.95) - quantile(residuals, 0.05);
  let teeth = 0;
  let top = values[0]!;
  let bottom = values[0]!;
  let falling = false;
  for (const value of values) {
    if (falling) {
      bottom = Math.min(bottom, value);
      if (value > bottom + swing / 2) {
        falling = false;
        top = value;
      }
    } else {
      top = Math.max(top, value);
      if (value < top - swing / 2) {
        falling = true;
        bottom = value;
        teeth++;
      }
    }
  }
  return { breathing: swing >= 6 * lump && teeth >= 2, teeth };
}
