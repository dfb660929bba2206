import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factSchemas } from '../model/facts.ts';
import { Malformed } from '../model/reading.ts';
import { holdsForAnyText } from './fixtures/parsers.ts';
import { parseNftJson, parseNftText, parseXtRules, withText } from './nft.ts';

/** Recorded from nftables 1.0.6, the same ruleset in both forms. The first two rules are firewalld's IPv6_rpfilter with logging. */
const text = `table inet firewalld { # handle 1
	set s { # handle 13
		type ipv4_addr
		flags interval
		elements = { 10.0.0.1, 10.0.0.5-10.0.0.9 }
	}

	map m { # handle 14
		type inet_service : verdict
		elements = { 22 : accept, 80 : jump x }
	}

	chain filter_PREROUTING { # handle 1
		type filter hook prerouting priority filter + 10; policy accept;
		icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept # handle 3
		meta nfproto ipv6 fib saddr . mark . iif oif missing log prefix "rpfilter_DROP: " drop comment "hi" # handle 4
		fib daddr type { local, broadcast } ct state new accept # handle 6
		socket transparent 1 meta mark set 0x00000001 accept # handle 8
	}

	chain x { # handle 9
		tcp dport { 22, 80 } counter packets 0 bytes 0 reject with icmpx admin-prohibited # handle 11
		ip saddr 10.0.0.0/8 limit rate 10/minute log prefix "a { b" counter packets 3 bytes 4 return # handle 12
		tcp dport vmap @m # handle 15
	}
}
`;
const json =
  '{"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}}, {"table": {"family": "inet", "name": "firewalld", "handle": 1}}, {"set": {"family": "inet", "name": "s", "table": "firewalld", "type": "ipv4_addr", "handle": 13, "flags": ["interval"], "elem": ["10.0.0.1", {"range": ["10.0.0.5", "10.0.0.9"]}]}}, {"map": {"family": "inet", "name": "m", "table": "firewalld", "type": "inet_service", "handle": 14, "map": "verdict", "elem": [[22, {"accept": null}], [80, {"jump": {"target": "x"}}]]}}, {"chain": {"family": "inet", "table": "firewalld", "name": "filter_PREROUTING", "handle": 1, "type": "filter", "hook": "prerouting", "prio": 10, "policy": "accept"}}, {"chain": {"family": "inet", "table": "firewalld", "name": "x", "handle": 9}}, {"rule": {"family": "inet", "table": "firewalld", "chain": "filter_PREROUTING", "handle": 3, "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "icmpv6", "field": "type"}}, "right": {"set": ["nd-router-advert", "nd-neighbor-solicit"]}}}, {"accept": null}]}}, {"rule": {"family": "inet", "table": "firewalld", "chain": "filter_PREROUTING", "handle": 4, "comment": "hi", "expr": [{"match": {"op": "==", "left": {"meta": {"key": "nfproto"}}, "right": "ipv6"}}, {"match": {"op": "==", "left": {"fib": {"result": "oif", "flags": ["saddr", "mark", "iif"]}}, "right": false}}, {"log": {"prefix": "rpfilter_DROP: "}}, {"drop": null}]}}, {"rule": {"family": "inet", "table": "firewalld", "chain": "filter_PREROUTING", "handle": 6, "expr": [{"match": {"op": "==", "left": {"fib": {"result": "type", "flags": ["daddr"]}}, "right": {"set": ["local", "broadcast"]}}}, {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": "new"}}, {"accept": null}]}}, {"rule": {"family": "inet", "table": "firewalld", "chain": "filter_PREROUTING", "handle": 8, "expr": [{"match": {"op": "==", "left": {"socket": {"key": "transparent"}}, "right": 1}}, {"mangle": {"key": {"meta": {"key": "mark"}}, "value": 1}}, {"accept": null}]}}, {"rule": {"family": "inet", "table": "firewalld", "chain": "x", "handle": 11, "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": {"set": [22, 80]}}}, {"counter": {"packets": 0, "bytes": 0}}, {"reject": {"type": "icmpx", "expr": "admin-prohibited"}}]}}, {"rule": {"family": "inet", "table": "firewalld", "chain": "x", "handle": 12, "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": {"prefix": {"addr": "10.0.0.0", "len": 8}}}}, {"limit": {"rate": 10, "burst": 5, "per": "minute"}}, {"log": {"prefix": "a { b"}}, {"counter": {"packets": 3, "bytes": 4}}, {"return": null}]}}, {"rule": {"family": "inet", "table": "firewalld", "chain": "x", "handle": 15, "expr": [{"vmap": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": "@m"}}]}}]}';

test('JSON with the printed lines and the listing alone give the same rules', () => {
  const listed = parseNftText(text);
  const rules = withText(parseNftJson(json), listed);
  assert.deepEqual(rules, listed);
  assert.ok(factSchemas.nftRules.safeParse(rules).success);
});

test("firewalld's reverse-path filter is a fib expression with result oif in a prerouting chain", () => {
  const rule = parseNftText(text)[1];
  assert.deepEqual(rule, {
    family: 'inet',
    table: 'firewalld',
    chain: 'filter_PREROUTING',
    hook: 'prerouting',
    handle: 4,
    expressions: ['meta', 'fib', 'log'],
    fibResult: 'oif',
    fibFlags: ['saddr', 'mark', 'iif'],
    socketKey: '',
    verdict: 'drop',
    comment: 'hi',
    text: 'meta nfproto ipv6 fib saddr . mark . iif oif missing log prefix "rpfilter_DROP: " drop comment "hi"',
  });
});

test('the other expressions and verdicts are told apart', () => {
  const seen = parseNftJson(json).map((rule) => [rule.expressions.join(' '), rule.fibResult, rule.socketKey, rule.verdict, rule.hook]);
  assert.deepEqual(seen, [
    ['payload', '', '', 'accept', 'prerouting'],
    ['meta fib log', 'oif', '', 'drop', 'prerouting'],
    ['fib ct', 'type', '', 'accept', 'prerouting'],
    ['socket meta', '', 'transparent', 'accept', 'prerouting'],
    ['payload counter reject', '', '', 'reject', ''],
    ['payload limit log counter', '', '', 'return', ''],
    ['payload vmap', '', '', '', ''],
  ]);
});

test('nft prints a look-up for presence as "check" in newer versions and without handles unless asked', () => {
  const [rule] = parseNftText(
    'table ip6 t {\n\tchain c {\n\t\tfib saddr . iif check missing counter packets 1 bytes 2 jump "odd" \n\t}\n}\n',
  );
  assert.deepEqual([rule?.fibResult, rule?.fibFlags, rule?.handle], ['check', ['saddr', 'iif'], -1]);
});

test('a word in a comment or log prefix is no expression', () => {
  const [rule] = parseNftText(
    'table ip t {\n\tchain c {\n\t\tip saddr 10.0.0.1 log prefix "ct socket drop " accept comment "limit jump there"\n\t}\n}\n',
  );
  assert.deepEqual([rule?.expressions, rule?.verdict, rule?.socketKey], [['payload', 'log'], 'accept', '']);
});

/** Recorded from iptables-nft 1.8.9 rules shown by nft 1.0.6. */
const xt =
  '{"nftables": [{"table": {"family": "ip6", "name": "mangle", "handle": 2}}, {"chain": {"family": "ip6", "table": "mangle", "name": "PREROUTING", "handle": 1, "type": "filter", "hook": "prerouting", "prio": -150, "policy": "accept"}}, {"rule": {"family": "ip6", "table": "mangle", "chain": "PREROUTING", "handle": 2, "expr": [{"xt": {"type": "match", "name": "rpfilter"}}, {"counter": {"packets": 0, "bytes": 0}}, {"drop": null}]}}, {"rule": {"family": "ip6", "table": "raw", "chain": "PREROUTING", "handle": 2, "expr": [{"xt": {"type": "match", "name": "rpfilter"}}, {"xt": {"type": "match", "name": "comment"}}, {"counter": {"packets": 0, "bytes": 0}}, {"xt": {"type": "target", "name": "LOG"}}]}}]}';

test('iptables matches are seen through nft where iptables is not installed', () => {
  const rules = parseXtRules(xt, 'ip6');
  assert.deepEqual(
    rules.map((rule) => [rule.table, rule.chain, rule.matches, rule.target]),
    [
      ['mangle', 'PREROUTING', ['rpfilter'], 'DROP'],
      ['raw', 'PREROUTING', ['rpfilter', 'comment'], 'LOG'],
    ],
  );
  assert.deepEqual(parseXtRules(xt, 'ip'), []);
});

test('an rpfilter match of ip6tables counts as the look-up it is, by JSON and by the listing', () => {
  // The listing that nft 1.0.6 prints for the rules above.
  const listed = parseNftText(`table ip6 mangle { # handle 1
\tchain PREROUTING { # handle 1
\t\ttype filter hook prerouting priority mangle; policy accept;
\t\tfib saddr . iif oif 0 counter packets 0 bytes 0 drop # handle 2
\t}
}
table ip6 raw { # handle 2
\tchain PREROUTING { # handle 1
\t\ttype filter hook prerouting priority raw; policy accept;
\t\tfib saddr . mark . iif oif 0  counter packets 0 bytes 0 log prefix "rpfilter_DROP: " # handle 2
\t}
}
`);
  for (const rules of [listed, withText(parseNftJson(xt), listed)]) {
    assert.deepEqual(
      rules.map((rule) => [rule.table, rule.fibResult, rule.fibFlags, rule.verdict]),
      [
        ['mangle', 'oif', ['saddr', 'iif'], 'drop'],
        ['raw', 'oif', ['saddr', 'mark', 'iif'], ''],
      ],
    );
  }
});

test('a cut or foreign listing is malformed', () => {
  assert.throws(() => parseNftText(text.slice(0, 700)), Malformed);
  assert.throws(
    () => parseNftText('Error: syntax error\n'),
    (error) => error instanceof Malformed && error.line === 1,
  );
  assert.throws(() => parseNftText('}\n'), Malformed);
  assert.throws(() => parseNftJson('{}'), Malformed);
});

test('any text gives rules or Malformed', () => {
  holdsForAnyText(parseNftText, text);
  holdsForAnyText(parseNftJson, json);
  holdsForAnyText((any) => parseXtRules(any, 'ip6'), xt);
});
