import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Malformed } from '../model/reading.ts';
import { parseRouteGet } from './address.ts';
import { parseStat } from './candidates.ts';
import { parseProtocol, printProtocol } from './protocol-file.ts';
import { remedyOf } from './remedies.ts';
import { rememberRule } from './remedies/nft-rule.ts';
import { argumentsOf } from './remedies/policy-rule.ts';
import { fill } from './remedy.ts';
import { parsePing } from './stimuli/icmp.ts';
import { query } from './stimuli/dns.ts';

test('a policy rule is restored with every word that ip printed', () => {
  assert.deepEqual(argumentsOf('32764:\tnot from all fwmark 0xca6c lookup 51820 proto static'), [
    'pref',
    '32764',
    'not',
    'from',
    'all',
    'fwmark',
    '0xca6c',
    'lookup',
    '51820',
    'protocol',
    'static',
  ]);
});

test('a rule that ip would not take back is not deleted', () => {
  assert.equal(argumentsOf('0:\tfrom all lookup local proto kernel'), null);
  assert.equal(argumentsOf('1000:\tfrom all lookup [l3mdev-table]'), null);
  assert.equal(argumentsOf('no rule'), null);
});

const chain = { family: 'inet', table: 't', chain: 'c' };
const ruleset = JSON.stringify({
  nftables: [
    { metainfo: {} },
    { rule: { handle: 4, expr: [{ drop: null }], comment: 'rp' } },
    { rule: { handle: 7, expr: [{ accept: null }] } },
  ],
});

test('a rule goes back before the one that followed it, the last one to the end', () => {
  const first = JSON.parse(rememberRule(ruleset, chain, 4)!.json) as unknown;
  assert.deepEqual(first, { nftables: [{ insert: { rule: { ...chain, comment: 'rp', expr: [{ drop: null }], handle: 7 } } }] });
  const last = JSON.parse(rememberRule(ruleset, chain, 7)!.json) as unknown;
  assert.deepEqual(last, { nftables: [{ add: { rule: { ...chain, expr: [{ accept: null }] } } }] });
});

test('an iptables match in nftables clothes, and a rule that is not there, are not remembered', () => {
  const opaque = JSON.stringify({ nftables: [{ rule: { handle: 4, expr: [{ xt: { type: 'match', name: 'rpfilter' } }] } }] });
  assert.equal(rememberRule(opaque, chain, 4), null);
  assert.equal(rememberRule(ruleset, chain, 5), null);
});

test('words in capitals are filled in, or named', () => {
  assert.deepEqual(fill(['systemctl', 'restart', 'UNIT'], { UNIT: 'a b' }), { ok: true, argv: ['systemctl', 'restart', 'a b'] });
  assert.deepEqual(fill(['mount', '-o', 'remount,size=SIZE', 'PATH'], { PATH: '/x' }), { ok: false, missing: 'SIZE' });
});

test('each command has its remedy; others have none', () => {
  const kind = (line: string) => remedyOf(line.split(' '))?.kind ?? null;
  assert.equal(kind('ip -6 rule del pref PRIORITY'), 'policy-rule');
  assert.equal(kind('nft delete rule FAMILY TABLE CHAIN handle HANDLE'), 'nft-rule');
  assert.equal(kind('sysctl -w vm.drop_caches=2'), 'drop-caches');
  assert.equal(kind('sysctl -w vm.vfs_cache_pressure=200'), 'sysctl');
  assert.equal(kind('systemctl restart UNIT'), 'service');
  assert.equal(kind('rm -rf /'), null);
});

test('a protocol that was saved is read as it was', () => {
  const protocol = parseProtocol('id: seed\ncache: ip6_dst_cache\narms:\n  - stimulus: udp6-off-link\n    address: 2001:db8::1\n');
  assert.equal(protocol.events, 2000);
  assert.deepEqual(parseProtocol(printProtocol(protocol)), protocol);
  assert.throws(() => parseProtocol('id: seed\ncache: x\narms: []\n'), Malformed);
  assert.throws(() => parseProtocol('id: [\n'), Malformed);
});

test('where the route goes says where an address is', () => {
  assert.equal(parseRouteGet('[{"dst":"10.0.0.1","gateway":"10.9.1.2","dev":"v0"}]'), 'off-link');
  assert.equal(parseRouteGet('[{"dst":"10.9.1.2","dev":"v0"}]'), 'on-link');
  assert.equal(parseRouteGet('[{"type":"local","dst":"10.9.1.1","dev":"lo"}]'), 'own');
  assert.equal(parseRouteGet('[{"type":"unreachable","dst":"::2"}]'), null);
});

test('ping of iputils and of busybox', () => {
  assert.deepEqual(parsePing('100 packets transmitted, 97 received, 3% packet loss'), { events: 100, answers: 97 });
  assert.deepEqual(parsePing('5 packets transmitted, 5 packets received, 0% packet loss'), { events: 5, answers: 5 });
});

test('a DNS query is one that RFC 1035 describes', () => {
  assert.equal(Buffer.from(query()).toString('hex'), '6b6d01000001000000000000046b6d616907696e76616c69640000010001');
});

test('arbitrary text is a value or Malformed', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      parseRouteGet(text);
      parseStat(text);
      parsePing(text);
      argumentsOf(text);
      for (const parse of [() => parseProtocol(text), () => rememberRule(text, chain, 1)])
        try {
          parse();
        } catch (error) {
          assert.ok(error instanceof Malformed, String(error));
        }
    }),
  );
});
