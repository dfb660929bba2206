import { type Pausable, pause } from '../host/freeze.ts';
import type { Host } from '../host/host.ts';
import { journalReady } from '../host/journal.ts';
import type { Unavailable } from '../model/evidence.ts';
import { available, type Reading, unavailable } from '../model/reading.ts';
import { type Eliminated, eliminate } from './elimination.ts';
import { watchGrowth } from './growth.ts';
import type { Response } from './response.ts';
import type { Protocol } from './protocol.ts';
import { mustStop, type StopReason } from './stop-rules.ts';

export interface EliminateOptions {
  readonly host: Host;
  readonly response: Response;
  /** The longest that anyone is paused at a time. */
  readonly freezeSeconds: number;
  readonly freezer: string | null;
  readonly stop: Protocol['stop'];
  readonly signal?: AbortSignal | undefined;
  /** Round 0 watches the growth with nobody paused. */
  readonly onProgress: (round: number, paused: number) => void;
}

export interface Elimination extends Eliminated {
  /** Objects per second with nobody paused. */
  readonly rate: number;
  /** The culprits were paused once more, alone: this share of the growth ended. null: nobody was named. */
  readonly confirmed: number | null;
  /** Growth with nobody paused at the end, as a share of that at the beginning: near one, or time explains it as well. */
  readonly returned: number | null;
  readonly stopped: StopReason | null;
}

/** What was under way when the others were paused comes to its end first. */
const SETTLE = 0.3;
const BASELINE = { minSeconds: 3, maxSeconds: 30 };
const MIN_WATCH = 1.5;
/** Growth whose interval is wider than this share of it, or that has made fewer steps of the counter, can't be halved. */
const UNSTEADY = 0.3;
const FEWEST_OBJECTS = 20;
/** Half of an interval, as a share of the growth, that tells a half from another. */
const PRECISION = 0.1;

export async function conductElimination(candidates: readonly Pausable[], options: EliminateOptions): Promise<Reading<Elimination>> {
  const { host, response, signal, stop } = options;
  const started = host.clock.now();
  const ready = journalReady(false);
  if (!ready.ok) return ready;
  options.onProgress(0, 0);
  const baseline = await watchGrowth(host, response, { ...BASELINE, enough: (rate) => Math.max(PRECISION * rate, 1e-9), signal });
  if (baseline === null) return unavailable(response.by, 'denied', 'it could not be watched', 'run as root');
  const half = (baseline.interval95[1] - baseline.interval95[0]) / 2;
  if (half > UNSTEADY * baseline.rate || baseline.rate * baseline.seconds < FEWEST_OBJECTS * response.lump)
    return unavailable(
      `growth of ${response.alias}`,
      'absent',
      `${baseline.rate.toFixed(1)} objects/s: it does not grow steadily now`,
      'start it while it grows',
    );
  let failure: Unavailable | null = null;
  let stopped: StopReason | null = null;
  let round = 0;
  const measure = async (set: readonly number[]): Promise<number | null> => {
    stopped ??= mustStop(host, stop, started, signal);
    if (stopped !== null) return null;
    options.onProgress(++round, set.length);
    const rate = await rateWhilePaused(
      set.map((index) => candidates[index]!),
      baseline.rate,
      options,
    );
    if (!rate.ok) {
      if (signal?.aborted === true) stopped = 'interrupted';
      else failure = rate.unavailable;
      return null;
    }
    return rate.value / baseline.rate;
  };
  const found = await eliminate(candidates.length, measure);
  const named = found.culprits.map(({ index }) => index);
  const alone = named.length > 0 && found.complete ? await measure(named) : null;
  const again =
    stopped === null && failure === null
      ? await watchGrowth(host, response, { ...BASELINE, enough: () => PRECISION * baseline.rate, signal })
      : null;
  if (failure !== null) return { ok: false, unavailable: failure };
  return available({
    ...found,
    rate: baseline.rate,
    confirmed: alone === null ? null : 1 - alone,
    returned: again === null ? null : again.rate / baseline.rate,
    stopped,
  });
}

/** Objects per second while these are paused; they go on again before it returns. */
async function rateWhilePaused(set: readonly Pausable[], baseline: number, options: EliminateOptions): Promise<Reading<number>> {
  const { host, response, freezeSeconds, freezer, signal } = options;
  const paused = await pause(set, { withinSeconds: freezeSeconds, freezer });
  if (!paused.ok) return paused;
  let watched: Awaited<ReturnType<typeof watchGrowth>>;
  try {
    await host.clock.wait(SETTLE, signal);
    const maxSeconds = Math.max(MIN_WATCH, freezeSeconds - SETTLE - 1);
    watched = await watchGrowth(host, response, { minSeconds: MIN_WATCH, maxSeconds, enough: () => PRECISION * baseline, signal });
  } finally {
    const undone = await paused.value.undo();
    // Its guard tries again, and goes on trying.
    if (!undone.ok) await host.clock.wait(1);
  }
  await host.clock.wait(SETTLE, signal);
  return watched === null ? unavailable(response.by, 'unsupported', 'ended while it was watched') : available(watched.rate);
}
