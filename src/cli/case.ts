import { buildCommand, buildRouteMap } from '@stricli/core';
import type { Context } from './context.ts';
import { said } from './language.ts';
import { exit } from './exit.ts';
import { colorFlag, jsonFlag, languageFlag, view, type ViewFlags } from './flags.ts';

interface CaseFlags extends ViewFlags {
  readonly json: boolean;
}

const flags = { json: jsonFlag, lang: languageFlag, color: colorFlag } as const;

const listCommand = buildCommand<CaseFlags, [], Context>({
  docs: {
    brief: said('all cases of the casebook: known leaks, and growths that only look like one', '医案全部病例:已知泄漏,以及貌似泄漏的增长'),
  },
  parameters: { flags },
  async func(given) {
    const { casebook } = await import('../consult/casebook.ts');
    const { renderCaseList } = await import('../record/cases.ts');
    const cases = await casebook();
    this.out(given.json ? `${JSON.stringify(cases, null, 1)}\n` : renderCaseList(cases, view(this, given).language, view(this, given)));
  },
});

const showCommand = buildCommand<CaseFlags, [string], Context>({
  docs: {
    brief: said(
      'one case: its signs, triggers, affected releases, remedies and references',
      '一则病例:症候、诱因、受影响的版本、治法与参考',
    ),
  },
  parameters: {
    flags,
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: said('the id, as `kmai case list` shows it', '病例编号,见 `kmai case list`'), parse: String, placeholder: 'ID' },
      ],
    },
  },
  async func(given, id) {
    const { caseOf } = await import('../consult/casebook.ts');
    const { renderCase } = await import('../record/cases.ts');
    const one = await caseOf(id);
    this.out(given.json ? `${JSON.stringify(one, null, 1)}\n` : renderCase(one, view(this, given).language, view(this, given)));
  },
});

const searchCommand = buildCommand<CaseFlags, string[], Context>({
  docs: {
    brief: said('cases by words: a cache, a kernel function, a CVE, a word of the title', '按词检索病例:缓存名、内核函数、CVE、标题中的词'),
  },
  parameters: {
    flags,
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { brief: said('words, all of which must occur', '须全部出现的词'), parse: String, placeholder: 'WORD' },
    },
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
  docs: {
    brief: said('check a case file: YAML, schema, and the types of its trigger conditions', '检查病例文件:YAML、模式,以及诱因条件的类型'),
  },
  parameters: {
    flags: { lang: languageFlag, color: colorFlag },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: said('the YAML file of the case', '病例的 YAML 文件'), parse: String, placeholder: 'FILE' }],
    },
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
  docs: { brief: said('the casebook of known kernel leaks', '医案:已知的内核泄漏') },
});
