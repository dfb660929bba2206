import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factSchemas } from '../model/facts.ts';
import { Malformed } from '../model/reading.ts';
import { holdsForAnyText } from './fixtures/parsers.ts';
import { parseRulesJson, parseRulesText } from './ip-rule.ts';

/** Recorded from iproute2 6.1.0 on Linux 6.18, the same rules in both forms. */
const text = `0:	from all lookup local
60:	from all tos 0x04 oif lo lookup 9 suppress_prefixlength 3
80:	from all fwmark 0x1/0xff goto 32766
90:	from all uidrange 0-99 ipproto tcp sport 1-3 dport 80 prohibit
100:	from fd00::/8 to 2001:db8::/32 iif lo lookup 7 suppress_ifgroup 5
1000:	from all lookup [l3mdev-table]
32764:	from all lookup main suppress_prefixlength 0
32765:	not from all fwmark 0xca6c lookup 51820
32766:	from all lookup main
`;
const json = `[{"priority":0,"src":"all","table":"local","protocol":"kernel"},{"priority":60,"src":"all","tos":"0x04","oif":"lo","table":"9","suppress_prefixlen":3,"protocol":"unspec"},{"priority":80,"src":"all","fwmark":"0x1","fwmask":"0xff","goto":32766,"protocol":"unspec"},{"priority":90,"src":"all","uid_start":0,"uid_end":99,"ipproto":"tcp","sport_start":1,"sport_end":3,"dport":80,"action":"prohibit","protocol":"unspec"},{"priority":100,"src":"fd00::","srclen":8,"dst":"2001:db8::","dstlen":32,"iif":"lo","table":"7","suppress_ifgroup":"5","protocol":"unspec"},{"priority":1000,"src":"all","l3mdev":null,"protocol":"unspec"},{"priority":32764,"src":"all","table":"main","suppress_prefixlen":0,"protocol":"unspec"},{"priority":32765,"not":null,"src":"all","fwmark":"0xca6c","table":"51820","protocol":"unspec"},{"priority":32766,"src":"all","table":"main","protocol":"kernel"}]`;

test('suppress_prefixlength 0 is a value, and −1 stands for a rule that suppresses nothing', () => {
  for (const rules of [parseRulesText(text), parseRulesJson(json)]) {
    assert.deepEqual(
      rules.map((rule) => rule.suppressPrefixLength),
      [-1, 3, -1, -1, -1, -1, 0, -1, -1],
    );
    assert.deepEqual(
      rules.map((rule) => rule.suppressInterfaceGroup),
      [-1, -1, -1, -1, 5, -1, -1, -1, -1],
    );
  }
});

test('JSON and text say the same of each rule, the printed line included', () => {
  const withoutProtocol = parseRulesJson(json).map((rule) => ({ ...rule, protocol: '' }));
  assert.deepEqual(withoutProtocol, parseRulesText(text));
  assert.deepEqual(
    withoutProtocol.map((rule) => rule.text),
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.replace('\t', ' ')),
  );
  assert.ok(factSchemas.policyRules6.safeParse(withoutProtocol).success);
});

test('the parts of a rule stand where they belong', () => {
  const [, tos, goto, prohibit, group, l3mdev, , wireguard] = parseRulesText(text);
  assert.deepEqual([tos?.oif, tos?.table, tos?.action], ['lo', '9', 'lookup']);
  assert.deepEqual([goto?.action, goto?.fwmark, goto?.table], ['goto', '0x1/0xff', '']);
  assert.deepEqual([prohibit?.action, prohibit?.table], ['prohibit', '']);
  assert.deepEqual([group?.from, group?.to, group?.iif], ['fd00::/8', '2001:db8::/32', 'lo']);
  assert.equal(l3mdev?.table, '[l3mdev-table]');
  assert.deepEqual([wireguard?.not, wireguard?.fwmark, wireguard?.table, wireguard?.priority], [true, '0xca6c', '51820', 32765]);
  assert.deepEqual(
    parseRulesJson(json).map((rule) => rule.protocol),
    ['kernel', 'unspec', 'unspec', 'unspec', 'unspec', 'unspec', 'unspec', 'unspec', 'kernel'],
  );
});

test('details and words of iproute2 versions to come do no harm', () => {
  const [rule] = parseRulesText(
    '5:	from all flowlabel 0x3/0x7 iif eth9 [detached] lookup vpn suppress_ifgroup default shiny proto static\n',
  );
  assert.deepEqual([rule?.iif, rule?.table, rule?.suppressInterfaceGroup, rule?.protocol], ['eth9', 'vpn', 0, 'static']);
  assert.equal(rule?.text, '5: from all flowlabel 0x3/0x7 iif eth9 [detached] lookup vpn suppress_ifgroup default shiny');
});

test('an empty list of old iproute2 is empty text', () => {
  assert.deepEqual(parseRulesJson(''), []);
  assert.deepEqual(parseRulesJson('[ ]\n'), []);
});

test('a line that is no rule is malformed and named', () => {
  assert.throws(
    () => parseRulesText('0:	from all lookup local\nRTNETLINK answers: No\n'),
    (error) => error instanceof Malformed && error.line === 2,
  );
  assert.throws(() => parseRulesText('7:	lookup main\n'), Malformed);
  assert.throws(() => parseRulesText('7:	from all lookup main suppress_prefixlength\n'), Malformed);
  assert.throws(() => parseRulesJson('[{"priority":"high"}]'), Malformed);
});

test('any text gives rules or Malformed', () => {
  holdsForAnyText(parseRulesText, text);
  holdsForAnyText(parseRulesJson, json);
});
