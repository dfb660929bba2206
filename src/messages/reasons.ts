import type { Reason } from '../model/diagnosis.ts';
import { caseReasons } from './case-reasons.ts';
import { findingReasons } from './finding-reasons.ts';
import type { Language, Sentence, SentenceArgs } from './sentence.ts';
import { sentence } from './sentence.ts';
import { inChinese } from './units.ts';

export { type Language, languages, type Sentence } from './sentence.ts';

/** What speaks for or against a case. */
const signReasons = {
  sign_present: sentence(
    (a: { sign: string; detail: string }) => `${a.sign}: ${a.detail}`,
    (a) => `${a.sign}:${a.detail}`,
  ),
  sign_absent: sentence(
    (a: { sign: string; detail: string }) => `not ${a.sign}: ${a.detail}`,
    (a) => `无 ${a.sign}:${a.detail}`,
  ),
  sign_unknown: sentence(
    (a: { sign: string; why: string }) => `${a.sign}: unknown, ${a.why}`,
    (a) => `${a.sign}:未知,${a.why}`,
  ),
} as const;

/**
 * Every reason the diagnosis may give. The Record keeps code, arguments and the English text; renderers make
 * the sentence in the reader's language from code and arguments.
 */
export const reasons = { ...findingReasons, ...signReasons, ...caseReasons } as const;

export type ReasonCode = keyof typeof reasons;
export type ReasonArgs<C extends ReasonCode> = (typeof reasons)[C] extends Sentence<infer A> ? A : never;

/** A reason of the Record: its code and arguments, with the English sentence. */
export function reason<C extends ReasonCode>(code: C, args: ReasonArgs<C>): Reason {
  const plain = args as SentenceArgs;
  return { code, args: plain, text: say({ code, args: plain, text: '' }, 'en') };
}

/** The sentence of a reason in a language; the stored English text for a code this version does not know. */
export function say(given: Pick<Reason, 'code' | 'args' | 'text'>, language: Language): string {
  const known = Object.hasOwn(reasons, given.code) ? (reasons as Readonly<Record<string, Sentence<never>>>)[given.code] : undefined;
  return known === undefined ? given.text : known[language]((language === 'zh' ? toldIn(given.args) : given.args) as never);
}

function toldIn(args: SentenceArgs): SentenceArgs {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, typeof value === 'string' ? inChinese(value) : value]));
}
