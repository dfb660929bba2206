/** `kmai challenge`: an experiment on this machine, and what it does to a diagnosis. */
import { saveFile } from '../host/capture-writer.ts';
import type { Host } from '../host/host.ts';
import { readInput } from '../host/input.ts';
import { aim, type Aimed } from '../intervene/arms.ts';
import { conduct, type Conducted } from '../intervene/conduct.ts';
import { parseProtocol, printProtocol } from '../intervene/protocol-file.ts';
import { type Arm, type Protocol, protocolSchema } from '../intervene/protocol.ts';
import type { Response } from '../intervene/response.ts';
import { schedule } from '../intervene/schedule.ts';
import { progressText } from '../messages/progress.ts';
import type { Language } from '../messages/reasons.ts';
import type { Outcome } from '../model/evidence.ts';
import { Malformed } from '../model/reading.ts';
import { seeded } from '../statistics/random.ts';
import { caseOf } from './casebook.ts';
import { withThisMachine } from './listen.ts';
import { parsePeer } from './peer.ts';
import { Refused, refuse } from './refused.ts';
import { responseOf } from './response.ts';

export interface ChallengeRequest {
  /** Stimuli, `ID` or `ID@ADDRESS` or `ID@[ADDRESS]:PORT`; or one protocol file, NAME.yaml. */
  readonly stimuli: readonly string[];
  /** The challenge of a case, beside or instead of stimuli. */
  readonly case?: string | undefined;
  readonly peers: readonly string[];
  readonly cache?: string | undefined;
  readonly events?: number | undefined;
  readonly rounds?: number | undefined;
  readonly settle?: number | undefined;
  readonly seed?: number | undefined;
  readonly limit?: number | undefined;
  /** Where the protocol is written to, so that it can be run again. */
  readonly save?: string | undefined;
  readonly plan: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress: (text: string) => void;
  /** Of the progress. */
  readonly language: Language;
}

export interface Plan {
  readonly protocol: Protocol;
  readonly arms: readonly { readonly stimulus: string; readonly address: string; readonly events: number }[];
  readonly slots: number;
  readonly by: string;
  /** Seconds it takes at least. */
  readonly seconds: number;
  readonly exact: boolean;
  readonly lump: number;
}

export interface Challenged {
  readonly plan: Plan;
  /** null: it was only planned. */
  readonly outcome: Outcome | null;
}

/** @throws Refused, NotPermitted: before anything was changed or sent */
export async function challenge(request: ChallengeRequest): Promise<Challenged> {
  const protocol = await protocolOf(request);
  if (request.save !== undefined) saveFile(request.save, Buffer.from(printProtocol(protocol)));
  return withThisMachine((host) => challengeHere(host, protocol, request));
}

async function challengeHere(host: Host, protocol: Protocol, request: ChallengeRequest): Promise<Challenged> {
  const response = responseOf(host, protocol.cache);
  if (!response.ok) refuse(response.unavailable);
  const aimed = await aim(host, protocol.arms, request.peers.map(parsePeer));
  if (!aimed.ok) refuse(aimed.unavailable);
  const plan = planOf(protocol, aimed.value, response.value);
  if (request.plan) return { plan, outcome: null };
  const conducted = await conduct(protocol, aimed.value, {
    host,
    response: response.value,
    signal: request.signal,
    onProgress: (done, of, phase) => request.onProgress(progressText('experiment', { phase, done, of }, request.language)),
  });
  if (!conducted.ok) refuse(conducted.unavailable);
  return { plan, outcome: outcomeOf(protocol, aimed.value, response.value, conducted.value, host.clock.now()) };
}

function planOf(protocol: Protocol, aimed: readonly Aimed[], { by, exact, lump }: Response): Plan {
  const slots = schedule(aimed.length, protocol.events, protocol.rounds, seeded(protocol.seed)).length;
  const arms = aimed.map(({ arm, address }) => ({ stimulus: arm.stimulus, address, events: protocol.events }));
  return { protocol, arms, slots, by, exact, lump, seconds: slots * protocol.settle_seconds };
}

function outcomeOf(protocol: Protocol, aimed: readonly Aimed[], response: Response, conducted: Conducted, now: number): Outcome {
  return {
    protocol: protocol.id,
    kind: 'challenge',
    at: new Date(now * 1000).toISOString(),
    cache: response.alias,
    by: response.by,
    seed: protocol.seed,
    ...(conducted.stopped === null ? {} : { stopped: conducted.stopped }),
    verified: null,
    arms: conducted.arms.map((found, index) => {
      const { arm, address } = aimed[index]!;
      return {
        stimulus: arm.stimulus,
        events: found.events,
        objects_per_event: found.objectsPerEvent,
        interval95: found.interval95,
        p: found.p,
        convicted: found.convicted,
        answers: found.answers,
        ...(found.undecided === null ? {} : { undecided: found.undecided }),
        ...(response.objectBytes === null ? {} : { bytes_per_event: found.objectsPerEvent * response.objectBytes }),
        ...(found.doseResponse === null ? {} : { dose_response: found.doseResponse }),
        ...(found.rechallenge === null ? {} : { rechallenge: found.rechallenge }),
        ...(address === '' ? {} : { address }),
      };
    }),
  };
}

async function protocolOf(request: ChallengeRequest): Promise<Protocol> {
  const [first] = request.stimuli;
  const text = {
    ...(request.events === undefined ? {} : { events: request.events }),
    ...(request.rounds === undefined ? {} : { rounds: request.rounds }),
    ...(request.settle === undefined ? {} : { settle_seconds: request.settle }),
    ...(request.seed === undefined ? {} : { seed: request.seed }),
    ...(request.cache === undefined ? {} : { cache: request.cache }),
  };
  const limit: { readonly stop?: { readonly seconds: number } } = request.limit === undefined ? {} : { stop: { seconds: request.limit } };
  if (first !== undefined && /\.ya?ml$/.test(first)) {
    if (request.stimuli.length > 1) throw new Refused('a protocol file stands alone; its arms are in it');
    const saved = protocolFrom(first);
    return checked({ ...saved, ...text, stop: { ...saved.stop, ...limit.stop } });
  }
  const arms = request.stimuli.map(parseArm);
  if (request.case !== undefined) {
    const { id, challenge: known } = await caseOf(request.case);
    if (known === undefined) throw new Refused(`the case ${id} has no challenge of its own`);
    const all = [...known.arms.map((arm): Arm => ({ stimulus: arm.id })), ...arms];
    return checked({ cache: known.cache, events: known.events, ...limit, ...text, id: `case-${id}`.slice(0, 64), arms: all });
  }
  if (arms.length === 0) throw new Refused('no stimulus is named; `kmai challenge --help` lists them');
  if (request.cache === undefined) throw new Refused('no cache is named whose objects are to be counted: --cache ALIAS');
  return checked({ ...limit, ...text, cache: request.cache, id: 'challenge', arms });
}

function protocolFrom(path: string): Protocol {
  try {
    return parseProtocol(readInput(path));
  } catch (error) {
    if (error instanceof Malformed) throw new Refused(`${path}: ${error.message}`);
    throw new Refused(`${path}: ${(error as Error).message}`);
  }
}

function checked(value: object): Protocol {
  const found = protocolSchema.safeParse(value);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  throw new Refused(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

/** `udp6-off-link@[2001:db8::1]:7` */
function parseArm(text: string): Arm {
  const at = text.startsWith('run:') ? -1 : text.indexOf('@');
  return at < 0 ? { stimulus: text } : { stimulus: text.slice(0, at), ...parsePeer(text.slice(at + 1)) };
}
