import type { Host } from '../host/host.ts';
import type { Series, Unavailable } from '../model/evidence.ts';
import type { Rows, Source } from './source.ts';
import { newTape, recordOn, seriesOf, type Tape } from './tape.ts';

export interface SampleOptions {
  /** How long to watch, in seconds; 0 is one moment. A replay goes on for as long as it has samples. */
  readonly seconds: number;
  /** Seconds between samples; by default 1, and more for a long window so that there are at most 600. */
  readonly interval?: number;
  readonly signal?: AbortSignal;
  /** Called after each sample with the seconds since the first, the time of this one (unix seconds), and what was read so far. */
  readonly onTick?: (elapsed: number, time: number, soFar: Sampled) => void;
}

/** What was read over the window, source by source. */
export interface Sampled {
  readonly tapes: readonly Tape[];
  /** unix seconds of the samples */
  readonly times: readonly number[];
  readonly unavailable: readonly Unavailable[];
}

const mostTicks = 600;
const mostReplayed = 100_000;

/**
 * Watches the host: sources of cadence `tick` at each sample, `edge` ones with the first and the last. The time of the k-th
 * sample is start + k × interval, whatever the samples before it took. `edges` is called with each edge, after its sample.
 */
export async function sample(
  host: Host,
  sources: readonly Source[],
  options: SampleOptions,
  edges: (which: 'start' | 'end', time: number) => void = () => undefined,
): Promise<Sampled> {
  const tapes = sources.map((source) => newTape<Rows>(source));
  const ticks = tapes.filter((tape) => tape.source.cadence === 'tick');
  const atEdges = tapes.filter((tape) => tape.source.cadence === 'edge');
  const interval = options.interval ?? Math.max(1, options.seconds / mostTicks);
  const replay = host.kind !== 'live';
  const wanted = replay ? mostReplayed : Math.round(options.seconds / interval);
  const times: number[] = [];

  const tick = (): number => {
    const time = host.clock.now();
    for (const tape of ticks) recordOn(tape, host, time);
    times.push(time);
    options.onTick?.(time - times[0]!, time, { tapes, times, unavailable: [] });
    return time;
  };
  const edge = (which: 'start' | 'end', time: number): void => {
    for (const tape of atEdges) recordOn(tape, host, time);
    edges(which, time);
  };

  const start = tick();
  edge('start', start);
  let last = start;
  for (let k = 1; k <= wanted; k++) {
    const goesOn = await host.clock.wait(Math.max(0, start + k * interval - host.clock.now()), options.signal);
    if (!goesOn) break;
    last = tick();
  }
  if (times.length > 1) edge('end', last);
  return { tapes, times, unavailable: tapes.flatMap((tape) => (tape.failure === null ? [] : [tape.failure])) };
}

/** All series of the window. */
export function allSeries(sampled: Sampled): readonly Series[] {
  return sampled.tapes.flatMap((tape) => seriesOf(tape));
}

export function tapeOf(sampled: Sampled, id: string): Tape | null {
  return sampled.tapes.find((tape) => tape.source.id === id) ?? null;
}
