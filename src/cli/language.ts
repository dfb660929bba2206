/** The language of this run: known before the first command is built, because help is part of the commands. */
import process from 'node:process';
import { type Language, languages } from '../messages/reasons.ts';
import { terminalOf } from './terminal.ts';

/** zh for a Chinese locale, en for all others; LC_ALL before LC_MESSAGES before LANG, as in setlocale(3). */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return locale.startsWith('zh') ? 'zh' : 'en';
}

export interface Taken {
  /** What --lang says; undefined: nothing. Any word: whether it is a language is for the caller to say. */
  readonly wanted: string | undefined;
  /** The arguments without it. */
  readonly rest: readonly string[];
}

/** --lang may stand anywhere before `--`: it is for help and errors as well, which no command sees. */
export function takeLanguage(argv: readonly string[]): Taken {
  const end = argv.indexOf('--');
  const at = argv.findIndex((word, index) => (end < 0 || index < end) && (word === '--lang' || word.startsWith('--lang=')));
  if (at < 0) return { wanted: undefined, rest: argv };
  const alone = argv[at] === '--lang';
  return {
    wanted: alone ? (argv[at + 1] ?? '') : argv[at]!.slice('--lang='.length),
    rest: [...argv.slice(0, at), ...argv.slice(at + (alone ? 2 : 1))],
  };
}

export function isLanguage(text: string | undefined): text is Language {
  return languages.some((known) => known === text);
}

const { wanted } = takeLanguage(process.argv.slice(2));
/** The language that --lang asked for; undefined: it did not. */
export const askedLanguage: Language | undefined = isLanguage(wanted) ? wanted : undefined;
/** A console that has no Chinese in its font would show boxes: there it is English, unless Chinese is asked for. */
const boxes = process.stdout.isTTY && terminalOf(process.env).plain;
export const language: Language = askedLanguage ?? (boxes ? 'en' : languageOf(process.env));

/** A text of the command line in the language of this run. One that lacks a translation does not compile. */
export function said(en: string, zh: string): string {
  return language === 'zh' ? zh : en;
}
