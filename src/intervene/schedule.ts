import { type Random, shuffled } from '../statistics/random.ts';

export const phases = ['baseline', 'challenge', 'washout', 'rechallenge'] as const;
export type Phase = (typeof phases)[number];

/** One slot of the experiment. All slots last equally long, so that what goes on anyway is the same in each. */
export interface Slot {
  readonly phase: Phase;
  /** Which round of its phase. */
  readonly round: number;
  /** Index into the protocol's arms; null: nothing is done, and that is the control. */
  readonly arm: number | null;
  readonly dose: number;
}

/** Bursts of three sizes in equal number: objects must follow the dose. Their mean is one. */
const doses = [0.5, 1, 1.5] as const;
const WASHOUT_SLOTS = 2;

/**
 * Baseline, challenge, washout, rechallenge. Within a round every arm and one idle slot come once, in random order
 * (randomised complete blocks, Fisher 1935): a drift of the machine meets all arms alike.
 * @param events of each arm, over all rounds
 */
export function schedule(arms: number, events: number, rounds: number, random: Random): readonly Slot[] {
  const half = Math.ceil(rounds / 2);
  const sizes = Array.from({ length: arms }, () => armDoses(events, rounds, random));
  const idle = (phase: Phase, round: number): Slot => ({ phase, round, arm: null, dose: 0 });
  const block = (phase: Phase, round: number, burst: number): readonly Slot[] =>
    shuffled([idle(phase, round), ...sizes.map((each, arm): Slot => ({ phase, round, arm, dose: each[burst]! }))], random);
  return [
    ...Array.from({ length: half }, (_, round) => idle('baseline', round)),
    ...Array.from({ length: half }, (_, round) => block('challenge', round, round)).flat(),
    ...Array.from({ length: WASHOUT_SLOTS }, (_, round) => idle('washout', round)),
    ...Array.from({ length: rounds - half }, (_, round) => block('rechallenge', round, half + round)).flat(),
  ];
}

/** The burst sizes of one arm in random order; they sum to `events` exactly. */
function armDoses(events: number, rounds: number, random: Random): readonly number[] {
  const parts = Array.from({ length: rounds }, (_, index) => doses[index % doses.length]!);
  const total = parts.reduce((sum, part) => sum + part, 0);
  const sizes: number[] = [];
  let given = 0;
  let due = 0;
  for (const part of shuffled(parts, random)) {
    due += (part / total) * events;
    const size = Math.round(due) - given;
    given += size;
    sizes.push(size);
  }
  return sizes;
}
