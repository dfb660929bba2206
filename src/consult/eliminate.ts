/** `kmai eliminate`: which process or service drives the growth? */
import { type Candidates, candidatesOf, readProcesses } from '../intervene/candidates.ts';
import { conductElimination } from '../intervene/eliminate.ts';
import { protocolSchema } from '../intervene/protocol.ts';
import type { Host } from '../host/host.ts';
import { progressText } from '../messages/progress.ts';
import type { Language } from '../messages/reasons.ts';
import type { Outcome } from '../model/evidence.ts';
import { withThisMachine } from './listen.ts';
import { NotPermitted, Refused, refuse } from './refused.ts';
import { responseOf } from './response.ts';

export interface EliminateRequest {
  readonly cache?: string | undefined;
  /** Services as wholes; processes otherwise. Left out: services where their cgroups can be paused. */
  readonly units?: boolean | undefined;
  /** Only these pids or units. */
  readonly only?: readonly string[] | undefined;
  readonly exclude: readonly string[];
  readonly freezeSeconds: number;
  readonly limitSeconds: number;
  /** With SIGSTOP even where there is a freezer. */
  readonly signals: boolean;
  readonly plan: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress: (text: string) => void;
  /** Of the progress. */
  readonly language: Language;
}

export interface EliminateAnswer {
  readonly how: 'cgroup.freeze' | 'freezer cgroup' | 'SIGSTOP';
  readonly candidates: readonly string[];
  readonly spared: Candidates['spared'];
  /** null: it was only planned. */
  readonly outcome: Outcome | null;
  /** Why the outcome is to be doubted; null where it is not. */
  readonly doubt: 'not-confirmed' | 'did-not-return' | 'ended-early' | null;
}

/** @throws Refused, NotPermitted: before anyone was paused */
export async function eliminateGrowth(request: EliminateRequest): Promise<EliminateAnswer> {
  const { cache } = request;
  if (cache === undefined) throw new Refused('no cache is named whose growth is to be explained: --cache ALIAS');
  if (process.geteuid?.() !== 0) throw new NotPermitted('pausing others needs root');
  return withThisMachine((host) => eliminateHere(host, cache, request));
}

async function eliminateHere(host: Host, cache: string, request: EliminateRequest): Promise<EliminateAnswer> {
  const response = responseOf(host, cache);
  if (!response.ok) refuse(response.unavailable);
  const processes = readProcesses(host);
  if (!processes.ok) refuse(processes.unavailable);
  const cgroup2 = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((path) => host.read(`${path}/cgroup.controllers`).ok) ?? null;
  const common = { only: request.only, exclude: request.exclude, cgroup2 };
  const asUnits = candidatesOf(processes.value, process.pid, { ...common, units: true });
  const units = request.units ?? (request.only === undefined && asUnits.candidates.length > 1);
  const { candidates, spared } = units ? asUnits : candidatesOf(processes.value, process.pid, { ...common, units: false });
  if (candidates.length === 0) throw new Refused(`there is nobody to pause${spared.length === 0 ? '' : `: ${spared.length} are spared`}`);
  const freezer = request.signals || !host.read('/sys/fs/cgroup/freezer/cgroup.procs').ok ? null : '/sys/fs/cgroup/freezer';
  const how = units ? ('cgroup.freeze' as const) : freezer === null ? ('SIGSTOP' as const) : ('freezer cgroup' as const);
  const answer = { how, candidates: candidates.map(({ name }) => name), spared };
  if (request.plan) return { ...answer, outcome: null, doubt: null };
  const found = await conductElimination(candidates, {
    host,
    response: response.value,
    freezeSeconds: request.freezeSeconds,
    freezer,
    stop: protocolSchema.shape.stop.parse({ seconds: request.limitSeconds }),
    signal: request.signal,
    onProgress: (round, paused) =>
      request.onProgress(
        round === 0 ? progressText('nobody_paused', {}, request.language) : progressText('round', { round, paused }, request.language),
      ),
  });
  if (!found.ok) refuse(found.unavailable);
  const { rounds, rate, remains, culprits, complete, confirmed, returned, stopped } = found.value;
  const outcome: Outcome = {
    protocol: 'elimination',
    kind: 'elimination',
    at: new Date(host.clock.now() * 1000).toISOString(),
    cache,
    by: response.value.by,
    ...(stopped === null ? {} : { stopped }),
    arms: [],
    verified: null,
    elimination: {
      candidates: candidates.length,
      rounds,
      rate,
      remains,
      culprits: culprits.map(({ index, share }) => ({ name: candidates[index]!.name, pids: candidates[index]!.pids, share })),
      spared: spared.length,
    },
  };
  const early = !complete || stopped !== null;
  const doubt = early
    ? 'ended-early'
    : returned !== null && returned < 0.5
      ? 'did-not-return'
      : confirmed !== null && confirmed < 0.5 * (1 - remains)
        ? 'not-confirmed'
        : null;
  return { ...answer, outcome, doubt };
}
