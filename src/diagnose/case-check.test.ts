import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkCase } from './case-check.ts';
import { findCase, listCases, searchCases } from './case-search.ts';
import { loadCasebook } from './casebook.ts';

const at = (path: string) => readFileSync(new URL(`../../casebook/${path}`, import.meta.url), 'utf8');
const file = { path: 'netfilter/nf-conntrack-traffic.yaml', text: at('cases/netfilter/nf-conntrack-traffic.yaml') };
const match = { path: 'v/match.json', text: at('vignettes/nf-conntrack-traffic/match.json') };
const nearMiss = { path: 'v/near-miss.json', text: at('vignettes/nf-conntrack-traffic/near-miss.json') };

test('a case with its two vignettes is in order', () => {
  const checked = checkCase(file, [match, nearMiss]);
  assert.deepEqual([checked.ok, checked.id, checked.problems.length, checked.vignettes.length], [true, 'nf-conntrack-traffic', 0, 2]);
});

test('a case without its vignettes is not, and the problem says what to write', () => {
  const checked = checkCase(file, [match]);
  assert.equal(checked.ok, false);
  assert.match(checked.problems[0]!.help, /vignettes\/nf-conntrack-traffic\/near-miss\.json/);
});

test('a vignette that stands otherwise than it says fails, with the reasons', () => {
  const checked = checkCase({ ...file, text: file.text.replace('population_explains: nf_conntrack', 'reclaimable: true') }, [
    match,
    nearMiss,
  ]);
  assert.equal(checked.ok, false);
  assert.deepEqual([checked.vignettes[0]!.expected, checked.vignettes[0]!.got], ['probable', 'suspected']);
  assert.match(checked.vignettes[0]!.reasons.find(({ presence }) => presence === 'unknown')!.reason.text, /reclaim_account/);
});

test('a vignette that is none says why', () => {
  const broken = (text: string) => checkCase(file, [{ ...match, text }, nearMiss]).vignettes[0]!;
  assert.match(broken('{').fault, /JSON/);
  assert.match(broken('{"about": "x"}').fault, /expect/);
  assert.match(broken(match.text.replace('"slab_active_objects"', '"slab_objectz"')).fault, /series\[0\]\.name/);
  assert.match(broken(match.text.replace('"about"', '"facts": {"nfsdThreads": "many"}, "about"')).fault, /facts\.nfsdThreads/);
  assert.match(broken(match.text.replace('"probable"', '"suspected"')).fault, /match\.json must stand as probable/);
  assert.equal(checkCase(file, [match, { ...nearMiss, text: match.text }]).vignettes[1]!.ok, false);
});

const paths = ['ipv6/ipv6-fib6-rule-suppress', 'ipv6/ipv6-exception-dst', 'netfilter/nf-conntrack-traffic', 'fs/negative-dentries'];
const { cases } = loadCasebook(paths.map((path) => ({ path, text: at(`cases/${path}.yaml`) })));
const found = (...words: readonly string[]) => searchCases(cases, words).map(({ id }) => id);

test('search finds by CVE, cache, function, installer and title in both languages; every word must be found', () => {
  assert.deepEqual(found('CVE-2021-47546'), ['ipv6-fib6-rule-suppress']);
  assert.deepEqual(found('ip6_dst_cache').toSorted(), ['ipv6-exception-dst', 'ipv6-fib6-rule-suppress']);
  assert.deepEqual(found('ip6_dst_cache', 'wg-quick'), ['ipv6-fib6-rule-suppress']);
  assert.deepEqual(found('nft_fib6_eval'), ['ipv6-fib6-rule-suppress']);
  assert.deepEqual(found('连接跟踪'), ['nf-conntrack-traffic']);
  assert.deepEqual(found('DENTRY')[0], 'negative-dentries');
  assert.deepEqual(found('ip6_dst_cache', 'nosuchword'), []);
  assert.deepEqual(found('cdef485217d3'), ['ipv6-fib6-rule-suppress']);
  assert.deepEqual(found(' '), []);
});

test('a mistyped id gets the nearest one', () => {
  assert.equal(findCase(cases, 'negative-dentries').ok, true);
  assert.deepEqual(findCase(cases, 'negative-dentry'), { ok: false, near: 'negative-dentries' });
  assert.deepEqual(findCase(cases, 'fib6'), { ok: false, near: 'ipv6-fib6-rule-suppress' });
  assert.deepEqual(findCase(cases, 'quite-something-else'), { ok: false, near: null });
});

test('the list has a line a case, with caches and CVEs', () => {
  const line = listCases(cases).find(({ id }) => id === 'ipv6-fib6-rule-suppress')!;
  assert.deepEqual(line.caches, ['ip6_dst_cache']);
  assert.deepEqual(line.cves, ['CVE-2021-47546', 'CVE-2026-74581']);
  assert.equal(line.fixed, '5.16');
  assert.equal(listCases(cases).find(({ id }) => id === 'nf-conntrack-traffic')!.fixed, null);
});
