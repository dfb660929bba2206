/** `kmai treat`: what can be done about a case on this machine, doing it, and whether it helped. */
import { askAll } from '../ask/ask.ts';
import { factValues, triggerLanguage } from '../diagnose/trigger.ts';
import { typedFacts } from '../diagnose/typed-facts.ts';
import type { Circumstances, Step } from '../intervene/remedy.ts';
import { prepare } from '../intervene/treat.ts';
import type { Case, CaseRemedy } from '../model/case.ts';
import type { Outcome, Unavailable } from '../model/evidence.ts';
import type { Facts } from '../model/facts.ts';
import { type ApplyRequest, applyAndVerify, verifyAgain } from './apply.ts';
import { caseOf } from './casebook.ts';
import { withThisMachine } from './listen.ts';
import { NotPermitted, Refused, refuse } from './refused.ts';
import { readRecord } from './report.ts';

export interface TreatRequest extends ApplyRequest {
  /** A case's id; or, with a record, a finding of it: its number, its owner or its cache. */
  readonly about: string;
  readonly record?: string | undefined;
  /** null: the remedies are shown, nothing is done. */
  readonly apply: string | null;
  /** Measures again what the record's last treatment of this case did. */
  readonly verify: boolean;
  /** NAME=VALUE for words that the casebook leaves open. */
  readonly given: readonly string[];
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

/** The record's last treatment of this case. @throws Refused */
function lastTreatment({ id }: Case, record: string | undefined): Outcome {
  if (record === undefined) throw new Refused('what was before is in a record: --record RECORD');
  const last = readRecord(record).outcomes.findLast(({ protocol, treatment }) => protocol === `treat-${id}` && treatment !== undefined);
  if (last === undefined) throw new Refused(`${record} has no treatment of ${id}`);
  return last;
}

/** @throws Refused, NotPermitted: before anything was changed */
export async function treat(request: TreatRequest): Promise<Treated> {
  const found = await caseAbout(request);
  if (request.apply !== null && process.geteuid?.() !== 0) throw new NotPermitted('changing the machine needs root');
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
    if (request.verify)
      return { ...common, outcome: await verifyAgain(host, found, lastTreatment(found, request.record), request), journal: [] };
    if (request.apply === null) return { ...common, outcome: null, journal: [] };
    const chosen = options.find(({ remedy }) => remedy.id === request.apply);
    if (chosen === undefined)
      throw new Refused(`the case has no remedy "${request.apply}"; it has ${options.map(({ remedy }) => remedy.id).join(', ')}`);
    if (chosen.steps === null) refuse(chosen.why!);
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
