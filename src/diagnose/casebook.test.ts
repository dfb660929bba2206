import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { factSchemas } from '../model/facts.ts';
import { checkCase } from './case-check.ts';
import { loadCasebook } from './casebook.ts';
import { matchCases } from './match.ts';
import { recognise } from './recognise.ts';
import { triggerLanguage } from './trigger.ts';
import { parseVignette } from './vignette.ts';

const book = join(dirname(fileURLToPath(import.meta.url)), '../../casebook');
const files = globSync('cases/*/*.yaml', { cwd: book })
  .toSorted()
  .map((path) => ({ path, text: readFileSync(join(book, path), 'utf8') }));
const { cases, problems } = loadCasebook(files);
const language = triggerLanguage();

function vignettesOf(id: string) {
  const folder = join(book, 'vignettes', id);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.map((name) => ({ path: `vignettes/${id}/${name}`, text: readFileSync(join(folder, name), 'utf8') }));
}

test('every case is read without a complaint, and is called as its file', () => {
  assert.deepEqual(problems, []);
  assert.deepEqual(
    cases.map(({ id }) => id),
    files.map(({ path }) => basename(path, '.yaml')).toSorted(),
  );
  assert.ok(cases.length >= 12);
});

test('every folder of vignettes belongs to a case', () => {
  const known = new Set(cases.map(({ id }) => id));
  assert.deepEqual(
    readdirSync(join(book, 'vignettes')).filter((id) => !known.has(id)),
    [],
  );
});

for (const file of files) {
  test(`${basename(file.path, '.yaml')} stands in each of its vignettes as it should`, () => {
    const id = basename(file.path, '.yaml');
    const checked = checkCase(file, vignettesOf(id), cases, language);
    assert.deepEqual(checked.problems, []);
    for (const { path, ok, expected, got, fault, reasons } of checked.vignettes) {
      const why = reasons.map(({ presence, reason }) => `${presence}: ${reason.text}`).join('\n');
      assert.ok(ok, `${path}: expected ${expected}, got ${got} ${fault}\n${why}`);
    }
    assert.ok(checked.ok);
  });
}

test('a vignette that matches one case leaves no other case probable', () => {
  for (const { id } of cases)
    for (const { path, text } of vignettesOf(id)) {
      const { finding, evidence } = parseVignette(text);
      const standings = matchCases(cases, finding, evidence, { language });
      const others = standings.filter((one) => one.id !== id && (one.standing === 'probable' || one.standing === 'confirmed'));
      assert.deepEqual(
        others.map((one) => one.id),
        [],
        path,
      );
    }
});

test('with no facts at all no case with a necessary trigger is more than suspected', () => {
  for (const { id, triggers } of cases) {
    if (!triggers.some((trigger) => trigger.necessary)) continue;
    const match = vignettesOf(id).find(({ path }) => basename(path) === 'match.json')!;
    const { finding, evidence } = parseVignette(match.text);
    const own = matchCases(cases, finding, { ...evidence, facts: [] }, { language }).find((one) => one.id === id)!;
    assert.equal(own.standing, 'suspected', id);
  }
});

test('taking any one fact away never turns a near miss into a match', () => {
  for (const { id } of cases)
    for (const { path, text } of vignettesOf(id).filter((vignette) => basename(vignette.path).startsWith('near-miss'))) {
      const { finding, evidence } = parseVignette(text);
      for (const { id: fact } of evidence.facts) {
        const facts = evidence.facts.filter((one) => one.id !== fact);
        const own = matchCases(cases, finding, { ...evidence, facts }, { language }).find((one) => one.id === id)!;
        assert.ok(own.standing === 'ruled-out' || own.standing === 'suspected', `${path} without ${fact}: ${own.standing}`);
      }
    }
});

test('commands are argv, and whatever undoes is there where the remedy says it is reversible by commands', () => {
  for (const { id, remedies } of cases)
    for (const remedy of remedies) {
      if (remedy.commands.length > 0 && remedy.reversible) assert.ok(remedy.undo.length > 0, `${id} ${remedy.id} has no undo`);
      for (const argv of [...remedy.commands, ...remedy.undo]) {
        assert.ok(!/[\s/]sh$|^(ba|da)?sh$/.test(argv[0]!), `${id} ${remedy.id} runs a shell`);
        assert.ok(!argv.some((word) => /[|;`]|\$\(/.test(word)), `${id} ${remedy.id}: ${argv.join(' ')}`);
      }
    }
});

test('the fib6 case has all its conditions: a suppressing rule, a reverse-path look-up, a route to suppress', () => {
  const one = cases.find(({ id }) => id === 'ipv6-fib6-rule-suppress')!;
  const rule = (more: object) =>
    factSchemas.policyRules6.parse([
      {
        priority: 1,
        table: 'main',
        suppressPrefixLength: -1,
        suppressInterfaceGroup: -1,
        from: '',
        to: '',
        fwmark: '',
        not: false,
        iif: '',
        oif: '',
        protocol: '',
        action: '',
        text: '',
        ...more,
      },
    ]);
  const nft = (more: object) =>
    factSchemas.nftRules.parse([
      {
        family: 'inet',
        table: 't',
        chain: 'c',
        hook: 'prerouting',
        handle: 1,
        expressions: ['fib'],
        fibResult: 'oif',
        fibFlags: ['saddr', 'iif'],
        socketKey: '',
        verdict: 'drop',
        comment: '',
        text: '',
        ...more,
      },
    ]);
  const route = (more: object) =>
    factSchemas.routes6.parse([
      {
        destination: 'default',
        prefixLength: 0,
        gateway: 'fe80::1',
        device: 'eth0',
        table: 'main',
        metric: 1,
        protocol: 'ra',
        type: 'unicast',
        ...more,
      },
    ]);
  const table: readonly (readonly [trigger: string, facts: object, wanted: string])[] = [
    ['suppressing-rule', { policyRules6: rule({ suppressPrefixLength: 0 }) }, 'present'],
    ['suppressing-rule', { policyRules6: rule({ suppressInterfaceGroup: 3 }) }, 'present'],
    ['suppressing-rule', { policyRules6: rule({}) }, 'absent'],
    ['reverse-path-lookup', { nftRules: nft({}), iptables6: [] }, 'present'],
    ['reverse-path-lookup', { nftRules: nft({ family: 'ip6', fibResult: 'check', fibFlags: ['daddr'] }), iptables6: [] }, 'present'],
    ['reverse-path-lookup', { nftRules: nft({ family: 'ip6', fibResult: 'oifname' }), iptables6: [] }, 'present'],
    ['reverse-path-lookup', { nftRules: nft({ fibResult: 'type' }), iptables6: [] }, 'absent'],
    ['reverse-path-lookup', { nftRules: nft({ family: 'ip' }), iptables6: [] }, 'absent'],
    [
      'reverse-path-lookup',
      { nftRules: [], iptables6: [{ table: 'raw', chain: 'PREROUTING', matches: ['rpfilter'], target: 'DROP', text: '' }] },
      'present',
    ],
    ['reverse-path-lookup', { nftRules: nft({}) }, 'present'],
    ['reverse-path-lookup', { nftRules: [] }, 'unknown'],
    ['suppressed-route', { policyRules6: rule({ suppressPrefixLength: 0 }), routes6: route({}) }, 'present'],
    [
      'suppressed-route',
      { policyRules6: rule({ suppressPrefixLength: 0 }), routes6: route({ destination: '2001:db8::/64', prefixLength: 64 }) },
      'absent',
    ],
    ['suppressed-route', { policyRules6: rule({ suppressPrefixLength: 0 }), routes6: route({ table: '51820' }) }, 'absent'],
    ['suppressed-route', { policyRules6: rule({ suppressPrefixLength: 0 }), routes6: route({ type: 'unreachable' }) }, 'absent'],
    ['suppressed-route', { policyRules6: rule({ suppressPrefixLength: 0 }) }, 'unknown'],
  ];
  const { finding, evidence } = parseVignette(vignettesOf(one.id).find(({ path }) => path.endsWith('/match.json'))!.text);
  for (const [trigger, facts, wanted] of table) {
    const given = Object.entries(facts).map(([id, value]) => ({ id, value: value as unknown, from: 'test' }));
    const [standing] = matchCases([one], finding, { ...evidence, facts: given }, { language });
    assert.equal(standing!.triggers.find(({ id }) => id === trigger)?.presence, wanted, `${trigger} over ${JSON.stringify(facts)}`);
  }
});

test('the fib6 case names what it found on the host and who put it there', () => {
  const one = cases.find(({ id }) => id === 'ipv6-fib6-rule-suppress')!;
  const { finding, evidence } = parseVignette(vignettesOf(one.id).find(({ path }) => path.endsWith('/match.json'))!.text);
  const [standing] = matchCases([one], finding, evidence, { language, recognise });
  assert.deepEqual(
    standing!.triggers.map(({ found, installed_by }) => [found, installed_by]),
    [
      ['30399: from all lookup main suppress_prefixlength 0', ['cloud-netconfig']],
      ['meta nfproto ipv6 fib saddr . mark . iif oif missing drop', ['firewalld']],
      ['default via 2001:db8:1::1 dev veth0 table main', []],
    ],
  );
  assert.deepEqual(
    standing!.against.map(({ text }) => text),
    ['kernel 6.1.0-55-cloud-amd64 should have the fix (since 5.16)'],
  );
});
