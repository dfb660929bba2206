/** stricli's own texts in the language of this run; errors that are written for people are shown as they are. */
import {
  AliasNotFoundError,
  type ApplicationText,
  ArgumentParseError,
  EnumValidationError,
  FlagNotFoundError,
  InvalidNegatedFlagSyntaxError,
  text_en,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from '@stricli/core';
import { type CommandLineWords, commandLineWords } from '../messages/command-line.ts';
import { tell } from '../messages/details.ts';
import type { Language } from '../messages/reasons.ts';

/** @param forPeople whether an error's message is written for people; others are faults of kmai and come with their stack */
export function wording(language: Language, forPeople: (error: unknown) => error is Error): ApplicationText {
  const words = commandLineWords[language];
  const { headers, keywords, briefs } = words;
  return {
    ...text_en,
    headers,
    keywords,
    briefs,
    noCommandRegisteredForInput: ({ input, corrections }) => `kmai: ${words.noCommand(input, corrections)}`,
    exceptionWhileRunningCommand: (error) =>
      `kmai: ${forPeople(error) ? tell(error.message, language) : words.internal(String((error as Error | undefined)?.stack ?? error))}`,
    exceptionWhileParsingArguments: (error) => `kmai: ${parseProblem(error, words)}`,
  };
}

function parseProblem(error: unknown, words: CommandLineWords): string {
  if (error instanceof FlagNotFoundError)
    return words.noFlag(
      error.input,
      error.corrections.map((flag) => `--${flag}`),
    );
  if (error instanceof AliasNotFoundError) return words.noAlias(error.input);
  if (error instanceof ArgumentParseError) {
    const why = error.exception instanceof Error ? error.exception.message : String(error.exception);
    return words.badValue(error.externalFlagNameOrPlaceholder, why);
  }
  if (error instanceof EnumValidationError) return words.notAmong(error.externalFlagName, error.input, error.values);
  if (error instanceof UnsatisfiedFlagError) return words.flagLacksValue(error.externalFlagName);
  if (error instanceof UnexpectedPositionalError) return words.tooMany(error.expectedCount, error.input);
  if (error instanceof UnsatisfiedPositionalError) return words.tooFew(error.placeholder);
  if (error instanceof UnexpectedFlagError) return words.twice(error.externalFlagName);
  if (error instanceof InvalidNegatedFlagSyntaxError) return words.negatedWithValue(error.externalFlagName);
  return error instanceof Error ? error.message : String(error);
}
