import type { Series } from '../model/evidence.ts';
import { autocorrelation } from '../statistics/autocorrelation.ts';
import { drift } from '../statistics/drift.ts';
import { correlation, robust, throughOrigin, withIntercept } from '../statistics/regression.ts';
import { points } from './motion.ts';

/** How fast a series grew, block by block. */
export interface Pace {
  readonly times: readonly number[];
  readonly values: readonly number[];
  readonly lump: number;
  readonly span: number;
  readonly blocks: number;
  /** Indices of the blocks' edges in `times`. */
  readonly edges: readonly number[];
  readonly rises: readonly number[];
  /** Sum of squares that a constant pace leaves. */
  readonly residual: number;
}

/** A counter set against the growth. */
export interface Candidate {
  readonly name: string;
  readonly ratio: number;
  readonly interval95: readonly [number, number];
  /** Half the interval, as a share of the ratio. */
  readonly imprecision: number;
  readonly simple: string | null;
  readonly correlation: number;
  /** Blocks that count as independent. */
  readonly effective: number;
  /** Sum of squares left by ratio × events, and by a fit that allows a constant pace beside it if that is far better. */
  readonly steadily: number;
  readonly residual: number;
  /** 1 − residual / what a constant pace leaves. */
  readonly r2: number;
}

const fewestBlocks = 6;
const fewestEvents = 20;

/**
 * Cuts the growth into blocks that each gain some lumps, so that rounding to whole slabs doesn't drown the pace; null
 * when the series didn't grow by enough for six of them.
 */
export function paceOf(grown: Series, givenLump?: number): Pace | null {
  const { times, values } = points(grown);
  const n = times.length;
  if (n < 2 * fewestBlocks) return null;
  const rise = values[n - 1]! - values[0]!;
  const seen = values.slice(1).map((value, i) => Math.abs(value - values[i]!));
  const lump = givenLump ?? seen.reduce((least, step) => (step > 0 ? Math.min(least, step) : least), Number.POSITIVE_INFINITY);
  const blocks = Math.min(30, Math.floor((n - 1) / 2), Math.floor(rise / (3 * lump)));
  if (!(blocks >= fewestBlocks)) return null;
  const edges = Array.from({ length: blocks + 1 }, (_, k) => Math.round((k * (n - 1)) / blocks));
  const rises = differences(values, edges);
  const { residual } = throughOrigin(differences(times, edges), rises);
  return { times, values, lump, span: times[n - 1]! - times[0]!, blocks, edges, rises, residual };
}

/** null for a counter with too few events, with gaps at the edges, that was reset, or whose ratio isn't above zero. */
export function candidateOf(name: string, pace: Pace, counter: Series): Candidate | null {
  const at = new Map(counter.times.map((time, i) => [time, counter.values[i] ?? null]));
  const levels: number[] = [];
  let last: number | null = null;
  for (const time of pace.times) {
    // A tick that could not be read repeats the level before it; the next one catches up.
    last = at.get(time) ?? last;
    if (last === null || last < (levels.at(-1) ?? last)) return null;
    levels.push(last);
  }
  const total = levels.at(-1)! - levels[0]!;
  if (total < fewestEvents) return null;
  const events = differences(levels, pace.edges);
  // From the medians of the first and the last block: noise at the two ends of the window then hardly counts.
  const spans = Math.min(8, pace.blocks);
  const ratio = drift(pace.times, pace.values, spans).slope / drift(pace.times, levels, spans).slope;
  if (!Number.isFinite(ratio)) return null;
  const steadily = pace.rises.reduce((sum, rise, i) => sum + (rise - ratio * events[i]!) ** 2, 0);
  // What the ratio leaves over should not drift; how surely it doesn't is how surely the ratio is known.
  const left = drift(
    pace.times,
    pace.values.map((value, i) => value - ratio * (levels[i]! - levels[0]!)),
    spans,
  );
  // The first and the last value are each known to a lump.
  const reach = (((left.interval95[1] - left.interval95[0]) / 2) * pace.span + pace.lump) / total;
  const alone = { ratio, interval95: [ratio - reach, ratio + reach] as const, residual: steadily };
  const beside = withIntercept(events, pace.rises);
  const better = steadily > beside.residual * (1 + 12 / (pace.blocks - 2)) + (pace.blocks * pace.lump ** 2) / 6;
  const steadier = better ? robust(events, pace.rises, true) : beside;
  const fit = better ? { ratio: steadier.slope, interval95: steadier.interval95, residual: beside.residual } : alone;
  if (!(fit.ratio > 0) || fit.interval95[1] - fit.interval95[0] > fit.ratio) return null;
  const memory = Math.max(0, autocorrelation(events, 1)[0]! * autocorrelation(pace.rises, 1)[0]!);
  return {
    name,
    ...fit,
    imprecision: reach / ratio,
    simple: simpleRatio(fit.ratio, fit.interval95),
    correlation: Math.min(0.999999, correlation(events, pace.rises)),
    effective: (pace.blocks * (1 - memory)) / (1 + memory),
    steadily,
    r2: pace.residual === 0 ? 0 : 1 - fit.residual / pace.residual,
  };
}

/**
 * The whole number, or one in a whole number, that lies in the interval; null where the interval is so wide, set
 * against the distance to the next such ratio, that one lies in it by chance.
 */
export function simpleRatio(ratio: number, [low, high]: readonly [number, number]): string | null {
  const inverse = ratio < 1;
  const n = Math.round(inverse ? 1 / ratio : ratio);
  const exact = inverse ? 1 / n : n;
  const gap = inverse ? 1 / n - 1 / (n + 1) : 1;
  if (n > 32 || exact < low || exact > high || high - low > 0.4 * gap) return null;
  return inverse && n > 1 ? `1/${n}` : `${n}`;
}

function differences(values: readonly number[], edges: readonly number[]): number[] {
  return edges.slice(1).map((edge, k) => values[edge]! - values[edges[k]!]!);
}
