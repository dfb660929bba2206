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
const ATTEMPTS = 3;

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
 * Does it a few times, and gives the seconds that one event takes. Refuses a peer that stays silent: the first burst of all is
 * slow, its code is not compiled and no neighbour is known yet, so a busy one is asked again.
 */
async function warmUp(
  one: Aimed,
  prepared: Prepared,
  largest: number,
  host: Host,
  signal: AbortSignal | undefined,
): Promise<Reading<number>> {
  const size = Math.min(WARM_UP, largest);
  for (let attempt = 1; ; attempt++) {
    const { events, answers } = await prepared.burst(size, signal);
    if (signal?.aborted === true) return available(0);
    if (events === 0) return unavailable(one.arm.stimulus, 'absent', 'it could not be done once', 'try it by hand');
    if (!needsAnswers(one) || answers > 0) break;
    if (attempt === ATTEMPTS)
      return unavailable(
        `the peer ${one.address}`,
        'absent',
        `it does not answer (${ATTEMPTS * size} sent)`,
        'name a peer that answers: a UDP echo service, a closed port, or ping (icmp6-…)',
      );
    await host.clock.wait(1, signal);
  }
  const small = await timed(prepared, size, host, signal);
  if (small.took > BRIEF || size === largest) return available(small.each);
  // What every burst costs, whatever its size, counts too much in a small one; and a stall of the machine in either must not
  // stretch every slot of the experiment.
  const larger = await timed(prepared, Math.min(4 * size, largest), host, signal);
  return available(Math.min(small.each, larger.each));
}

async function timed(
  prepared: Prepared,
  size: number,
  host: Host,
  signal: AbortSignal | undefined,
): Promise<{ readonly took: number; readonly each: number }> {
  const at = host.clock.now();
  const { events } = await prepared.burst(size, signal);
  const took = host.clock.now() - at;
  return { took, each: took / Math.max(1, events) };
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
    const warm = await warmUp(aimed[index]!, each, largest, host, signal);
    if (!warm.ok) return warm;
    slotSeconds = Math.max(slotSeconds, warm.value * largest);
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
