import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactValue } from '../model/facts.ts';
import { installersOfIptablesRule, installersOfNftRule, installersOfPolicyRule } from './installers.ts';

type PolicyRule = FactValue<'policyRules6'>[number];

const plain: PolicyRule = {
  priority: 32_766,
  table: 'main',
  suppressPrefixLength: -1,
  suppressInterfaceGroup: -1,
  from: 'all',
  to: '',
  fwmark: '',
  not: false,
  iif: '',
  oif: '',
  protocol: '',
  action: 'lookup',
  text: '',
};
const suppressing = (priority: number): PolicyRule => ({ ...plain, priority, suppressPrefixLength: 0 });
const tunnel = (priority: number, mark: number): PolicyRule => ({
  ...plain,
  priority,
  not: true,
  fwmark: `0x${mark.toString(16)}`,
  table: String(mark),
});

test("wg-quick's pair is known, at whatever priority the kernel gave it", () => {
  // WireGuard/wireguard-tools src/wg-quick/linux.bash, add_default: "not fwmark $table table $table", then "table main suppress_prefixlength 0".
  // The kernel gives each the priority below the lowest there is, so the second one stands before the first.
  for (const [low, high] of [
    [32_764, 32_765],
    [218, 219],
  ] as const) {
    const pair = [suppressing(low), tunnel(high, 51_820)];
    assert.deepEqual(
      pair.map((rule) => installersOfPolicyRule(rule, pair)),
      [['wg-quick'], ['wg-quick']],
    );
  }
});

test("NetworkManager's pair is told by its range of priorities and marks", () => {
  // NetworkManager src/devices/nm-device-wireguard.c, _auto_default_route_get_auto_priority and _auto_fwmark:
  // 51820 + n (n < 500); 32766 − 1000 − an even number below 1000, and one more for the second rule.
  const pair = [suppressing(31_414), tunnel(31_415, 52_000)];
  assert.deepEqual(
    pair.map((rule) => installersOfPolicyRule(rule, pair)[0]),
    ['networkmanager', 'networkmanager'],
  );
  assert.deepEqual(installersOfPolicyRule(tunnel(31_416, 52_000), []), ['wg-quick']);
  assert.deepEqual(installersOfPolicyRule(tunnel(30_767, 51_820), []), ['wg-quick']);
});

test('a suppressing rule without its partner is nobody known', () => {
  assert.deepEqual(installersOfPolicyRule(suppressing(9998), [plain]), []);
  assert.deepEqual(installersOfPolicyRule(plain, [tunnel(32_767, 51_820)]), []);
});

test("Mullvad's mark is not taken for wg-quick's", () => {
  // As Mullvad's users show it: `not from all fwmark 0x6d6f6c65 lookup 1836018789`, "mole" in ASCII as mark and table.
  const pair = [suppressing(32_764), tunnel(32_765, 0x6d6f_6c65)];
  assert.deepEqual(installersOfPolicyRule(suppressing(32_764), pair), ['mullvad']);
});

test("cloud-netconfig's rules lie in the hundreds of the interface's table", () => {
  // SUSE-Enceladus/cloud-netconfig common/cloud-netconfig: RTABLE="10${INTERFACE: -1}", get_free_priority counts from RTABLE*100.
  assert.deepEqual(installersOfPolicyRule({ ...plain, priority: 10_001, from: '2001:db8::5', table: '100' }, []), ['cloud-netconfig']);
  assert.deepEqual(installersOfPolicyRule({ ...plain, priority: 10_201, from: '2001:db8::5', table: '100' }, []), []);
  assert.deepEqual(installersOfPolicyRule(suppressing(30_399), [plain]), ['cloud-netconfig']);
});

test("tailscale's four rules are known, with and without the mask", () => {
  // tailscale/tailscale wgengine/router/router_linux.go, addIPRules: table 52, priorities 52 followed by 10, 30, 50, 70.
  assert.deepEqual(installersOfPolicyRule({ ...plain, priority: 5210, fwmark: '0x80000/0xff0000' }, []), ['tailscale']);
  assert.deepEqual(installersOfPolicyRule({ ...plain, priority: 5230, fwmark: '0x80000', table: 'default' }, []), ['tailscale']);
  assert.deepEqual(installersOfPolicyRule({ ...plain, priority: 5250, fwmark: '0x80000/0xff0000', table: '', action: 'unreachable' }, []), [
    'tailscale',
  ]);
  assert.deepEqual(installersOfPolicyRule({ ...plain, priority: 5270, table: '52' }, []), ['tailscale']);
  assert.deepEqual(installersOfPolicyRule({ ...plain, priority: 5270, table: '53' }, []), []);
});

test('what configuration files say carries the protocol static', () => {
  // systemd src/network/networkd-routing-policy-rule.c sets RTPROT_STATIC for rules of [RoutingPolicyRule] sections.
  assert.deepEqual(installersOfPolicyRule({ ...suppressing(100), protocol: 'static' }, []), ['systemd-networkd', 'networkmanager']);
});

test("firewalld's look-up is known in each place that its versions and modes put it", () => {
  // firewalld src/firewall/core/nftables.py, build_rpfilter_rules: table firewalld, filter_PREROUTING; filter_FORWARD for *-forward;
  // raw_PREROUTING in 0.6, mangle_PREROUTING after it.
  const look = {
    family: 'inet',
    table: 'firewalld',
    chain: 'filter_PREROUTING',
    hook: 'prerouting',
    handle: 195,
    expressions: ['meta', 'fib'],
    fibResult: 'oif',
    fibFlags: ['saddr', 'mark', 'iif'],
    socketKey: '',
    verdict: 'drop',
    comment: '',
    text: 'meta nfproto ipv6 fib saddr . mark . iif oif missing drop',
  };
  for (const chain of ['filter_PREROUTING', 'filter_FORWARD', 'raw_PREROUTING', 'mangle_PREROUTING']) {
    assert.deepEqual(installersOfNftRule({ ...look, chain }), ['firewalld']);
  }
  assert.deepEqual(installersOfNftRule({ ...look, table: 'mine' }), []);
  assert.deepEqual(installersOfNftRule({ ...look, expressions: ['payload'], fibResult: '', fibFlags: [] }), []);
  // nixpkgs nixos/modules/services/networking/firewall-nftables.nix
  assert.deepEqual(installersOfNftRule({ ...look, table: 'nixos-fw', chain: 'rpfilter' }), ['nixos-firewall']);
});

test("firewalld's iptables backend and NixOS are told apart", () => {
  // firewalld src/firewall/core/ipXtables.py, build_rpfilter_rules; nixpkgs nixos/modules/services/networking/firewall-iptables.nix
  const rule = (table: string, chain: string, text: string, target: string) => ({ table, chain, matches: ['rpfilter'], target, text });
  assert.deepEqual(installersOfIptablesRule(rule('raw', 'PREROUTING', '-A PREROUTING -m rpfilter --invert -j DROP', 'DROP')), [
    'firewalld',
  ]);
  assert.deepEqual(
    installersOfIptablesRule(rule('mangle', 'PREROUTING', '-A PREROUTING -m rpfilter --validmark --invert -j DROP', 'DROP')),
    ['firewalld'],
  );
  assert.deepEqual(
    installersOfIptablesRule(
      rule('mangle', 'PREROUTING', '-A PREROUTING -m rpfilter --validmark --invert -j LOG --log-prefix "rpfilter_DROP: "', 'LOG'),
    ),
    ['firewalld'],
  );
  assert.deepEqual(
    installersOfIptablesRule(rule('mangle', 'nixos-fw-rpfilter', '-A nixos-fw-rpfilter -m rpfilter --validmark -j RETURN', 'RETURN')),
    ['nixos-firewall'],
  );
  assert.deepEqual(installersOfIptablesRule(rule('mangle', 'mine', '-A mine -m rpfilter --invert -j DROP', 'DROP')), []);
  assert.deepEqual(installersOfIptablesRule({ ...rule('raw', 'PREROUTING', '', 'DROP'), matches: [] }), []);
});
