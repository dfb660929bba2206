import { permutationTest } from '../statistics/permutation.ts';
import type { Random } from '../statistics/random.ts';
import { correlation, robust } from '../statistics/regression.ts';
import type { Phase } from './schedule.ts';

/** What one slot did and what it was answered with. */
export interface Burst {
  readonly phase: Phase;
  /** null: the idle control */
  readonly arm: number | null;
  readonly events: number;
  readonly answers: number;
  /** Objects gained over the slot. */
  readonly gained: number;
  readonly seconds: number;
}

export interface ArmJudgement {
  readonly events: number;
  readonly answers: number;
  readonly objectsPerEvent: number;
  readonly interval95: readonly [number, number];
  /** Two-sided, of the permutation test against the idle slots. */
  readonly p: number;
  readonly convicted: boolean;
  /** Neither convicted nor acquitted, and why. */
  readonly undecided: 'wide' | 'unanswered' | 'not-reproduced' | 'too-few' | null;
  /** Share of the arm's variation that the dose explains, its own bursts alone; null with fewer than three. */
  readonly doseResponse: number | null;
  /** Objects per event after the washout alone; null where it was not reached. */
  readonly rechallenge: number | null;
}

export interface JudgeOptions {
  readonly least: number;
  /** How many objects the counter moves by: 1 where it is exact. */
  readonly lump: number;
  /** By arm: events count only when the other side answers (a peer that drops everything proves nothing). */
  readonly needsAnswers: readonly boolean[];
}

/** Chance of convicting any innocent arm of the experiment (Bonferroni over its arms). */
const ALPHA = 0.01;
/** An acquittal says: less than this many objects an event. */
const ACQUITTED_BELOW = 0.1;

/**
 * Each arm against the idle slots. Objects per event is the slope over dose, idle slots being dose nought: what goes on
 * anyway is the intercept. Convicted is an arm whose p is small, whose interval lies above nought, which has an effect
 * worth the name, and has it again after the washout.
 */
export function judge(bursts: readonly Burst[], arms: number, options: JudgeOptions, random: Random): readonly ArmJudgement[] {
  const idle = bursts.filter(({ arm }) => arm === null);
  return Array.from({ length: arms }, (_, arm) => {
    const own = bursts.filter((burst) => burst.arm === arm);
    return judgeArm(own, idle, ALPHA / arms, options, options.needsAnswers[arm] === true, random);
  });
}

function judgeArm(
  own: readonly Burst[],
  idle: readonly Burst[],
  alpha: number,
  { least, lump }: JudgeOptions,
  needsAnswers: boolean,
  random: Random,
): ArmJudgement {
  const sum = (of: (burst: Burst) => number): number => own.reduce((total, burst) => total + of(burst), 0);
  const [events, answers] = [sum((burst) => burst.events), sum((burst) => burst.answers)];
  const few = own.length < 3 || idle.length < 3 || events === 0;
  const { slope, interval95 } = slopeOf(own, idle, lump);
  const p = few
    ? 1
    : permutationOfRanks(
        idle.map(({ gained }) => gained),
        own.map(({ gained }) => gained),
        random,
      );
  const again = own.filter(({ phase }) => phase === 'rechallenge');
  const rechallenge = again.length === 0 ? null : slopeOf(again, idle, lump).slope;
  const first = own.filter(({ phase }) => phase === 'challenge');
  const grows = !few && p <= alpha && interval95[0] > 0 && slope >= least;
  const reproduced = rechallenge !== null && rechallenge >= slope / 2 && slopeOf(first, idle, lump).slope >= slope / 2;
  const convicted = grows && reproduced;
  const dosed = own.map((burst) => burst.events);
  return {
    events,
    answers,
    objectsPerEvent: slope,
    interval95,
    p,
    convicted,
    undecided: convicted
      ? null
      : few
        ? 'too-few'
        : grows
          ? 'not-reproduced'
          : needsAnswers && answers < events / 2
            ? 'unanswered'
            : interval95[1] < Math.max(ACQUITTED_BELOW, least)
              ? null
              : 'wide',
    doseResponse:
      own.length < 3
        ? null
        : correlation(
            dosed,
            own.map(({ gained }) => gained),
          ) ** 2,
    rechallenge,
  };
}

/**
 * Whether every arm is known to within `enough` objects an event (of an arm that makes more than one, to that share). The
 * rule for ending early looks at the width of the interval alone, never at which side of nought it lies: an innocent arm gains
 * no second chance to be convicted by it (Chow & Robbins 1965, fixed-width sequential intervals).
 */
export function preciseEnough(bursts: readonly Burst[], arms: number, lump: number, enough: number): boolean {
  const idle = bursts.filter(({ arm }) => arm === null);
  return Array.from({ length: arms }, (_, arm) =>
    slopeOf(
      bursts.filter((burst) => burst.arm === arm),
      idle,
      lump,
    ),
  ).every(({ slope, interval95: [low, high] }) => (high - low) / 2 <= enough * Math.max(1, Math.abs(slope)));
}

/** By ranks (Wilcoxon): on a busy machine a neighbour's thousand files land in one slot, and must not outweigh all others. */
function permutationOfRanks(idle: readonly number[], own: readonly number[], random: Random): number {
  const sorted = [...idle, ...own].toSorted((a, b) => a - b);
  // Equal numbers share the middle of their ranks.
  const rank = (value: number): number => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2;
  return permutationTest(idle.map(rank), own.map(rank), random);
}

/** Objects per event, deaf to the odd slot (Huber), with a 95 % interval; never narrower than what one step of the counter would make of it. */
function slopeOf(
  own: readonly Burst[],
  idle: readonly Burst[],
  lump: number,
): { readonly slope: number; readonly interval95: readonly [number, number] } {
  const all = [...idle, ...own];
  const { slope, interval95 } = robust(
    all.map(({ events }) => events),
    all.map(({ gained }) => gained),
    true,
  );
  const events = own.reduce((total, burst) => total + burst.events, 0);
  const step = events === 0 ? Number.POSITIVE_INFINITY : lump / events;
  return { slope, interval95: [Math.min(interval95[0], slope - step), Math.max(interval95[1], slope + step)] };
}
