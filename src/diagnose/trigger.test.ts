import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Presence } from '../model/diagnosis.ts';
import { factIds } from '../model/facts.ts';
import { ExpressionError, factValues as valuesOf, presenceOf, triggerLanguage } from './trigger.ts';
import { typedFacts } from './typed-facts.ts';

const language = triggerLanguage();
const factValues = (facts: Parameters<typeof typedFacts>[0]) => valuesOf(typedFacts(facts));
/** arch tells true from false; nfsdThreads, left out, is what could not be read. */
const values = factValues([
  { id: 'arch', value: 'x86_64' },
  { id: 'sysctls', value: { 'net.ipv6.conf.all.forwarding': '1' } },
  { id: 'services', value: [{ unit: 'nfs-server.service', active: 'active', sub: 'exited' }] },
]);
const text: Readonly<Record<Presence, string>> = {
  present: 'facts.arch == "x86_64"',
  absent: 'facts.arch == "s390x"',
  unknown: 'facts.nfsdThreads > 0',
};
const presence = (condition: string) => presenceOf(language.evaluate(condition, values));
const all = ['present', 'absent', 'unknown'] as const;

// Kleene, "Introduction to Metamathematics" § 64: the strong three-valued connectives.
const and: Readonly<Record<string, Presence>> = {
  'present present': 'present',
  'present absent': 'absent',
  'present unknown': 'unknown',
  'absent present': 'absent',
  'absent absent': 'absent',
  'absent unknown': 'absent',
  'unknown present': 'unknown',
  'unknown absent': 'absent',
  'unknown unknown': 'unknown',
};
const or: Readonly<Record<string, Presence>> = {
  'present present': 'present',
  'present absent': 'present',
  'present unknown': 'present',
  'absent present': 'present',
  'absent absent': 'absent',
  'absent unknown': 'unknown',
  'unknown present': 'present',
  'unknown absent': 'unknown',
  'unknown unknown': 'unknown',
};
const not: Readonly<Record<Presence, Presence>> = { present: 'absent', absent: 'present', unknown: 'unknown' };

test('&& and || have the truth tables of strong Kleene logic, whichever side is unknown', () => {
  for (const a of all)
    for (const b of all) {
      assert.equal(presence(`${text[a]} && ${text[b]}`), and[`${a} ${b}`], `${a} && ${b}`);
      assert.equal(presence(`${text[a]} || ${text[b]}`), or[`${a} ${b}`], `${a} || ${b}`);
    }
});

test('! of unknown is unknown', () => {
  for (const a of all) assert.equal(presence(`!(${text[a]})`), not[a], a);
});

test('any formula over the three values agrees with Kleene', () => {
  type Formula = { readonly written: string; readonly means: Presence };
  const { formula } = fc.letrec<{ formula: Formula }>((tie) => ({
    formula: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      fc.constantFrom(...all).map((means): Formula => ({ written: text[means], means })),
      tie('formula').map((a): Formula => ({ written: `!(${a.written})`, means: not[a.means] })),
      fc
        .tuple(tie('formula'), tie('formula'))
        .map(([a, b]): Formula => ({ written: `(${a.written}) && (${b.written})`, means: and[`${a.means} ${b.means}`]! })),
      fc
        .tuple(tie('formula'), tie('formula'))
        .map(([a, b]): Formula => ({ written: `(${a.written}) || (${b.written})`, means: or[`${a.means} ${b.means}`]! })),
    ),
  }));
  fc.assert(fc.property(formula, ({ written, means }) => assert.equal(presence(written), means, written)));
});

test('an unknown inside a loop is decided where the rest decides it', () => {
  assert.equal(presence('facts.services.exists(s, s.active == "active" || facts.nfsdThreads > 0)'), 'present');
  assert.equal(presence('facts.services.exists(s, s.active == "failed" && facts.nfsdThreads > 0)'), 'absent');
  assert.equal(presence('facts.services.exists(s, s.active == "active" && facts.nfsdThreads > 0)'), 'unknown');
  assert.equal(presence('facts.services.all(s, s.active == "failed" && facts.nfsdThreads > 0)'), 'absent');
});

test('an unknown condition names the facts that could not be read', () => {
  const evaluated = language.evaluate('facts.policyRules6.exists(r, r.suppressPrefixLength >= 0) && facts.nfsdThreads > 0', values);
  assert.deepEqual(evaluated, { ok: false, why: 'unavailable', facts: ['nfsdThreads', 'policyRules6'] });
});

test('a key that is not there is unknown, not false: the setting may not have been readable', () => {
  assert.equal(presence('facts.sysctls["net.ipv6.conf.all.forwarding"] == "1"'), 'present');
  assert.equal(presence('facts.sysctls["net.core.rmem_max"] == "1"'), 'unknown');
  assert.equal(presence('"net.core.rmem_max" in facts.sysctls'), 'absent');
});

test('a fact of the wrong shape is a fact we do not have', () => {
  const bad = factValues([
    { id: 'nfsdThreads', value: 'eight' },
    { id: 'toString', value: 1 },
    { id: '__proto__', value: 1 },
  ]);
  assert.deepEqual(Object.keys(bad), []);
  assert.equal(presenceOf(language.evaluate('facts.nfsdThreads > 0', bad)), 'unknown');
});

test('every member of every fact has a type that conditions are checked against', () => {
  for (const id of factIds) {
    const wrong = `facts.${id}.noSuchMember == "x"`;
    if (id === 'kernelConfig' || id === 'sysctls') continue;
    assert.throws(() => language.check(wrong, 'condition'), ExpressionError, wrong);
  }
  const bad = [
    'facts.policyRules6.exists(r, r.supressPrefixLength >= 0)',
    'facts.policyRules6.exists(r, r.suppressPrefixLength >= "0")',
    'facts.policyRules6.exists(r, r.not == 1)',
    'facts.release.version.exists(v, v == "6")',
    'facts.kernelConfig.SLUB == 1',
    'facts.uptimeSeconds > "1"',
    'facts.noSuchFact > 1',
    'facts.nfsdThreads',
    'facts.arch + facts.nfsdThreads == "x"',
  ];
  for (const each of bad) assert.throws(() => language.check(each, 'condition'), ExpressionError, each);
  const good = [
    'facts.uptimeSeconds > 60.5',
    'facts.kernelConfig["SLUB"] == "y"',
    'facts.release.version[0] >= 5',
    'facts.platform.cloud != ""',
  ];
  for (const each of good) assert.equal(language.check(each, 'condition').type, 'bool', each);
});

test('an error says where in the expression it is', () => {
  const condition = 'facts.arch == "x" && facts.policyRule6.size() > 0';
  assert.throws(
    () => language.check(condition, 'condition'),
    (error) =>
      error instanceof ExpressionError && error.offset === condition.indexOf('facts.policyRule6') && error.message.includes('policyRule6'),
  );
});

test('what was found must be text', () => {
  assert.equal(language.check('facts.services.map(s, s.unit)', 'texts').type, 'list<string>');
  assert.equal(language.check('facts.arch', 'texts').type, 'string');
  assert.throws(() => language.check('facts.services.map(s, s.unit.size())', 'texts'), ExpressionError);
  assert.throws(() => language.check('facts.services', 'texts'), ExpressionError);
});

test('patterns, has(), dyn(), bind, arithmetic that multiplies and bare facts are not in the language', () => {
  const refused = [
    'facts.arch.matches("(a+)+$")',
    'has(facts.nfsdThreads)',
    'has(facts.release.build)',
    'dyn(facts.arch) == 1',
    'cel.bind(a, facts.arch + facts.arch, a + a == "x")',
    'facts == facts',
    'facts["arch"] == "x"',
    'facts.nfsdThreads * 2 > 1',
    'facts.nfsdThreads / 0 == 1',
    'type(facts.arch) == string',
    'facts.services.exists(facts, facts.unit == "x")',
    '{"a": 1}.size() == 1',
    'timestamp("2024-01-01T00:00:00Z") == timestamp("2024-01-01T00:00:00Z")',
    'facts.services.exists(a, facts.services.exists(b, facts.services.exists(c, true)))',
  ];
  for (const each of refused) assert.throws(() => language.check(each, 'condition'), ExpressionError, each);
});

test('expressions too deep, too long or with huge lists are refused as such', () => {
  const hostile = [
    `${'('.repeat(5000)}true${')'.repeat(5000)}`,
    `${'!'.repeat(20_000)}true`,
    `[${'1,'.repeat(100_000)}1].size() > 0`,
    Array.from({ length: 5000 }, () => 'facts.nfsdThreads > 0').join(' && '),
    `facts.arch == "${'x'.repeat(10)}" ${'|| true '.repeat(3000)}`,
    `facts${'.a'.repeat(10_000)}`,
  ];
  for (const each of hostile) assert.throws(() => language.check(each, 'condition'), ExpressionError, each.slice(0, 40));
});

test('loops over more elements than are worth it end as unknown before they begin', () => {
  const service = { unit: 'a.service', active: 'active', sub: 'running' };
  const many = factValues([{ id: 'services', value: Array.from({ length: 3000 }, () => service) }]);
  const nested = language.evaluate('facts.services.exists(a, facts.services.exists(b, a.unit != b.unit))', many);
  assert.equal(nested.ok, false);
  assert.equal(presenceOf(nested), 'unknown');
  assert.equal(presenceOf(language.evaluate('facts.services.exists(a, a.unit == "b.service")', many)), 'absent');
});

test('arbitrary text is an expression or an ExpressionError, never another exception', () => {
  const words = fc.constantFrom(
    'facts',
    '.',
    'arch',
    'services',
    'exists',
    '(',
    ')',
    ',',
    'r',
    '"x"',
    '==',
    '&&',
    '||',
    '!',
    '1',
    '[',
    ']',
    '{',
    '}',
    '?',
    ':',
    'in',
    ' ',
  );
  const sentence = fc.oneof(
    fc.string(),
    fc.array(words, { maxLength: 30 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(sentence, (given) => {
      try {
        language.check(given, 'condition');
      } catch (error) {
        assert.ok(error instanceof ExpressionError, `${given}: ${String(error)}`);
      }
    }),
    { numRuns: 2000 },
  );
});
