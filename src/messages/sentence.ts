export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

export type SentenceArgs = Readonly<Record<string, string | number | boolean | null>>;

/** One sentence in every language. A missing translation does not compile. */
export interface Sentence<A> {
  readonly en: (args: A) => string;
  readonly zh: (args: A) => string;
}

export function sentence<A extends SentenceArgs>(en: (args: A) => string, zh: (args: A) => string): Sentence<A> {
  return { en, zh };
}
