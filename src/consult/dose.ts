/** What a treatment is judged by: growth at equal dose where the case has a challenge and its peers are named, else over time. */
import type { Host } from '../host/host.ts';
import { aim, type Aimed } from '../intervene/arms.ts';
import { conduct } from '../intervene/conduct.ts';
import { watchGrowth } from '../intervene/growth.ts';
import { type Protocol, protocolSchema } from '../intervene/protocol.ts';
import type { Response } from '../intervene/response.ts';
import type { Measured } from '../intervene/verify.ts';
import { progressText } from '../messages/progress.ts';
import type { Language } from '../messages/reasons.ts';
import type { Case } from '../model/case.ts';
import { available, type Reading, unavailable } from '../model/reading.ts';
import { parsePeer } from './peer.ts';
import { refuse } from './refused.ts';

/** Who may be sent what, and for how long is watched. */
export interface DoseRequest {
  readonly peers: readonly string[];
  readonly seconds: number;
  readonly events?: number | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress: (text: string) => void;
  /** Of the progress. */
  readonly language: Language;
}

export interface Dose {
  readonly per: 'event' | 'second';
  readonly measure: () => Promise<Reading<Measured>>;
}

/** The case's own challenge where its peers are named: the same events before and after. Otherwise time. */
export async function doseOf(host: Host, found: Case, response: Response, request: DoseRequest): Promise<Dose> {
  const arms = (found.challenge?.arms ?? []).filter(({ expect }) => expect === 'grows').map(({ id }) => ({ stimulus: id }));
  if (arms.length === 0 || request.peers.length === 0)
    return { per: 'second', measure: async () => overTime(host, response, request.seconds, request.signal) };
  const aimed = await aim(host, arms, request.peers.map(parsePeer));
  if (!aimed.ok) refuse(aimed.unavailable);
  const protocol = protocolSchema.parse({
    id: 'verify',
    cache: response.alias,
    arms,
    rounds: 6,
    events: request.events ?? Math.min(found.challenge?.events ?? 600, 600),
    settle_seconds: 0.3,
  });
  return { per: 'event', measure: () => overEvents(host, protocol, aimed.value, response, request) };
}

async function overTime(host: Host, response: Response, seconds: number, signal: AbortSignal | undefined): Promise<Reading<Measured>> {
  const growth = await watchGrowth(host, response, {
    minSeconds: seconds,
    maxSeconds: seconds,
    enough: () => Number.POSITIVE_INFINITY,
    signal,
  });
  if (growth === null) return unavailable(response.by, 'unsupported', 'it could not be watched to the end');
  return available({ value: growth.rate, interval95: growth.interval95 });
}

async function overEvents(
  host: Host,
  protocol: Protocol,
  aimed: readonly Aimed[],
  response: Response,
  request: DoseRequest,
): Promise<Reading<Measured>> {
  const conducted = await conduct(protocol, aimed, {
    host,
    response,
    signal: request.signal,
    onProgress: (done, of) => request.onProgress(progressText('dose', { done, of }, request.language)),
  });
  if (!conducted.ok) return conducted;
  if (conducted.value.stopped !== null) return unavailable('the dose', 'unsupported', `ended early: ${conducted.value.stopped}`);
  const [arm] = conducted.value.arms;
  if (arm === undefined) return unavailable('the dose', 'absent', 'the case has no arm that grows');
  return available({ value: arm.objectsPerEvent, interval95: arm.interval95 });
}
