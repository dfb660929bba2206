/** Outcomes as text for a person at a terminal. */
import { figure } from '../kernel/units.ts';
import { armSentence, experimentSentence, experimentWords } from '../messages/experiment.ts';
import { eliminationSentence } from '../messages/elimination.ts';
import type { Language } from '../messages/reasons.ts';
import { treatmentSentence } from '../messages/treatment.ts';
import type { Outcome } from '../model/evidence.ts';
import { printable } from './printable.ts';

/** One line an arm, then the whole as a sentence that can be quoted. */
export function renderChallenge(outcome: Outcome, language: Language): string {
  const words = experimentWords[language];
  const lines = outcome.arms.map((arm) => {
    const verdict = arm.convicted ? words.convicted : arm.undecided === undefined ? words.acquitted : words.cannotTell;
    const bytes = arm.bytes_per_event === undefined || !arm.convicted ? '' : ` · ${figure(arm.bytes_per_event)} B`;
    return `  ${verdict.padEnd(12)}${armSentence(arm, language)}${bytes} · ${arm.answers === undefined ? '' : `${arm.answers}/`}${arm.events}`;
  });
  const stopped = outcome.stopped === undefined ? [] : [`  ${words.stopped[outcome.stopped]}`];
  return [
    ...lines,
    ...stopped,
    '',
    `  ${experimentSentence(outcome.arms, outcome.cache ?? '', language)}`,
    `  ${outcome.by ?? ''} · ${words.repeat(outcome.seed ?? 0)}`,
    '',
  ]
    .map(printable)
    .join('\n');
}

/** What one outcome showed, in a sentence. */
export function outcomeSentence(outcome: Outcome, language: Language): string {
  if (outcome.elimination !== undefined) return eliminationSentence(outcome.elimination, language);
  if (outcome.treatment !== undefined)
    return `${outcome.treatment.remedy}: ${treatmentSentence(outcome.treatment, outcome.verified, language)}`;
  return experimentSentence(outcome.arms, outcome.cache ?? outcome.protocol, language);
}
