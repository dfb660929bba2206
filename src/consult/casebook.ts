/** The casebook for the fronts: all cases, one of them, a search, a check. */
import type { VignetteResult } from '../diagnose/case-check.ts';
import { packageAssets } from '../host/assets.ts';
import { readInput, vignettesBeside } from '../host/input.ts';
import type { Case } from '../model/case.ts';

declare const KMAI_VERSION: string | undefined;

/**
 * All cases that come with kmai: compiled when kmai was built (scripts/build.ts checks and packs them), from their YAML
 * when the sources are run.
 * @throws when one of them is bad: the package is broken then
 */
export async function casebook(): Promise<readonly Case[]> {
  const assets = packageAssets();
  if (typeof KMAI_VERSION !== 'undefined') return JSON.parse(assets.read('dist/casebook.json')) as readonly Case[];
  const { compileCasebook } = await import('../diagnose/casebook.ts');
  return compileCasebook(assets.find('casebook/cases/**/*.yaml').map((path) => ({ path, text: assets.read(path) })));
}

/** A case that is asked for and is not there. */
export class NoSuchCase extends Error {
  override readonly name = 'NoSuchCase';
}

/** @throws NoSuchCase, with the id that comes nearest */
export async function caseOf(id: string): Promise<Case> {
  const { findCase } = await import('../diagnose/case-search.ts');
  const found = findCase(await casebook(), id);
  if (found.ok) return found.case;
  throw new NoSuchCase(`there is no case "${id}"; ${found.near === null ? '`kmai case list` shows all' : `did you mean ${found.near}?`}`);
}

export async function searchCasebook(words: readonly string[]): Promise<readonly Case[]> {
  const { searchCases } = await import('../diagnose/case-search.ts');
  return searchCases(await casebook(), words);
}

/** Checks a case file, and against the vignettes that lie in the casebook's folder for it: what is wrong, a line each. */
export async function checkCaseFile(path: string): Promise<readonly string[]> {
  const { checkCase } = await import('../diagnose/case-check.ts');
  const { problemLine } = await import('../diagnose/casebook.ts');
  const text = readInput(path);
  const vignettes = vignettesBeside(path).map((file) => ({ path: file, text: readInput(file) }));
  const check = checkCase({ path, text }, vignettes, await casebook());
  return [...check.problems.map(problemLine), ...check.vignettes.filter(({ ok }) => !ok).map(vignetteLine)];
}

function vignetteLine({ path, expected, got, fault, reasons }: VignetteResult): string {
  if (fault !== '') return `${path}: ${fault}`;
  const why = reasons.filter(({ presence }) => presence !== 'present').map(({ reason }) => reason.text);
  return `${path}: expected ${expected ?? 'no match'}, got ${got ?? 'no match'}${why.length === 0 ? '' : `: ${why.join('; ')}`}`;
}
