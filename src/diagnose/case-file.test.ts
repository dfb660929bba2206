import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCase, type CaseProblem } from './case-file.ts';
import { loadCasebook } from './casebook.ts';
import { casebookSchema } from './case-schema.ts';
import { triggerLanguage } from './trigger.ts';

const language = triggerLanguage();

/** Line numbers of the tests below count from `id:` = 1. */
const good = `id: a-case
title: { en: a case, zh: 一个病例 }
summary: { en: what is seen, zh: 所见 }
class: kernel-leak
syndrome: lost-reference
affects:
  introduced:
    - { in: "5.4" }
  fixed:
    - { commit: cdef485217d3, in: "5.16" }
signs:
  require:
    - { grows: ip6_dst_cache }
  support:
    - { driver: Ip6InReceives, between: [0.2, 1.2] }
triggers:
  - id: a-trigger
    title: { en: a rule, zh: 规则 }
    when: facts.policyRules6.exists(r, r.suppressPrefixLength >= 0)
    found: ['facts.policyRules6.map(r, r.text)']
references: [CVE-2021-47546]
`;

function problems(text: string): readonly CaseProblem[] {
  const parsed = parseCase({ path: 'cases/x/a-case.yaml', text }, language);
  return parsed.ok ? [] : parsed.problems;
}

function change(from: string, to: string): string {
  assert.ok(good.includes(from), from);
  return good.replace(from, to);
}

test('a good case has no problems, and what it leaves out has its defaults', () => {
  assert.deepEqual(problems(good), []);
  const parsed = parseCase({ path: 'a', text: good }, language);
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.case.signs.exclude, []);
  assert.equal(parsed.case.triggers[0]?.necessary, true);
  assert.deepEqual(parsed.case.affects?.distributions, []);
});

const remedy = (does: string): string =>
  good.replace(
    'references:',
    `remedies:\n  - { id: r, does: { en: a, zh: 甲 }, risk: { en: none, zh: 无 }, reversible: true, ${does} }\nreferences:`,
  );

test('what is done now and what waits for the next boot are two remedies', () => {
  const [commands, parameters] = ['commands: [[ip, rule]]', 'boot_parameters: [cgroup.memory=nokmem]'];
  assert.deepEqual([problems(remedy(commands)), problems(remedy(parameters))], [[], []]);
  assert.match(problems(remedy(`${commands}, ${parameters}`))[0]!.message, /two remedies/);
});

const mistakes: readonly (readonly [
  name: string,
  from: string,
  to: string,
  line: number,
  column: number,
  message: RegExp,
  help: RegExp,
])[] = [
  ['an unknown key', 'syndrome: lost-reference', 'syndrom: lost-reference', 5, 1, /unknown key syndrom/, /did you mean syndrome\?/],
  ['an unknown key in a trigger', '    when: facts', '    whenn: facts', 19, 5, /unknown key whenn/, /did you mean when\?/],
  ['an unknown sign', '{ grows: ip6', '{ growz: ip6', 13, 9, /unknown key growz/, /did you mean grows\?/],
  [
    'two signs in one',
    '{ grows: ip6_dst_cache }',
    '{ grows: ip6_dst_cache, callsite: f }',
    13,
    31,
    /one sign each: grows and callsite/,
    /any: \[/,
  ],
  ['a sign that is text', '{ grows: ip6_dst_cache }', 'grows', 13, 7, /expected a sign such as/, /callsite/],
  ['a wrong member of a known sign', 'between: [0.2, 1.2]', 'betwen: [0.2, 1.2]', 15, 32, /unknown key betwen/, /^/],
  ['bounds the wrong way round', '[0.2, 1.2]', '[1.2, 0.2]', 15, 41, /the lower bound first/, /^/],
  ['a number where text must be', 'in: "5.4"', 'in: 5.4', 8, 13, /a version in quotes/, /^/],
  ['a missing translation', '{ en: a case, zh: 一个病例 }', '{ en: a case }', 2, 8, /zh is missing/, /^/],
  [
    'a word that is none of the list',
    'kernel-leak',
    'kernel-leek',
    4,
    8,
    /expected kernel-leak, held-by-userspace/,
    /did you mean kernel-leak\?/,
  ],
  ['a commit that is none', 'cdef485217d3', 'cdef', 10, 17, /a commit id/, /^/],
  ['a log among what is required', '{ grows: ip6_dst_cache }', '{ log: "leak" }', 13, 5, /log only as support/, /^/],
  ['nothing required', '    - { grows: ip6_dst_cache }\n', '    []\n', 13, 5, /at least 1 in the list/, /^/],
  [
    'a fact that is none',
    'facts.policyRules6.exists',
    'facts.policyRule6.exists',
    19,
    11,
    /there is no fact policyRule6/,
    /docs\/casebook\.md/,
  ],
  ['a member that is none', 'r.suppressPrefixLength', 'r.suppressPrefix', 19, 11, /suppressPrefix \(at character/, /CEL/],
  [
    'a condition that is no bool',
    'facts.policyRules6.exists(r, r.suppressPrefixLength >= 0)',
    'facts.nfsdThreads',
    19,
    11,
    /is a int; expected bool/,
    /CEL/,
  ],
  [
    'a condition about nothing',
    'facts.policyRules6.exists(r, r.suppressPrefixLength >= 0)',
    '"1 == 1"',
    19,
    11,
    /reads no fact/,
    /facts\.policyRules6/,
  ],
  ['the same key twice', 'class: kernel-leak', 'id: a-case', 4, 1, /the key id is given twice/, /remove one/],
  ['a tab', '  introduced:', '\tintroduced:', 7, 1, /not YAML/, /^/],
  ['an open bracket', '[CVE-2021-47546]', '[CVE-2021-47546', 22, 1, /not YAML/, /^/],
];

for (const [name, from, to, line, column, message, help] of mistakes) {
  test(`${name}: the error says where, what was expected and what would help`, () => {
    const found = problems(change(from, to));
    const fitting = found.find((problem) => message.test(problem.message));
    assert.ok(fitting, `${message} is not among ${JSON.stringify(found, null, 1)}`);
    assert.deepEqual([fitting.line, fitting.column], [line, column], JSON.stringify(fitting));
    assert.match(fitting.help, help);
    assert.equal(fitting.path, 'cases/x/a-case.yaml');
  });
}

test('all mistakes of a file are told at once, in order of lines', () => {
  const found = problems(change('kernel-leak', 'leak').replace('ip6_dst_cache', '"a b"').replace('cdef485217d3', 'xyz'));
  assert.deepEqual(
    found.map(({ line }) => line),
    [4, 10, 13],
  );
});

const bomb = `a: &a [${'x,'.repeat(9)}x]\n${Array.from({ length: 9 }, (_, index) => `${'bcdefghij'[index]}: &${'bcdefghij'[index]} [${`*${'abcdefghi'[index]},`.repeat(9)}1]`).join('\n')}\n`;
const hostile: readonly (readonly [string, string, RegExp])[] = [
  ['an alias bomb', bomb, /anchors, aliases and tags may not be used/],
  ['a harmless anchor', change('kernel-leak', '&x kernel-leak'), /anchors, aliases and tags/],
  ['a tag', change('kernel-leak', '!!js/function "x"'), /not YAML|tags may not be used/],
  ['a merge key', `${good}<<: { id: b }\n`, /unknown key <</],
  ['a huge file', `${good}# ${'x'.repeat(200_000)}`, /at most 80000 are read/],
  ['deep brackets', `id: ${'['.repeat(30_000)}`, /nested deeper/],
  ['deep indentation', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), /nested deeper/],
  ['lists in lists on one line', `${'- '.repeat(20_000)}a`, /nested deeper/],
  ['explicit keys on one line', `${'? '.repeat(20_000)}a`, /nested deeper/],
  ['very many keys', Array.from({ length: 8000 }, (_, index) => `k${index}: 1`).join('\n'), /unknown key|missing/],
  ['a list for a document', '- 1\n- 2\n', /expected keys and values/],
  ['nothing', '', /expected keys and values/],
  ['two documents', `${good}---\n${good}`, /not YAML/],
  ['__proto__ as a key', `${good}__proto__: { polluted: true }\n`, /unknown key __proto__/],
  ['a binary', '\u0000\u0001\u0002\uffff', /not YAML|expected keys/],
];

for (const [name, text, message] of hostile) {
  test(`hostile YAML, ${name}: a clear error`, () => {
    const found = problems(text);
    assert.ok(found.length > 0 && found.length <= 20);
    assert.match(found.map((problem) => problem.message).join('\n'), message);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });
}

test('arbitrary text is a case or problems with a place, never an exception', () => {
  const line = fc.constantFrom(...good.split('\n'), '- a', '  b: [', '"', '{', '*x', '&y z', '\t', 'a: b: c', '? x', '|', '  - - 1');
  const damaged = fc.array(line, { maxLength: 25 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), damaged), (text) => {
      for (const problem of problems(text)) assert.ok(problem.line >= 1 && problem.column >= 1 && problem.message !== '');
    }),
    { numRuns: 400 },
  );
});

test('a bad file does not take the others with it, and an id belongs to one file', () => {
  const { cases, problems: found } = loadCasebook([
    { path: 'b.yaml', text: good },
    { path: 'c.yaml', text: 'id: [' },
    { path: 'd.yaml', text: good },
    { path: 'e.yaml', text: change('id: a-case', 'id: a-a') },
  ]);
  assert.deepEqual(
    cases.map(({ id }) => id),
    ['a-a', 'a-case'],
  );
  assert.match(found.find(({ path }) => path === 'd.yaml')?.message ?? '', /taken by b\.yaml/);
  assert.ok(found.some(({ path }) => path === 'c.yaml'));
});

test('casebook/schema.json is what the schema gives now', () => {
  const stored: unknown = JSON.parse(readFileSync(new URL('../../casebook/schema.json', import.meta.url), 'utf8'));
  assert.deepEqual(stored, JSON.parse(JSON.stringify(casebookSchema())), 'run node scripts/casebook-schema.ts');
});
