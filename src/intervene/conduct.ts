import type { Counted } from '../host/datagrams.ts';
import type { Host } from '../host/host.ts';
import { available, type Reading, unavailable } from '../model/reading.ts';
import { seeded } from '../statistics/random.ts';
import type { Aimed } from './arms.ts';
import { type ArmJudgement, type Burst, judge, preciseEnough } from './judge.ts';
import type { Protocol } from './protocol.ts';
import type { Response } from './response.ts';
import { type Phase, schedule } from './schedule.ts';
import type { Prepared } from './stimulus.ts';
import { mustStop, type StopReason } from './stop-rules.ts';

export interface Conducted {
  readonly bursts: readonly Burst[];
  readonly arms: readonly ArmJudgement[];
  /** null: it went to its end. */
  readonly stopped: StopReason | null;
}

export interface Conductor {
  readonly host: Host;
  readonly response: Response;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (done: number, of: number, phase: Phase) => void;
}

/** Neighbours learn each other, caches warm, and a peer shows whether it answers: not counted. */
const WARM_UP = 16;
/** Seconds. */
const BRIEF = 0.5;

/** Of the challenge, and of the rechallenge; fewer could not reach the p that convicts. */
const FEWEST_ROUNDS = 3;

/**
 * Runs the experiment. Refuses before the first counted burst where a peer does not answer at all: no experiment with it
 * could acquit anything.
 */
export async function conduct(protocol: Protocol, aimed: readonly Aimed[], conductor: Conductor): Promise<Reading<Conducted>> {
  const { host, response } = conductor;
  if (response.read() === null) return unavailable(response.by, 'denied', 'it could not be read', 'run as root');
  const prepared: Prepared[] = [];
  try {
    for (const { arm, stimulus, target, address } of aimed) {
      const one = await stimulus.prepare(arm, { host, target, address });
      if (!one.ok) return one;
      prepared.push(one.value);
    }
    return await run(protocol, aimed, prepared, conductor);
  } finally {
    for (const one of prepared) await one.close();
  }
}

/**
 * How long one event takes. Asked after a first burst, which is slow: its code is not compiled and no neighbour is known yet.
 * A burst that is over in no time is made again, larger: what every burst costs whatever its size would count too much.
 */
async function pace(
  prepared: Prepared,
  largest: number,
  host: Host,
  signal: AbortSignal | undefined,
): Promise<Counted & { readonly seconds: number }> {
  let [events, answers, seconds] = [0, 0, 0];
  for (let size = Math.min(WARM_UP, largest); ; size = Math.min(4 * size, largest)) {
    const at = host.clock.now();
    const made = await prepared.burst(size, signal);
    const took = host.clock.now() - at;
    events += made.events;
    answers += made.answers;
    seconds = took / Math.max(1, made.events);
    if (took > BRIEF || size === largest || size > WARM_UP) return { events, answers, seconds };
  }
}

const needsAnswers = ({ stimulus, target }: Aimed): boolean => stimulus.reach === 'server' || target === 'on-link' || target === 'off-link';

async function run(
  protocol: Protocol,
  aimed: readonly Aimed[],
  prepared: readonly Prepared[],
  { host, response, signal, onProgress }: Conductor,
): Promise<Reading<Conducted>> {
  const started = host.clock.now();
  const random = seeded(protocol.seed);
  const slots = schedule(aimed.length, protocol.events, protocol.rounds, random);
  const largest = Math.max(...slots.map(({ dose }) => dose));
  let slotSeconds = 0;
  for (const [index, each] of prepared.entries()) {
    const first = await each.burst(Math.min(WARM_UP, largest), signal);
    const paced = await pace(each, largest, host, signal);
    const events = first.events + paced.events;
    const answers = first.answers + paced.answers;
    const one = aimed[index]!;
    if (events === 0) return unavailable(one.arm.stimulus, 'absent', 'it could not be done once', 'try it by hand');
    if (needsAnswers(one) && answers === 0)
      return unavailable(
        `the peer ${one.address}`,
        'absent',
        'it does not answer',
        'name a peer that answers: a UDP echo service, a closed port, or ping (icmp6-…)',
      );
    slotSeconds = Math.max(slotSeconds, paced.seconds * largest);
  }
  const bursts: Burst[] = [];
  let stopped: StopReason | null = null;
  let over: Phase | null = null;
  for (const [index, slot] of slots.entries()) {
    if (slot.phase === over) continue;
    const begins = slot.round >= FEWEST_ROUNDS && slot.round !== slots[index - 1]!.round;
    if (begins && preciseEnough(bursts, aimed.length, response.lump, protocol.enough)) {
      over = slot.phase;
      continue;
    }
    stopped = mustStop(host, protocol.stop, started, signal);
    if (stopped !== null) break;
    onProgress(index, slots.length, slot.phase);
    const at = host.clock.now();
    const before = response.read();
    const { events, answers } = slot.arm === null ? { events: 0, answers: 0 } : await prepared[slot.arm]!.burst(slot.dose, signal);
    await host.clock.wait(Math.max(0, slotSeconds - (host.clock.now() - at)) + protocol.settle_seconds, signal);
    const after = response.read();
    // A burst that was cut short is not one of the plan: its slot was shorter as well.
    if (signal?.aborted === true) {
      stopped = 'interrupted';
      break;
    }
    if (before === null || after === null) return unavailable(response.by, 'denied', 'it can no longer be read');
    bursts.push({ phase: slot.phase, arm: slot.arm, events, answers, gained: after - before, seconds: host.clock.now() - at });
  }
  const options = { least: protocol.least, lump: response.lump, needsAnswers: aimed.map(needsAnswers) };
  return available({ bursts, stopped, arms: judge(bursts, aimed.length, options, random) });
}
