import { buildCommand, buildRouteMap } from '@stricli/core';
import type { Context } from './context.ts';
import { exit } from './exit.ts';
import { colorFlag, jsonFlag, languageFlag, view, type ViewFlags } from './flags.ts';

interface CaseFlags extends ViewFlags {
  readonly json: boolean;
}

const flags = { json: jsonFlag, lang: languageFlag, color: colorFlag } as const;

const listCommand = buildCommand<CaseFlags, [], Context>({
  docs: { brief: 'all cases of the casebook: known leaks, and growths that only look like one' },
  parameters: { flags },
  async func(given) {
    const { casebook } = await import('../consult/casebook.ts');
    const { renderCaseList } = await import('../record/cases.ts');
    const cases = await casebook();
    this.out(given.json ? `${JSON.stringify(cases, null, 1)}\n` : renderCaseList(cases, view(this, given).language, view(this, given)));
  },
});

const showCommand = buildCommand<CaseFlags, [string], Context>({
  docs: { brief: 'one case: its signs, triggers, affected releases, remedies and references' },
  parameters: {
    flags,
    positional: { kind: 'tuple', parameters: [{ brief: 'the id, as `kmai case list` shows it', parse: String, placeholder: 'ID' }] },
  },
  async func(given, id) {
    const { caseOf } = await import('../consult/casebook.ts');
    const { renderCase } = await import('../record/cases.ts');
    const one = await caseOf(id);
    this.out(given.json ? `${JSON.stringify(one, null, 1)}\n` : renderCase(one, view(this, given).language, view(this, given)));
  },
});

const searchCommand = buildCommand<CaseFlags, string[], Context>({
  docs: { brief: 'cases by words: a cache, a kernel function, a CVE, a word of the title' },
  parameters: {
    flags,
    positional: { kind: 'array', minimum: 1, parameter: { brief: 'words, all of which must occur', parse: String, placeholder: 'WORD' } },
  },
  async func(given, ...words) {
    const { searchCasebook } = await import('../consult/casebook.ts');
    const { renderCaseList } = await import('../record/cases.ts');
    const found = await searchCasebook(words);
    this.out(given.json ? `${JSON.stringify(found, null, 1)}\n` : renderCaseList(found, view(this, given).language, view(this, given)));
    if (found.length === 0) this.exit(exit.abnormal);
  },
});

const checkCommand = buildCommand<ViewFlags, [string], Context>({
  docs: { brief: 'check a case file: YAML, schema, and the types of its trigger conditions' },
  parameters: {
    flags: { lang: languageFlag, color: colorFlag },
    positional: { kind: 'tuple', parameters: [{ brief: 'the YAML file of the case', parse: String, placeholder: 'FILE' }] },
  },
  async func(_given, path) {
    const { checkCaseFile } = await import('../consult/casebook.ts');
    const problems = await checkCaseFile(path);
    for (const line of problems) this.out(`${line}\n`);
    this.out(problems.length === 0 ? `${path}: a good case\n` : '');
    if (problems.length > 0) this.exit(exit.usage);
  },
});

export const caseRoutes = buildRouteMap<'list' | 'show' | 'search' | 'check', Context>({
  routes: { list: listCommand, show: showCommand, search: searchCommand, check: checkCommand },
  docs: { brief: 'the casebook of known kernel leaks' },
});
