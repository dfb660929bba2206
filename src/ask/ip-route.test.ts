import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factSchemas } from '../model/facts.ts';
import { Malformed } from '../model/reading.ts';
import { holdsForAnyText } from './fixtures/parsers.ts';
import { parseRoutesJson, parseRoutesText } from './ip-route.ts';
import { ipv6, parseIpv4Route, parseIpv6Route } from './proc-route.ts';

/** Recorded on one machine within a second: iproute2 6.1.0 in both forms, and the kernel's own file. */
const text = `fd00::/64 dev eth0 proto kernel metric 256 pref medium
fe80::/64 dev eth0 proto kernel metric 256 pref medium
default via fd00::1 dev eth0 metric 1024 pref medium
local ::1 dev lo table local proto kernel metric 0 pref medium
local fd00::2 dev eth0 table local proto kernel metric 0 pref medium
local fe80::fc:ff:fe00:1 dev eth0 table local proto kernel metric 0 pref medium
multicast ff00::/8 dev eth0 table local proto kernel metric 256 pref medium
`;
const json =
  '[{"dst":"fd00::/64","dev":"eth0","protocol":"kernel","metric":256,"flags":[],"pref":"medium"},{"dst":"fe80::/64","dev":"eth0","protocol":"kernel","metric":256,"flags":[],"pref":"medium"},{"dst":"default","gateway":"fd00::1","dev":"eth0","metric":1024,"flags":[],"pref":"medium"},{"type":"local","dst":"::1","dev":"lo","table":"local","protocol":"kernel","metric":0,"flags":[],"pref":"medium"},{"type":"local","dst":"fd00::2","dev":"eth0","table":"local","protocol":"kernel","metric":0,"flags":[],"pref":"medium"},{"type":"local","dst":"fe80::fc:ff:fe00:1","dev":"eth0","table":"local","protocol":"kernel","metric":0,"flags":[],"pref":"medium"},{"type":"multicast","dst":"ff00::/8","dev":"eth0","table":"local","protocol":"kernel","metric":256,"flags":[],"pref":"medium"}]';
const proc = `fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000002 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd000000000000000000000000000001 00000400 00000002 00000000 00000003     eth0
00000000000000000000000000000001 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo
fd000000000000000000000000000002 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000003 00000000 80200001     eth0
fe8000000000000000fc00fffe000001 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001     eth0
ff000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000003 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
`;

test('JSON and text of ip say the same of each route', () => {
  const routes = parseRoutesJson(json, 128);
  assert.deepEqual(routes, parseRoutesText(text, 128));
  assert.ok(factSchemas.routes6.safeParse(routes).success);
  assert.deepEqual(routes[2], {
    destination: 'default',
    prefixLength: 0,
    gateway: 'fd00::1',
    device: 'eth0',
    table: 'main',
    metric: 1024,
    protocol: 'boot',
    type: 'unicast',
  });
  assert.deepEqual([routes[3]?.type, routes[3]?.table, routes[3]?.prefixLength], ['local', 'local', 128]);
});

test("the kernel's file gives the same routes, tables and protocols unknown, without its null entry", () => {
  const routes = parseIpv6Route(proc);
  assert.deepEqual(
    routes,
    parseRoutesText(text, 128).map((route) => ({ ...route, table: '', protocol: '' })),
  );
  assert.ok(factSchemas.routes6.safeParse(routes).success);
});

test('the null entry alone is no default route', () => {
  assert.deepEqual(parseIpv6Route(`${proc.trimEnd().split('\n').at(-1) ?? ''}\n`), []);
});

test('IPv4 words are read in the byte order that their masks show', () => {
  const head = 'Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT   \n';
  const expected = [
    {
      destination: 'default',
      prefixLength: 0,
      gateway: '192.0.2.1',
      device: 'eth0',
      table: 'main',
      metric: 0,
      protocol: '',
      type: 'unicast',
    },
    { destination: '192.0.2.0/24', prefixLength: 24, gateway: '', device: 'eth0', table: 'main', metric: 0, protocol: '', type: 'unicast' },
  ];
  // Recorded on x86_64; the second is what s390x, a big-endian machine, prints for the same routes.
  assert.deepEqual(
    parseIpv4Route(
      `${head}eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0\neth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0\n`,
    ),
    expected,
  );
  assert.deepEqual(
    parseIpv4Route(
      `${head}eth0	00000000	C0000201	0003	0	0	0	00000000	0	0	0\neth0	C0000200	00000000	0001	0	0	0	FFFFFF00	0	0	0\n`,
    ),
    expected,
  );
});

test('each next hop of a route is an entry', () => {
  const printed =
    'default metric 1024 pref medium\n\tnexthop via fe80::1 dev eth0 weight 1 \n\tnexthop via fe80::2 dev eth1 weight 1 \nunreachable 2001:db8::/32 dev lo metric 1024\n';
  const asJson =
    '[{"dst":"default","metric":1024,"nexthops":[{"gateway":"fe80::1","dev":"eth0","weight":1},{"gateway":"fe80::2","dev":"eth1","weight":1}]},{"type":"unreachable","dst":"2001:db8::/32","dev":"lo","metric":1024}]';
  for (const routes of [parseRoutesText(printed, 128), parseRoutesJson(asJson, 128)]) {
    assert.deepEqual(
      routes.map((route) => [route.destination, route.gateway, route.device, route.type]),
      [
        ['default', 'fe80::1', 'eth0', 'unicast'],
        ['default', 'fe80::2', 'eth1', 'unicast'],
        ['2001:db8::/32', '', 'lo', 'unreachable'],
      ],
    );
  }
  assert.equal(parseRoutesText('default via inet6 fe80::1 dev eth0\n', 32)[0]?.gateway, 'fe80::1');
});

test('addresses are written as RFC 5952 says', () => {
  // Section 4 of the RFC: longest run, the first of two equal ones, never a single zero group.
  assert.equal(ipv6('20010db8000000000001000000000001'), '2001:db8::1:0:0:1');
  assert.equal(ipv6('20010db8000000010001000100010001'), '2001:db8:0:1:1:1:1:1');
  assert.equal(ipv6('00000000000000000000000000000000'), '::');
});

test('what is no route is malformed', () => {
  assert.throws(() => parseRoutesText('Object "route" is unknown\n', 128), Malformed);
  assert.throws(() => parseRoutesText('1.2.3.0/33 dev eth0\n', 32), Malformed);
  assert.throws(() => parseIpv6Route('fd00 40\n'), Malformed);
});

test('any text gives routes or Malformed', () => {
  holdsForAnyText((any) => parseRoutesText(any, 128), text);
  holdsForAnyText((any) => parseRoutesJson(any, 128), json);
  holdsForAnyText(parseIpv6Route, proc);
  holdsForAnyText(
    parseIpv4Route,
    'Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT\neth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0\n',
  );
});
