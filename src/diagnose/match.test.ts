import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Case, Trigger } from '../model/case.ts';
import type { Presence } from '../model/diagnosis.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Sign } from '../model/sign.ts';
import { remediesOf } from './case-remedies.ts';
import { matchCases, type BareFinding } from './match.ts';
import { triggerLanguage } from './trigger.ts';

const language = triggerLanguage();

const evidence: Evidence = {
  machine: { hostname: 'h', release: '5.10.50', arch: 'x86_64', distribution: '', memory_bytes: null, boot_time: null },
  window: { start: '2026-01-01T00:00:00Z', end: '2026-01-01T00:01:00Z' },
  series: [],
  callsites: [],
  facts: [{ id: 'arch', value: 'x86_64', from: 'uname' }],
  specimens: [],
  holdings: [],
  ledger: null,
  unavailable: [],
  outcomes: [
    {
      protocol: 'p',
      verified: null,
      arms: [{ stimulus: 'udp6', events: 100, objects_per_event: 1, interval95: [0.9, 1.1], p: 0.01, convicted: true }],
    },
  ],
};
const finding: BareFinding = {
  where: { kind: 'slab', cache: 'filp', aliases: ['filp', 'ip6_dst_cache'], owner: 'ip6_dst_cache', owner_evidence: 'rt6_stats' },
  class: 'kernel-leak',
  syndrome: 'lost-reference',
  growth: {
    shape: 'trend',
    objects_per_second: 100,
    bytes_per_second: 25600,
    interval95: [95, 105],
    p: 0.001,
    exhausts_in_seconds: null,
    window_needed_seconds: null,
  },
  attribution: [],
  unexplained_share: null,
  driver: null,
  holders: [],
  callsites: [],
  reasons: [],
};

/** Signs and conditions whose presence in the evidence above is known. */
const signs: Readonly<Record<Presence, Sign>> = {
  present: { grows: 'ip6_dst_cache' },
  absent: { grows: 'filp' },
  unknown: { unreachable: true },
};
const conditions: Readonly<Record<Presence, string>> = {
  present: 'facts.arch == "x86_64"',
  absent: 'facts.arch == "s390x"',
  unknown: 'facts.nfsdThreads > 0',
};

function trigger(presence: Presence, more: Partial<Trigger> = {}): Trigger {
  return {
    id: `t-${presence}`,
    title: { en: 'a trigger', zh: '触发条件' },
    when: conditions[presence],
    found: ['facts.arch'],
    installedBy: [],
    necessary: true,
    ...more,
  };
}

function aCase(more: Partial<Omit<Case, 'signs'>> & { readonly signs?: Partial<Case['signs']> } = {}): Case {
  const { signs: given, ...rest } = more;
  return {
    id: 'a',
    title: { en: 'a', zh: '甲' },
    summary: { en: 'a', zh: '甲' },
    class: 'kernel-leak',
    syndrome: 'lost-reference',
    triggers: [],
    remedies: [],
    cautions: [],
    references: ['r'],
    signs: { require: [signs.present], support: [], exclude: [], confirm: [], ...given },
    ...rest,
  };
}

const stand = (one: Case) => matchCases([one], finding, evidence, { language })[0]!;

test('all required signs and all triggers present is probable', () => {
  assert.equal(stand(aCase({ triggers: [trigger('present')] })).standing, 'probable');
});

test('one required sign absent rules out, with the reason kept', () => {
  const standing = stand(aCase({ signs: { require: [signs.present, signs.absent] } }));
  assert.equal(standing.standing, 'ruled-out');
  assert.match(standing.against[0]!.text, /what grows in cache filp is not filp/);
});

test('one required sign or trigger unknown gives suspected, however much else is present', () => {
  const support = Array.from({ length: 10 }, () => signs.present);
  assert.equal(
    stand(aCase({ signs: { require: [signs.present, signs.unknown], support, confirm: [{ convicted: 'udp6' }] } })).standing,
    'suspected',
  );
  const standing = stand(aCase({ triggers: [trigger('unknown')], signs: { support, confirm: [{ convicted: 'udp6' }] } }));
  assert.equal(standing.standing, 'suspected');
  assert.match(standing.unknown[0]!.text, /could not be asked \(nfsdThreads\)/);
});

test('a necessary trigger absent rules out, another only counts', () => {
  assert.equal(stand(aCase({ triggers: [trigger('absent')] })).standing, 'ruled-out');
  const standing = stand(aCase({ triggers: [trigger('absent', { necessary: false })] }));
  assert.equal(standing.standing, 'probable');
  assert.equal(standing.against.length, 1);
});

test('an excluding sign that is present rules out; one that is unknown or absent does not', () => {
  assert.equal(stand(aCase({ signs: { exclude: [signs.present] } })).standing, 'ruled-out');
  assert.equal(stand(aCase({ signs: { exclude: [signs.unknown, signs.absent] } })).standing, 'probable');
});

test('a confirming sign confirms; its absence says nothing', () => {
  assert.equal(stand(aCase({ signs: { confirm: [{ convicted: 'udp6' }] } })).standing, 'confirmed');
  const standing = stand(aCase({ signs: { confirm: [{ convicted: 'udp4' }, { acquitted: 'udp6' }] } }));
  assert.equal(standing.standing, 'probable');
  assert.deepEqual(standing.against, []);
});

test('a release that should have the fix is evidence against: it lowers the rank, never the standing', () => {
  const affects = (fixed: string) => ({ introduced: [{ in: '5.4' }], fixed: [{ in: '5.16' }, { in: fixed }], distributions: [] });
  const affected = stand(aCase({ affects: affects('5.10.84') }));
  const fixed = stand(aCase({ affects: affects('5.10.40') }));
  assert.equal(affected.standing, 'probable');
  assert.equal(fixed.standing, 'probable');
  assert.match(fixed.against[0]!.text, /kernel 5\.10\.50 should have the fix \(since 5\.10\.40\)/);
  assert.match(affected.for.at(-1)!.text, /introduced in 5\.4, fixed in 5\.10\.84/);
  assert.ok(fixed.rank! < affected.rank!);
});

test('the rank is the sum of its terms', () => {
  const standing = stand(aCase({ triggers: [trigger('present')], signs: { support: [signs.absent, signs.unknown] } }));
  // grows 6, absent grows −⌈6/3⌉, trigger 8
  assert.deepEqual(standing.terms, [
    { of: 'grows ip6_dst_cache', points: 6 },
    { of: 'grows filp', points: -2 },
    { of: 'trigger t-present', points: 8 },
  ]);
  assert.equal(standing.rank, 12);
});

test('cases are sorted by standing, then rank, then id, whatever order they come in', () => {
  const cases = [
    aCase({ id: 'ruled', signs: { require: [signs.absent], support: Array.from({ length: 9 }, () => signs.present) } }),
    aCase({ id: 'b-plain' }),
    aCase({ id: 'a-plain' }),
    aCase({ id: 'z-strong', triggers: [trigger('present')] }),
    aCase({ id: 'suspect', signs: { require: [signs.present, signs.unknown] } }),
  ];
  const ids = (given: readonly Case[]) => matchCases(given, finding, evidence, { language }).map(({ id }) => id);
  assert.deepEqual(ids(cases), ['z-strong', 'a-plain', 'b-plain', 'suspect', 'ruled']);
  fc.assert(
    fc.property(fc.shuffledSubarray(cases, { minLength: cases.length }), (shuffled) => assert.deepEqual(ids(shuffled), ids(cases))),
    { numRuns: 30 },
  );
});

test('a trigger says what it found, and the recogniser who installed it; without one nobody is named', () => {
  const one = aCase({ triggers: [trigger('present', { installedBy: ['wg-quick', 'firewalld', 'ufw'] })] });
  const recognise = (installer: string, found: readonly string[]): Presence =>
    installer === 'firewalld' && found[0] === 'x86_64' ? 'present' : installer === 'ufw' ? 'unknown' : 'absent';
  const [named] = matchCases([one], finding, evidence, { language, recognise });
  assert.deepEqual(named!.triggers, [{ id: 't-present', presence: 'present', found: 'x86_64', installed_by: ['firewalld'] }]);
  assert.deepEqual(stand(one).triggers[0]!.installed_by, []);
});

test('more evidence never lets a case fall: what was unknown and is now present keeps or raises the standing', () => {
  const order = ['ruled-out', 'suspected', 'probable', 'confirmed'];
  const presences = fc.array(fc.constantFrom<Presence>('present', 'absent', 'unknown'), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(presences, (given) => {
      const before = stand(aCase({ signs: { require: given.map((presence) => signs[presence]) } }));
      const known = given.map((presence) => signs[presence === 'unknown' ? 'present' : presence]);
      const after = stand(aCase({ signs: { require: known } }));
      assert.ok(order.indexOf(after.standing) >= order.indexOf(before.standing));
      assert.equal(
        before.standing === 'probable',
        given.every((presence) => presence === 'present'),
      );
    }),
    { numRuns: 60 },
  );
});

test('remedies are those of the case that stands best, none when all are ruled out', () => {
  const remedy = {
    id: 'r',
    does: { en: 'do', zh: '做' },
    risk: { en: 'none', zh: '无' },
    reversible: true,
    commands: [['ip', 'rule']],
    undo: [],
    boot_parameters: [],
  };
  const cases = [
    aCase({ id: 'b', remedies: [remedy] }),
    aCase({ id: 'x', signs: { require: [signs.absent] }, remedies: [{ ...remedy, id: 'no' }] }),
  ];
  const standings = matchCases(cases, finding, evidence, { language });
  assert.deepEqual(remediesOf(cases, standings), [
    {
      id: 'r',
      does: 'do',
      risk: 'none',
      reversible: true,
      commands: [['ip', 'rule']],
      wording: { does: { en: 'do', zh: '做' }, risk: { en: 'none', zh: '无' } },
    },
  ]);
  assert.deepEqual(
    remediesOf(
      cases,
      standings.filter(({ id }) => id === 'x'),
    ),
    [],
  );
});
