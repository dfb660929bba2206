import type { FactValue } from '../../model/facts.ts';
import type { Question } from '../question.ts';
import { file, firstOf } from '../places.ts';

/** What the kernel was booted with. Documentation/admin-guide/kernel-parameters.rst */
export const commandLine: Question<'commandLine'> = {
  id: 'commandLine',
  ask: (host) => firstOf<'commandLine'>(file(host, '/proc/cmdline', parseCommandLine)),
};

/**
 * Words by spaces, double quotes hold a word together (lib/cmdline.c next_arg). Of a parameter given twice the
 * last counts; what follows "--" is init's.
 */
export function parseCommandLine(text: string): FactValue<'commandLine'> {
  const parameters = new Map<string, string>();
  for (const word of text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? []) {
    if (word === '--') break;
    const plain = word.replaceAll('"', '');
    const equals = plain.indexOf('=');
    if (equals < 0) parameters.set(plain, '');
    else parameters.set(plain.slice(0, equals), plain.slice(equals + 1));
  }
  return { text: text.trim(), parameters: Object.fromEntries(parameters) };
}
