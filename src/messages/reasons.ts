import type { Reason } from '../model/diagnosis.ts';

export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

/** One sentence in every language. A missing translation does not compile. */
export interface Sentence<A> {
  readonly en: (args: A) => string;
  readonly zh: (args: A) => string;
}

type Args = Readonly<Record<string, string | number | boolean | null>>;

function sentence<A extends Args>(en: (args: A) => string, zh: (args: A) => string): Sentence<A> {
  return { en, zh };
}

/**
 * Every reason the diagnosis may give. The Record keeps code, arguments and the English text; renderers make
 * the sentence in the reader's language from code and arguments.
 */
export const reasons = {
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

export type ReasonCode = keyof typeof reasons;
export type ReasonArgs<C extends ReasonCode> = (typeof reasons)[C] extends Sentence<infer A> ? A : never;

/** A reason of the Record: its code and arguments, with the English sentence. */
export function reason<C extends ReasonCode>(code: C, args: ReasonArgs<C>): Reason {
  return { code, args: args as Args, text: say({ code, args: args as Args, text: '' }, 'en') };
}

/** The sentence of a reason in a language; the stored English text for a code this version does not know. */
export function say(given: Pick<Reason, 'code' | 'args' | 'text'>, language: Language): string {
  const known = (reasons as Readonly<Record<string, Sentence<never>>>)[given.code];
  return known === undefined ? given.text : known[language](given.args as never);
}
