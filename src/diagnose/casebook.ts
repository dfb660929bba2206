import type { Case } from '../model/case.ts';
import { parseCase, type CaseProblem, type CaseText } from './case-file.ts';
import { triggerLanguage, type TriggerLanguage } from './trigger.ts';

/** All cases that could be read, sorted by id, and what was wrong with the others. */
export interface Casebook {
  readonly cases: readonly Case[];
  readonly problems: readonly CaseProblem[];
}

/** A bad file never takes the others with it. */
export function loadCasebook(files: readonly CaseText[], language: TriggerLanguage = triggerLanguage()): Casebook {
  const cases = new Map<string, Case>();
  const problems: CaseProblem[] = [];
  const owner = new Map<string, string>();
  for (const file of files) {
    const parsed = parseCase(file, language);
    if (!parsed.ok) {
      problems.push(...parsed.problems);
      continue;
    }
    const { id } = parsed.case;
    const other = owner.get(id);
    if (other !== undefined) {
      problems.push({
        path: file.path,
        line: 1,
        column: 1,
        at: 'id',
        message: `the id ${id} is taken by ${other}`,
        help: 'give it another',
      });
      continue;
    }
    owner.set(id, file.path);
    cases.set(id, parsed.case);
  }
  return { cases: [...cases.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)), problems };
}

/** @throws when a case is bad, with all that is wrong: for the cases that come with kmai, of which none may be */
export function compileCasebook(files: readonly CaseText[]): readonly Case[] {
  const { cases, problems } = loadCasebook(files);
  if (problems.length > 0) throw new Error(`the casebook is broken:\n${problems.map(problemLine).join('\n')}`);
  return cases;
}

/** A problem as compilers print them: path, line, column, what was expected, what would help. */
export function problemLine({ path, line, column, at, message, help }: CaseProblem): string {
  return `${path}:${line}:${column}: ${at === '' ? '' : `${at}: `}${message}${help === '' ? '' : `; ${help}`}`;
}
