/** `kmai treat`: what can be done about a case on this machine, doing it, and whether it helped. */
import { askAll } from '../ask/ask.ts';
import { factValues, triggerLanguage } from '../diagnose/trigger.ts';
import { typedFacts } from '../diagnose/typed-facts.ts';
import type { Host } from '../host/host.ts';
import { aim, type Aimed } from '../intervene/arms.ts';
import { conduct } from '../intervene/conduct.ts';
import { watchGrowth } from '../intervene/growth.ts';
import { type Protocol, protocolSchema } from '../intervene/protocol.ts';
import type { Circumstances, Step } from '../intervene/remedy.ts';
import type { Response } from '../intervene/response.ts';
import { apply, prepare } from '../intervene/treat.ts';
import { type Measured, verify } from '../intervene/verify.ts';
import type { Case, CaseRemedy } from '../model/case.ts';
import type { Outcome, TreatmentOutcome, Unavailable } from '../model/evidence.ts';
import type { Facts } from '../model/facts.ts';
import { available, type Reading, unavailable } from '../model/reading.ts';
import { parsePeer } from './challenge.ts';
import { caseOf } from './casebook.ts';
import { withThisMachine } from './listen.ts';
import { NotPermitted, Refused, refuse } from './refused.ts';
import { readRecord } from './report.ts';
import { responseOf } from './response.ts';

export interface TreatRequest {
  /** A case's id; or, with a record, a finding of it: its number, its owner or its cache. */
  readonly about: string;
  readonly record?: string | undefined;
  /** null: the remedies are shown, nothing is done. */
  readonly apply: string | null;
  /** Asked before anything is changed, with the very commands. */
  readonly agreed: (steps: readonly Step[]) => Promise<boolean>;
  /** Whom the case's own challenge may be sent to: then growth is compared at equal dose. */
  readonly peers: readonly string[];
  readonly cache?: string | undefined;
  /** How long the growth is watched before, and again after, where there is no dose. */
  readonly seconds: number;
  readonly events?: number | undefined;
  /** NAME=VALUE for words that the casebook leaves open. */
  readonly given: readonly string[];
  readonly signal?: AbortSignal;
  readonly onProgress: (text: string) => void;
}

export interface Option {
  readonly remedy: CaseRemedy;
  /** null: not by kmai, or not now; `why` says so. */
  readonly steps: readonly Step[] | null;
  readonly why: Unavailable | null;
}

export interface Treated {
  readonly case: Case;
  readonly options: readonly Option[];
  /** The first kernels that have the fix, this distribution's package first. */
  readonly fixedIn: readonly string[];
  /** null: nothing was done. */
  readonly outcome: Outcome | null;
  /** Where the ways back lie. */
  readonly journal: readonly string[];
}

/** @throws Refused, NotPermitted: before anything was changed */
export async function treat(request: TreatRequest): Promise<Treated> {
  const found = await caseAbout(request);
  return withThisMachine(async (host) => {
    const { facts: answers } = await askAll(host, request.signal === undefined ? {} : { signal: request.signal });
    const facts = typedFacts(answers);
    const circumstances: Circumstances = { host, facts, found: foundOf(found, facts), given: givenOf(request.given) };
    const options: Option[] = [];
    for (const remedy of found.remedies) {
      const steps = await prepare(remedy, circumstances);
      options.push({ remedy, steps: steps.ok ? steps.value : null, why: steps.ok ? null : steps.unavailable });
    }
    const common = { case: found, options, fixedIn: fixedIn(found, facts) };
    if (request.apply === null) return { ...common, outcome: null, journal: [] };
    const chosen = options.find(({ remedy }) => remedy.id === request.apply);
    if (chosen === undefined)
      throw new Refused(`the case has no remedy "${request.apply}"; it has ${options.map(({ remedy }) => remedy.id).join(', ')}`);
    if (chosen.steps === null) refuse(chosen.why!);
    if (process.geteuid?.() !== 0) throw new NotPermitted('changing the machine needs root');
    const done = await applyAndVerify(host, found, chosen.remedy, chosen.steps, request);
    return { ...common, ...done };
  });
}

async function caseAbout({ about, record }: TreatRequest): Promise<Case> {
  if (record === undefined) return caseOf(about);
  const { findings } = readRecord(record).diagnosis;
  const finding = findings.find(({ where }, index) => about === String(index + 1) || about === where.owner || about === where.cache);
  if (finding === undefined) return caseOf(about);
  const best = finding.cases.find(({ standing }) => standing === 'confirmed' || standing === 'probable');
  if (best === undefined)
    throw new Refused(`no case is confirmed or probable for ${about}: first what would decide, \`kmai report ${record}\` says`);
  return caseOf(best.id);
}

/** What of this host arms the case, as texts: rules, settings. */
function foundOf(one: Case, facts: Facts): readonly string[] {
  const language = triggerLanguage();
  const values = factValues(facts);
  return one.triggers.flatMap(({ found }) =>
    found.flatMap((text) => {
      const evaluated = language.evaluate(text, values);
      if (!evaluated.ok) return [];
      const list: readonly unknown[] = Array.isArray(evaluated.value) ? evaluated.value : [evaluated.value];
      return list.filter((each): each is string => typeof each === 'string' && each !== '');
    }),
  );
}

function givenOf(settings: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    settings.map((setting) => {
      const match = /^([A-Z][A-Z_]{2,})=(.+)$/.exec(setting);
      if (match === null) throw new Refused(`--set ${setting}: expected NAME=VALUE, NAME in capitals`);
      return [match[1]!, match[2]!];
    }),
  );
}

function fixedIn({ affects }: Case, { osRelease }: Facts): readonly string[] {
  if (affects === undefined) return [];
  const ours = affects.distributions.filter(
    ({ id, version }) => id === osRelease?.id && (version === undefined || version === osRelease.versionId),
  );
  return [...ours.map((each) => `${each.package} ${each.fixed}`), ...affects.fixed.map((mark) => mark.in)];
}

interface Dose {
  readonly per: 'event' | 'second';
  readonly measure: () => Promise<Reading<Measured>>;
}

async function applyAndVerify(
  host: Host,
  found: Case,
  remedy: CaseRemedy,
  steps: readonly Step[],
  request: TreatRequest,
): Promise<{ readonly outcome: Outcome | null; readonly journal: readonly string[] }> {
  const cache = request.cache ?? found.challenge?.cache ?? grownBy(found);
  if (cache === null) throw new Refused('no cache is named whose growth shows whether it helped: --cache ALIAS');
  const response = responseOf(host, cache);
  if (!response.ok) refuse(response.unavailable);
  const dose = await doseOf(host, found, response.value, request);
  if (!(await request.agreed(steps))) return { outcome: null, journal: [] };
  request.onProgress('growth before …');
  const before = await dose.measure();
  if (!before.ok) refuse(before.unavailable);
  // Ctrl-C until here: nothing has been changed.
  if (request.signal?.aborted === true) throw new Refused('ended before anything was changed');
  const held = response.value.read();
  const applied = await apply(steps);
  if (!applied.ok) refuse(applied.unavailable);
  const left = response.value.read();
  const journal = applied.value.map(({ path }) => path);
  request.onProgress('applied; growth after …');
  const after = await dose.measure();
  return {
    journal,
    outcome: outcomeOf(found, remedy, response.value, dose.per, before.value, after.ok ? after.value : null, request.seconds, steps, [
      held,
      left,
    ]),
  };
}

function outcomeOf(
  found: Case,
  remedy: CaseRemedy,
  { alias, by }: Response,
  per: Dose['per'],
  before: Measured,
  after: Measured | null,
  seconds: number,
  steps: readonly Step[],
  [held, left]: readonly (number | null)[],
): Outcome {
  const judged = after === null ? { verdict: 'cannot-tell' as const, needs: 1 } : verify(before, after);
  const gaveBack =
    steps.some(({ argv }) => argv.some((word) => word.startsWith('vm.drop_caches='))) && held != null && left != null ? held - left : null;
  const unknown: readonly [number, number] = [0, 2 * before.value];
  const treatment: TreatmentOutcome = {
    remedy: remedy.id,
    per,
    before: before.value,
    before95: before.interval95,
    after: after?.value ?? before.value,
    after95: after?.interval95 ?? unknown,
    ...(judged.needs === null ? {} : { needs_seconds: Math.ceil(judged.needs * seconds) }),
    ...(gaveBack === null ? {} : { gave_back: gaveBack }),
  };
  return {
    protocol: `treat-${found.id}`,
    kind: 'treatment',
    at: new Date().toISOString(),
    cache: alias,
    by,
    arms: [],
    verified: judged.verdict,
    treatment,
  };
}

/** The cache whose growth the case requires, where it names one. */
function grownBy({ signs }: Case): string | null {
  const all = signs.require.flatMap((sign) => ('any' in sign ? sign.any : [sign]));
  return all.flatMap((sign) => ('grows' in sign ? [sign.grows] : []))[0] ?? null;
}

/** The case's own challenge where its peers are named: the same events before and after. Otherwise time. */
async function doseOf(host: Host, found: Case, response: Response, request: TreatRequest): Promise<Dose> {
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
  request: TreatRequest,
): Promise<Reading<Measured>> {
  const conducted = await conduct(protocol, aimed, {
    host,
    response,
    signal: request.signal,
    onProgress: (done, of) => request.onProgress(`growth at equal dose: ${done} of ${of} …`),
  });
  if (!conducted.ok) return conducted;
  if (conducted.value.stopped !== null) return unavailable('the dose', 'unsupported', `ended early: ${conducted.value.stopped}`);
  const [arm] = conducted.value.arms;
  if (arm === undefined) return unavailable('the dose', 'absent', 'the case has no arm that grows');
  return available({ value: arm.objectsPerEvent, interval95: arm.interval95 });
}
