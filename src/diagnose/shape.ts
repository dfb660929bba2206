import { bestBreakpoint, bestStep, line } from '../statistics/change-point.ts';
import { mean, median, quantile } from '../statistics/quantiles.ts';
import { theilSen } from '../statistics/theil-sen.ts';
import type { Motion } from './motion.ts';

/**
 * The height of the one jump that makes up the whole motion, or null. Before and after it the level holds: a line,
 * which leaves a quarter of the variance of a pure step, must not fit better, nor may either side have gone on by
 * more than a quarter of the jump.
 */
export function stepOf(motion: Motion): number | null {
  const { times, values } = motion;
  const step = bestStep(values);
  if (step.at < 2 || step.at > values.length - 2) return null;
  const jump = step.after - step.before;
  const centre = mean(values);
  const total = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  if (step.residual > 0.1 * total || step.residual >= line(times, values).residual) return null;
  const moved = (from: number, to: number): number => {
    const third = Math.max(1, Math.floor((to - from) / 3));
    return Math.abs(median(values.slice(to - third, to)) - median(values.slice(from, from + third)));
  };
  const held = Math.max(moved(0, step.at), moved(step.at, values.length)) <= Math.abs(jump) / 4;
  return held ? jump : null;
}

/**
 * Growth that has stopped within the window: the last third doesn't grow, although at the pace of the time before
 * it would have grown by three lumps and by more than the noise. Fewer lumps can be missing by chance.
 */
export function isPlateau(motion: Motion, floor: number): boolean {
  const { times, values, span } = motion;
  const from = times.findIndex((time) => time >= times[0]! + (2 * span) / 3);
  if (from < 4 || times.length - from < 4) return false;
  const early = values.slice(0, from);
  const late = values.slice(from);
  const ends = Math.max(1, Math.floor(early.length / 5));
  const rise = median(early.slice(-ends)) - median(early.slice(0, ends));
  const pace = rise / (times[from - 1]! - times[0]!);
  if (rise < floor || pace * (span / 3) < Math.max(3 * motion.lump, 2 * spread(late))) return false;
  const tail = theilSen(times.slice(from), late).interval95;
  // A top that falls back again is breathing, not a level that was reached.
  const kept = median(late) - median(early.slice(0, ends)) > rise / 2;
  const bend = bestBreakpoint(times, values);
  return kept && tail[0] <= 0 && tail[1] < pace / 3 && bend !== null && bend.first.slope > 3 * Math.abs(bend.second.slope);
}

function spread(values: readonly number[]): number {
  return quantile(values, 0.75) - quantile(values, 0.25);
}
