import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captureHost } from '../host/capture.ts';
import { captureFiles } from '../host/capture-writer.ts';
import { liveHost } from '../host/live.ts';
import { memoryTree } from '../host/memory-tree.ts';
import { recorder } from '../host/recorder.ts';
import { sosreportHost } from '../host/sosreport.ts';
import { askAll } from './ask.ts';

test('the replay of what was asked of this machine is byte-identical', async () => {
  const machine = liveHost();
  const recording = recorder(machine);
  const live = await askAll(recording);
  const files = captureFiles(recording.finish(), { version: '0', hostname: 'x' });
  const replay = captureHost(memoryTree(new Map([...files].map(([path, bytes]) => [path, { bytes }]))), 'x.kmai');
  assert.ok(live.facts.length > 5);
  assert.equal(JSON.stringify(await askAll(replay)), JSON.stringify(live));
  await machine.close();
});

/** Paths as sos writes them; the machine of the story, as far as its report would tell it. */
const sos = {
  '/proc/sys/kernel/osrelease': '5.14.21-150500.55.7-default\n',
  '/proc/net/if_inet6': 'fe80000000000000000000fffe000001 02 40 20 80     eth0\n',
  '/sos_commands/networking/ip_-6_rule_list':
    '0:\tfrom all lookup local\n30399:\tfrom all lookup main suppress_prefixlength 0\n32766:\tfrom all lookup main\n',
  '/sos_commands/networking/ip_-6_route_show_table_all': 'default via fe80::1 dev eth0 proto ra metric 1024 pref medium\n',
  '/sos_commands/firewall_tables/nft_list_ruleset':
    'table inet firewalld {\n\tchain filter_PREROUTING {\n\t\ttype filter hook prerouting priority filter + 10; policy accept;\n\t\tmeta nfproto ipv6 fib saddr . mark . iif oif missing drop\n\t}\n}\n',
  '/sos_commands/rpm/sh_-c_rpm_--nodigest_-qa_--qf_NVRA_INSTALLTIME_date_sort_-V':
    'cloud-netconfig-azure-1.14-150000.25.20.1.noarch            Tue 03 Jan 2026\nkernel-default-5.14.21-150500.55.7.1.x86_64                 Tue 03 Jan 2026\n',
};

test('a sosreport tells the three conditions of the leak of fib6_rule_suppress', async () => {
  const host = sosreportHost(
    memoryTree(new Map(Object.entries(sos).map(([path, body]) => [path.slice(1), { bytes: Buffer.from(body) }]))),
    'sosreport',
    0,
  );
  const { facts, unavailable } = await askAll(host);
  const values = new Map(facts.map((fact) => [fact.id, fact.value]));
  const seen = (id: string) => values.get(id) as readonly Record<string, unknown>[];
  assert.deepEqual(
    seen('policyRules6').map((rule) => rule['suppressPrefixLength']),
    [-1, 0, -1],
  );
  assert.deepEqual(
    seen('routes6').map((route) => [route['destination'], route['table']]),
    [['default', 'main']],
  );
  assert.deepEqual(
    seen('nftRules').map((rule) => [rule['fibResult'], rule['hook']]),
    [['oif', 'prerouting']],
  );
  assert.deepEqual(seen('packages'), [
    { name: 'cloud-netconfig-azure', version: '1.14-150000.25.20.1' },
    { name: 'kernel-default', version: '5.14.21-150500.55.7.1' },
  ]);
  assert.ok(unavailable.some((why) => why.what === 'iptables6'));
});
