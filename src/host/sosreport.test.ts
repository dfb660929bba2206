import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryTree } from './memory-tree.ts';
import { sosName } from './sos-names.ts';
import { isSosreport, sosreportHost } from './sosreport.ts';
import type { Host } from './host.ts';

function hostOf(files: Readonly<Record<string, string>>): Host {
  const nodes = new Map(Object.entries(files).map(([path, body]) => [path, { bytes: Buffer.from(body) }]));
  return sosreportHost(memoryTree(nodes), 'sosreport-x.tar.xz', 1_700_000_000);
}

async function stdout(host: Host, command: string): Promise<string | null> {
  const reading = await host.run(command.split(' '));
  return reading.ok ? reading.value.stdout : null;
}

/** Names as they stand in published sosreports of Ubuntu and RHEL. */
const published: Readonly<Record<string, readonly string[]>> = {
  'ip_-6_route_show_table_all': ['ip', '-6', 'route', 'show', 'table', 'all'],
  'ip_-s_-d_link': ['ip', '-s', '-d', 'link'],
  'ls_-lt_.sys.kernel.slab': ['ls', '-lt', '/sys/kernel/slab'],
  'lsof_M_-n_-l_-c': ['lsof', '+M', '-n', '-l', '-c', ''],
  nft_list_ruleset: ['/usr/sbin/nft', 'list', 'ruleset'],
  'iptables_-t_filter_-nvL': ['iptables', '-t', 'filter', '-nvL'],
  'systemctl_list-units_--failed': ['/bin/systemctl', 'list-units', '--failed'],
  'dpkg_-l': ['dpkg', '-l'],
  'sysctl_-a': ['sysctl', '-a'],
  'uname_-a': ['uname', '-a'],
  'rpm_-qa_--qf_NAME': ['rpm', '-qa', '--qf', '%{NAME}'],
  'lvs_-a_-o_lv_tags_devices_lv_kernel_read_ahead_--config_global_metadata_read_only_1': [
    'lvs',
    '-a',
    '-o',
    'lv_tags,devices,lv_kernel_read_ahead',
    '--config=global{metadata_read_only=1}',
  ],
};

test('a command has the file name that sos gives it', () => {
  for (const [name, argv] of Object.entries(published)) assert.equal(sosName(argv), name);
});

test('files are read at their own paths, commands under whichever plugin ran them', async () => {
  const host = hostOf({
    'proc/slabinfo': 'slabinfo - version: 2.1\n',
    'sos_commands/firewalld/nft_list_ruleset': 'table inet firewalld {\n}\n',
    'sos_commands/kernel/lsmod': 'Module\n',
  });
  assert.deepEqual(host.read('/proc/slabinfo'), { ok: true, value: 'slabinfo - version: 2.1\n' });
  assert.equal(await stdout(host, 'nft list ruleset'), 'table inet firewalld {\n}\n');
  assert.equal(await stdout(host, '/sbin/lsmod'), 'Module\n');
  assert.equal(await host.clock.wait(1), false);
});

test('the policy rules are found however sos and the asker spell the command', async () => {
  const rules = '0:\tfrom all lookup local\n30399:\tfrom all lookup main suppress_prefixlength 0\n';
  for (const name of ['ip_-6_rule', 'ip_-6_rule_list', 'ip_-6_rule_show']) {
    const host = hostOf({ [`sos_commands/networking/${name}`]: rules });
    for (const asked of ['ip -6 rule', 'ip -6 rule show', 'ip -6 rule list'])
      assert.equal(await stdout(host, asked), rules, `${name} for ${asked}`);
    assert.equal(await stdout(host, 'ip -4 rule'), null);
    assert.equal(await stdout(host, 'ip rule'), null);
    assert.equal(await stdout(host, 'ip -d -6 rule'), null, 'the detailed form is another text');
    assert.equal(await stdout(host, 'ip -j -6 rule show'), null, 'text is no JSON: the asker then asks for text');
  }
  const ipv4 = hostOf({ 'sos_commands/networking/ip_-4_rule': 'four' });
  assert.equal(await stdout(ipv4, 'ip rule show'), 'four');
  assert.equal(await stdout(hostOf({ 'sos_commands/networking/ip_-d_-6_rule': 'detailed' }), 'ip -6 -d rule show'), 'detailed');
});

test('the main table is what of all tables has no table named', async () => {
  const host = hostOf({
    'sos_commands/networking/ip_route_show_table_all':
      'default via 10.0.0.1 dev eth0 \n10.0.0.0/24 dev eth0 scope link \nlocal 127.0.0.1 dev lo table local scope host \n10.9.0.0/16 dev wg0 table 51820 scope link',
  });
  assert.equal(await stdout(host, 'ip route'), 'default via 10.0.0.1 dev eth0 \n10.0.0.0/24 dev eth0 scope link \n');
  assert.equal(await stdout(host, 'ip route show'), await stdout(host, 'ip route'));
  assert.match((await stdout(host, 'ip -4 route show table all')) ?? '', /table 51820/);
  assert.equal(await stdout(host, 'ip -6 route'), null);
});

test('release and packages come from the commands that sos runs for them', async () => {
  const host = hostOf({
    'sos_commands/kernel/uname_-a':
      'Linux db1 5.14.21-150500.53-default #1 SMP Wed May 10 07:56:26 UTC 2023 x86_64 x86_64 x86_64 GNU/Linux\n',
    'sos_commands/rpm/sh_-c_rpm_--nodigest_-qa_--qf_-59_NVRA_INSTALLTIME_date_sort_-V':
      'firewalld-0.9.3-150400.8.12.1.noarch                       Mon Mar  4 10:53:00 2024\nwireguard-tools-1.0-1.x86_64 x\n',
  });
  assert.equal(await stdout(host, 'uname -r'), '5.14.21-150500.53-default\n');
  assert.equal(await stdout(host, 'rpm -qa'), 'firewalld-0.9.3-150400.8.12.1.noarch\nwireguard-tools-1.0-1.x86_64\n');
});

test('merged caches are seen in the listing of /sys/kernel/slab', () => {
  const host = hostOf({
    'sos_commands/kernel/ls_-lt_.sys.kernel.slab':
      'total 0\ndrwxr-xr-x. 2 root root 0 Feb 10 16:19 :0000256\nlrwxrwxrwx. 1 root root 0 Feb 10 16:19 ip6_dst_cache -> :0000256\ndrwxr-xr-x 2 root root 0 Feb 10  2022 TCP\nlrwxrwxrwx 1 root root 0 Feb 10 16:19 two words -> :a-0000104\n',
  });
  assert.deepEqual(host.list('/sys/kernel/slab'), {
    ok: true,
    value: [
      { name: ':0000256', kind: 'folder' },
      { name: 'TCP', kind: 'folder' },
      { name: 'ip6_dst_cache', kind: 'link', target: ':0000256' },
      { name: 'two words', kind: 'link', target: ':a-0000104' },
    ],
  });
  assert.equal(hostOf({}).list('/sys/kernel/slab').ok, false);
});

test('time is what the report says in UTC, else when its file was written', () => {
  assert.equal(hostOf({ 'sos_commands/date/date': 'Thu Feb 10 16:19:17 UTC 2022\n' }).clock.now(), 1_644_509_957);
  assert.equal(hostOf({ 'sos_commands/date/date': 'Thu Feb 10 16:19:17 CEST 2022\n' }).clock.now(), 1_700_000_000);
  assert.equal(hostOf({}).clock.now(), 1_700_000_000);
});

test('a tree is a sosreport when it has sos_commands', () => {
  assert.equal(isSosreport(memoryTree(new Map([['sos_commands/date/date', { bytes: new Uint8Array() }]]))), true);
  assert.equal(isSosreport(memoryTree(new Map([['proc/meminfo', { bytes: new Uint8Array() }]]))), false);
});
