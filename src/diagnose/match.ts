import { judgeRelease, type ReleaseVerdict, type RunningKernel } from '../kernel/releases.ts';
import { reason } from '../messages/reasons.ts';
import type { Case, Trigger } from '../model/case.ts';
import type { CaseStanding, Presence, RankTerm, Reason, Standing, TriggerStanding } from '../model/diagnosis.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Facts } from '../model/facts.ts';
import { signLabel, type Sign, type SignStanding } from '../model/sign.ts';
import { compareStandings, releasePoints, signPoints, total, triggerPoints } from './rank.ts';
import { examine } from './signs.ts';
import type { BareFinding, Examined } from './examined.ts';
import { factValues, presenceOf, triggerLanguage, type FactValues, type TriggerLanguage } from './trigger.ts';
import { typedFacts } from './typed-facts.ts';

export type { BareFinding } from './examined.ts';

/** Says whether a known installer (wg-quick, firewalld …) set up what a trigger found on this host. */
export type Recognise = (installer: string, found: readonly string[], facts: Facts) => Presence;

export interface MatchOptions {
  /** Left out: nobody is named. */
  readonly recognise?: Recognise;
  readonly language?: TriggerLanguage;
}

/**
 * Every case against one finding, best first; those ruled out stay in the list with the reason.
 *
 * - a required sign absent, an excluding sign present, or a necessary trigger absent: ruled out
 * - a required sign or a necessary trigger unknown: at most suspected
 * - all required signs and necessary triggers present: probable
 * - and a confirming sign (an experiment, a stack or a census that no other case shows): confirmed
 *
 * The release never changes the standing: a kernel that should have the fix may lack it, or have it undone.
 * It speaks against, and lowers the rank.
 */
export function matchCases(
  cases: readonly Case[],
  finding: BareFinding,
  evidence: Evidence,
  options: MatchOptions = {},
): readonly CaseStanding[] {
  const language = options.language ?? triggerLanguage();
  const facts = typedFacts(evidence.facts);
  const values = factValues(facts);
  const asked: Asked = { examined: { finding, evidence }, language, values, facts, recognise: options.recognise };
  return cases.map((one) => matchCase(one, asked)).toSorted(compareStandings);
}

interface Asked {
  readonly examined: Examined;
  readonly language: TriggerLanguage;
  readonly values: FactValues;
  readonly facts: Facts;
  readonly recognise: Recognise | undefined;
}

type Tallied = { readonly presence: Presence; readonly reason: Reason };

function matchCase(one: Case, asked: Asked): CaseStanding {
  const look = (signs: readonly Sign[]) => signs.map((sign) => ({ sign, ...examine(sign, asked.examined) }));
  const required = look(one.signs.require);
  const support = look(one.signs.support);
  const exclude = look(one.signs.exclude);
  const confirm = look(one.signs.confirm);
  const triggers = one.triggers.map((trigger) => ({ trigger, ...weighTrigger(trigger, asked) }));
  const release = one.affects === undefined ? null : weighRelease(judgeRelease(one.affects, runningKernel(asked)));

  const necessary = [...required, ...triggers.filter(({ trigger }) => trigger.necessary)];
  const impossible = necessary.some((each) => each.presence === 'absent') || exclude.some((each) => each.presence === 'present');
  const complete = necessary.every((each) => each.presence === 'present');
  const proven = confirm.some((each) => each.presence === 'present');
  const standing: Standing = impossible ? 'ruled-out' : !complete ? 'suspected' : proven ? 'confirmed' : 'probable';

  const terms: readonly RankTerm[] = [
    ...required.map((each) => term(each, 'require')),
    ...support.map((each) => term(each, 'support')),
    ...confirm.map((each) => term(each, 'confirm')),
    ...triggers.map(({ trigger, presence }) => ({ of: `trigger ${trigger.id}`, points: triggerPoints[presence] })),
    ...(release === null ? [] : [{ of: 'release', points: release.points }]),
  ].filter(({ points }) => points !== 0);
  const speaking: readonly Tallied[] = [
    ...required,
    ...triggers,
    // What confirms speaks only when it is there; that it is not proves nothing.
    ...confirm.filter((each) => each.presence === 'present'),
    ...support,
    ...(release === null ? [] : [release]),
    // An excluding sign that is present speaks against; one that is absent says nothing worth a line.
    ...exclude.filter((each) => each.presence === 'present').map(({ reason: why }) => ({ presence: 'absent' as const, reason: why })),
  ];
  const reasons = (presence: Presence) => unique(speaking.filter((each) => each.presence === presence).map((each) => each.reason));
  return {
    id: one.id,
    standing,
    for: reasons('present'),
    against: reasons('absent'),
    unknown: reasons('unknown'),
    triggers: triggers.map(({ standing: each }) => each),
    title: one.title,
    references: one.references,
    rank: total(terms),
    terms,
  };
}

function term({ sign, presence }: { readonly sign: Sign } & SignStanding, role: 'require' | 'support' | 'confirm'): RankTerm {
  return { of: signLabel(sign), points: signPoints(sign, presence, role) };
}

/** A trigger over this host's facts: present, absent or unknown, with what was found and who put it there. */
function weighTrigger(trigger: Trigger, { language, values, facts, recognise }: Asked): Tallied & { readonly standing: TriggerStanding } {
  const evaluated = language.evaluate(trigger.when, values);
  const presence = presenceOf(evaluated);
  const found = presence === 'present' ? trigger.found.flatMap((text) => foundTexts(text, language, values)) : [];
  const installedBy =
    presence === 'present' && recognise !== undefined
      ? trigger.installedBy.filter((who) => recognise(who, found, facts) === 'present')
      : [];
  const shown = found.slice(0, 3).join('; ') + (found.length > 3 ? ` (+${found.length - 3})` : '');
  const standing = { id: trigger.id, presence, found: found.join('\n'), installed_by: installedBy };
  const title = { en: trigger.title.en, zh: trigger.title.zh };
  if (presence === 'present') return { presence, reason: reason('trigger_present', { ...title, found: shown }), standing };
  if (presence === 'absent') return { presence, reason: reason('trigger_absent', title), standing };
  const why =
    evaluated.ok || evaluated.why === 'failed'
      ? reason('trigger_failed', { ...title, detail: evaluated.ok ? 'not a bool' : evaluated.detail })
      : reason('trigger_unavailable', { ...title, facts: evaluated.facts.join(', ') });
  return { presence, reason: why, standing };
}

function foundTexts(text: string, language: TriggerLanguage, values: FactValues): readonly string[] {
  const evaluated = language.evaluate(text, values);
  if (!evaluated.ok) return [];
  const list: readonly unknown[] = Array.isArray(evaluated.value) ? evaluated.value : [evaluated.value];
  return list.filter((each): each is string => typeof each === 'string' && each !== '');
}

function weighRelease(verdict: ReleaseVerdict): Tallied & { readonly points: number } {
  const { state, running, introduced, fixed } = verdict;
  const points = releasePoints[state];
  switch (state) {
    case 'affected':
      return { presence: 'present', points, reason: reason('release_affected', { running, introduced, fixed }) };
    case 'fixed':
      return { presence: 'absent', points, reason: reason('release_fixed', { running, fixed }) };
    case 'before':
      return { presence: 'absent', points, reason: reason('release_before', { running, introduced }) };
    case 'vendor':
      return { presence: 'unknown', points, reason: reason('release_vendor', { running }) };
    case 'unknown':
      return { presence: 'unknown', points, reason: reason('release_unknown', { running }) };
  }
}

function runningKernel({ examined, facts }: Asked): RunningKernel {
  const { release, osRelease, packages } = facts;
  return {
    release: release?.release ?? examined.evidence.machine.release,
    ...(release === undefined ? {} : { version: release.version, build: release.build }),
    ...(osRelease === undefined ? {} : { distribution: osRelease }),
    ...(packages === undefined ? {} : { packages }),
  };
}

function unique(reasons: readonly Reason[]): readonly Reason[] {
  return reasons.filter((one, index) => reasons.findIndex((other) => other.text === one.text) === index);
}
