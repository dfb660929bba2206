import type { Growth, Shape } from '../model/diagnosis.ts';
import type { Series } from '../model/evidence.ts';
import { adjusted } from '../statistics/false-discovery.ts';
import { fewestBlocks, measure, type Motion, type MotionOptions } from './motion.ts';
import { isPlateau, stepOf } from './shape.ts';

export interface GrowthOptions extends MotionOptions {
  /** Bytes of one unit of the series: the object's size in its slab, the page size, or 1. */
  readonly bytesPerUnit: number;
}

/** Share of false discoveries that is accepted among all series called growing. */
const falseDiscoveries = 0.05;

/** Fewer distinct changes than this show that something happened, not that it goes on. */
const fewestChanges = 5;

// Measured (simulation, seeded; windows of 30 to 300 s at 1 s). Called a trend with nothing growing, one series at a time:
// noise about a level 0 to 1 %, AR(1) of 0.95 up to 4 %, random walk 5 to 8 %; through growthOfAll 0 to 0.3 of 60 moving
// series. Found among 81 caches, slabs of 16: 131/s 100 % in 30 s; 5/s 65 % in 30 s, 100 % in 60 s; 0.5/s never in 120 s,
// 100 % in 300 s. The interval covers the true rate in 97 to 100 % for noise about a level, but only 84 to 95 % where the
// level wanders (Poisson leaks do): eight blocks know their own scatter no better.

/** How one series moves. For many series at once take `growthOfAll`: one in twenty of them would be called growing by chance. */
export function growthOf(series: Series, options: GrowthOptions): Growth {
  const motion = measure(series, options);
  return judged(motion, motion.p, series, options);
}

/**
 * How each of many series moves, with the false-discovery rate held over all that moved at all. Series that never
 * changed could not have been called growing and don't count as tests. The caches share the machine's load, which
 * makes them depend on one another positively: Benjamini–Hochberg holds for that.
 */
export function growthOfAll(list: readonly { readonly series: Series; readonly options: GrowthOptions }[]): Growth[] {
  const motions = list.map(({ series, options }) => measure(series, options));
  const tested = motions.flatMap((motion, i) => (motion.changes > 0 && motion.enough ? [i] : []));
  const corrected = new Map(adjusted(tested.map((i) => motions[i]!.p)).map((p, k) => [tested[k]!, p]));
  return list.map(({ series, options }, i) => judged(motions[i]!, corrected.get(i) ?? motions[i]!.p, series, options));
}

function judged(motion: Motion, p: number, series: Series, options: GrowthOptions): Growth {
  const shape = shapeOf(motion, p);
  const counted = series.unit === 'objects';
  return {
    shape,
    objects_per_second: counted ? motion.slope : null,
    bytes_per_second: motion.slope * options.bytesPerUnit,
    interval95: counted ? motion.interval95 : [motion.interval95[0] * options.bytesPerUnit, motion.interval95[1] * options.bytesPerUnit],
    p,
    exhausts_in_seconds: null,
    window_needed_seconds: shape === 'inconclusive' ? windowNeeded(motion) : null,
  };
}

function shapeOf(motion: Motion, p: number): Shape {
  if (!motion.enough) return 'inconclusive';
  if (motion.changes === 0) return 'flat';
  const rise = motion.slope * motion.span;
  // The floor is one of resolution: a slab gives and takes whole slabs, and noise of this size is always there.
  const floor = Math.max(3 * motion.lump, motion.noise);
  const certain = p <= falseDiscoveries && Math.abs(rise) >= floor && motion.changes >= fewestChanges;
  if (certain && motion.interval95[1] < 0) return 'falling';
  // The jumps were set aside, and the rest still grows.
  if (certain && motion.jumps > 0 && motion.interval95[0] > 0) return 'trend';
  const step = stepOf(motion);
  if (step !== null && Math.abs(step) >= floor) return step > 0 ? 'step' : 'falling';
  if (!motion.breathing && isPlateau(motion, floor)) return 'plateau';
  if (certain && motion.interval95[0] > 0) return 'trend';
  // However the pace wanders: what never falls and rises in every part of the window grows.
  if (motion.steadfast && rise >= floor) return 'trend';
  if (motion.breathing && !(motion.p <= 0.05 && rise > 0)) {
    if (motion.untested >= floor) return 'inconclusive';
    return motion.teeth >= 3 ? 'sawtooth' : 'flat';
  }
  const onlyRose = motion.fallen === 0 && motion.risen >= floor && motion.changes >= 3;
  if (rise > 0 && (motion.p <= 0.05 || onlyRose)) return 'inconclusive';
  return 'flat';
}

/**
 * The window, in seconds, in which a slope like the one seen would stand out: from the noise about the line (the
 * error of a slope falls with T^1.5), from the wandering of the level where it wanders (with T^0.5 only), and from
 * the size of the lumps. null where the slope seen isn't upwards: no window would show growth.
 */
function windowNeeded(motion: Motion): number | null {
  if (motion.spacing === null) return null;
  if (!motion.enough) return Math.ceil(motion.spacing * Math.max(2 * motion.points, 16));
  const breaths = motion.untested > 0 ? (1.25 * (fewestBlocks + 1) * motion.span) / motion.teeth : 0;
  if (motion.untested > 0 && motion.p > 0.05) return Math.ceil(breaths);
  const slope = motion.slope > 0 ? motion.slope : (motion.risen - motion.fallen) / motion.span;
  if (slope <= 0) return null;
  // Four standard errors pass false-discovery control over some hundred moving caches.
  const noise = ((4 * motion.noise) ** 2 * 12 * motion.inflation * motion.spacing) / slope ** 2;
  const wanders = motion.inflation > motion.points / 8;
  const walk = wanders ? ((4 * motion.wander) / slope) ** 2 : 0;
  return Math.ceil(Math.max(1.5 * motion.span, Math.cbrt(noise), walk, (2 * fewestChanges * motion.lump) / slope));
}

/**
 * Seconds until the memory is gone: what is available now, by the rate at which MemAvailable itself shrinks, but
 * not faster than the growth if only the growth is certain. null where the growth isn't upwards or lasting.
 * @param available meminfo_bytes{field=MemAvailable}
 * @param shrinking how it moves, where that is known already
 */
export function forecast(available: Series, growth: Growth, shrinking: Growth = growthOf(available, { bytesPerUnit: 1 })): number | null {
  const left = available.values.findLast((value) => value !== null);
  if (left === undefined || growth.shape !== 'trend' || growth.bytes_per_second <= 0) return null;
  if (shrinking.shape !== 'falling') return left / growth.bytes_per_second;
  return left / Math.max(growth.bytes_per_second, -shrinking.bytes_per_second);
}
