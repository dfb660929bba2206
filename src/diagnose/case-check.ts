import type { Case } from '../model/case.ts';
import type { Presence, Reason, Standing } from '../model/diagnosis.ts';
import { parseCase, type CaseProblem, type CaseText } from './case-file.ts';
import { matchCases } from './match.ts';
import { triggerLanguage, type TriggerLanguage } from './trigger.ts';
import { parseVignette } from './vignette.ts';

export interface VignetteResult {
  readonly path: string;
  readonly ok: boolean;
  readonly expected: Standing | null;
  readonly got: Standing | null;
  /** What was wrong with the file; empty where it could be read. */
  readonly fault: string;
  /** What the case says to this evidence: whoever wrote it sees which sign did it. */
  readonly reasons: readonly { readonly presence: Presence; readonly reason: Reason }[];
}

export interface CaseCheck {
  readonly ok: boolean;
  readonly id: string | null;
  readonly problems: readonly CaseProblem[];
  readonly vignettes: readonly VignetteResult[];
}

/**
 * All that `kmai case check` checks: schema, types of the trigger conditions, and that the case stands in each
 * vignette as the vignette says. Names of vignettes: `match*.json` must match, `near-miss*.json` must not; one of
 * each is required.
 *
 * @param others the rest of the casebook, for vignettes that say the case comes first
 */
export function checkCase(
  file: CaseText,
  vignettes: readonly CaseText[],
  others: readonly Case[] = [],
  language: TriggerLanguage = triggerLanguage(),
): CaseCheck {
  const parsed = parseCase(file, language);
  if (!parsed.ok) return { ok: false, id: null, problems: parsed.problems, vignettes: [] };
  const one = parsed.case;
  const book = [...others.filter((other) => other.id !== one.id), one];
  const results = vignettes.map((vignette) => checkVignette(vignette, one, book, language));
  const problems = missingVignettes(file, one, vignettes);
  return { ok: problems.length === 0 && results.every((result) => result.ok), id: one.id, problems, vignettes: results };
}

function missingVignettes(file: CaseText, one: Case, vignettes: readonly CaseText[]): readonly CaseProblem[] {
  const wanted = [
    { name: 'match.json', why: 'evidence the case must match' },
    { name: 'near-miss.json', why: 'evidence that looks like it and is not' },
  ];
  return wanted
    .filter(({ name }) => !vignettes.some(({ path }) => nameOf(path) === name))
    .map(({ name, why }) => ({
      path: file.path,
      line: 1,
      column: 1,
      at: '',
      message: `no vignette ${name}: ${why}`,
      help: `write vignettes/${one.id}/${name}; docs/casebook.md, "Vignettes"`,
    }));
}

function checkVignette(file: CaseText, one: Case, book: readonly Case[], language: TriggerLanguage): VignetteResult {
  const broken = (fault: string): VignetteResult => ({ path: file.path, ok: false, expected: null, got: null, fault, reasons: [] });
  let vignette: ReturnType<typeof parseVignette>;
  try {
    vignette = parseVignette(file.text);
  } catch (error) {
    return broken(error instanceof Error ? error.message : String(error));
  }
  const { expect, finding, evidence } = vignette;
  const matches = expect.standing === 'probable' || expect.standing === 'confirmed';
  if (nameOf(file.path).startsWith('near-miss') && matches) return broken(`a near miss may not stand as ${expect.standing}`);
  if (nameOf(file.path) === 'match.json' && !matches)
    return broken(`match.json must stand as probable or confirmed, not ${expect.standing}`);
  const standings = matchCases(book, finding, evidence, { language });
  const own = standings.find((standing) => standing.id === one.id)!;
  const first = standings[0]!.id;
  const misplaced = expect.first && first !== one.id;
  return {
    path: file.path,
    ok: own.standing === expect.standing && !misplaced,
    expected: expect.standing,
    got: own.standing,
    fault: misplaced ? `${first} ranks before it` : '',
    reasons: [
      ...own.for.map((reason) => ({ presence: 'present' as const, reason })),
      ...own.against.map((reason) => ({ presence: 'absent' as const, reason })),
      ...own.unknown.map((reason) => ({ presence: 'unknown' as const, reason })),
    ],
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
