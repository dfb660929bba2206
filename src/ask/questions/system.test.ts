import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factSchemas } from '../../model/facts.ts';
import { Malformed } from '../../model/reading.ts';
import { fakeHost } from '../fixtures/hosts.ts';
import { holdsForAnyText } from '../fixtures/parsers.ts';
import { parseAuditStatus } from './audit.ts';
import { cgroups } from './cgroups.ts';
import { interfaces, parseLinks, parseLinksText } from './interfaces.ts';
import { kernelLog, parseLog, sinceBoot } from './kernel-log.ts';
import { parseMountinfo, parseMounts } from './mounts.ts';
import { nfsdThreads } from './nfsd.ts';
import { packages, parseApk, parseDpkgQuery, parseDpkgStatus, parseNevra, parseRpm } from './packages.ts';
import { describe, parseDmidecode, platform } from './platform.ts';
import { parseUnits, services } from './services.ts';
import { parseSysctls, sysctls } from './sysctls.ts';
import { parseTaint } from './taint.ts';
import { parseUptime } from './uptime.ts';

test('taint bits have the letters of the kernel document', () => {
  // Documentation/admin-guide/tainted-kernels.rst: 12288 = 4096 (O) + 8192 (E); 65536 is X.
  assert.deepEqual(parseTaint('12288\n'), { value: 12_288, flags: ['O', 'E'] });
  assert.deepEqual(parseTaint('0\n').flags, []);
  assert.deepEqual(parseTaint('69633\n').flags, ['P', 'O', 'X']);
  assert.throws(() => parseTaint('many'), Malformed);
});

test('a sysctl that the kernel does not have is left out, and a host without /proc/sys has no answer', async () => {
  const some = await sysctls.ask(
    fakeHost({ files: { '/proc/sys/net/ipv4/tcp_mem': '10\t20\t30\n', '/proc/sys/kernel/hostname': 'secret\n' } }),
  );
  assert.deepEqual(some.ok && some.value, { 'net.ipv4.tcp_mem': '10 20 30' });
  assert.equal((await sysctls.ask(fakeHost({}))).ok, false);
  const fromSos = await sysctls.ask(
    fakeHost({
      commands: { 'sysctl -a': { code: 255, stdout: 'fs.file-max = 9\nkernel.hostname = x\n', stderr: 'permission denied on key' } },
    }),
  );
  assert.deepEqual(fromSos.ok && [fromSos.value, fromSos.from], [{ 'fs.file-max': '9' }, 'sysctl -a']);
});

test('an interface has the driver its device links to', async () => {
  const link = (name: string, target: string) => ({ name, kind: 'link', target }) as const;
  const host = fakeHost({
    folders: {
      '/sys/class/net': [
        { name: 'bonding_masters', kind: 'file' },
        link('eth0', '../../devices/x/net/eth0'),
        link('wg0', '../../devices/virtual/net/wg0'),
        link('gone', 'x'),
      ],
      '/sys/class/net/eth0/device': [link('driver', '../../../../bus/vmbus/drivers/hv_netvsc')],
    },
    files: {
      '/sys/class/net/eth0/mtu': '1500\n',
      '/sys/class/net/eth0/flags': '0x1003\n',
      '/sys/class/net/wg0/mtu': '1420\n',
      '/sys/class/net/wg0/flags': '0x90\n',
      '/sys/class/net/wg0/uevent': 'DEVTYPE=wireguard\nINTERFACE=wg0\n',
    },
  });
  const answer = await interfaces.ask(host);
  assert.deepEqual(answer.ok && answer.value, [
    { name: 'eth0', driver: 'hv_netvsc', kind: '', mtu: 1500, up: true },
    { name: 'wg0', driver: '', kind: 'wireguard', mtu: 1420, up: false },
  ]);
});

const linksText = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00 promiscuity 0 minmtu 0 maxmtu 0
2: veth1@if3: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000
    link/ether 2a:ea:dd:14:1d:eb brd ff:ff:ff:ff:ff:ff link-netnsid 0 promiscuity 0
    veth addrgenmode eui64 numtxqueues 2
`;
const linksJson =
  '[{"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"link_type":"loopback"},{},{"ifname":"veth1","flags":["BROADCAST","MULTICAST"],"mtu":1500,"link_type":"ether","linkinfo":{"info_kind":"veth"}}]';

test('links of ip in both forms', () => {
  const expected = [
    { name: 'lo', driver: '', kind: 'loopback', mtu: 65_536, up: true },
    { name: 'veth1', driver: '', kind: 'veth', mtu: 1500, up: false },
  ];
  assert.deepEqual(parseLinks(linksJson), expected);
  assert.deepEqual(parseLinksText(linksText), expected);
});

const units = `  UNIT                      LOAD      ACTIVE   SUB     DESCRIPTION
  firewalld.service         loaded    active   running firewalld - dynamic firewall daemon
● nm-cloud-setup.service    loaded    failed   failed  Automatically configure NetworkManager in cloud
  ssh.socket                loaded    active   running OpenBSD Secure Shell server socket
  auditd.service            not-found inactive dead    auditd.service

LOAD   = Reflects whether the unit definition was properly loaded.
3 loaded units listed.
`;

test('services are told from other units, headings and legends', () => {
  assert.deepEqual(parseUnits(units), [
    { unit: 'firewalld.service', active: 'active', sub: 'running' },
    { unit: 'nm-cloud-setup.service', active: 'failed', sub: 'failed' },
    { unit: 'auditd.service', active: 'inactive', sub: 'dead' },
  ]);
});

test('without systemctl the cgroups name the services that run', async () => {
  const host = fakeHost({
    folders: {
      '/sys/fs/cgroup/system.slice': [
        { name: 'cgroup.procs', kind: 'file' },
        { name: 'firewalld.service', kind: 'folder' },
      ],
    },
  });
  const answer = await services.ask(host);
  assert.deepEqual(answer.ok && [answer.value, answer.from], [
    [{ unit: 'firewalld.service', active: 'active', sub: '' }],
    '/sys/fs/cgroup/system.slice',
  ]);
});

const dpkg = `Package: firewalld
Status: install ok installed
Priority: optional
Version: 1.3.3-1~deb12u1
Description: dynamically managed firewall
 with support for network zones

Package: wireguard-tools
Status: deinstall ok config-files
Version: 1.0.20210914-1

Package: bash
Status: install ok installed
Version: 5.2.15-2

Package: linux-image-6.1.0-55-cloud-amd64
Status: hold ok installed
Version: 6.1.192-1

Package: linux-image-6.1.0-54-cloud-amd64
Status: install ok installed
Version: 6.1.187-1
`;

test('only packages that matter are kept, and of kernels the one that runs', async () => {
  const answer = await packages.ask(
    fakeHost({ files: { '/var/lib/dpkg/status': dpkg, '/proc/sys/kernel/osrelease': '6.1.0-55-cloud-amd64\n' } }),
  );
  assert.deepEqual(answer.ok && answer.value, [
    { name: 'firewalld', version: '1.3.3-1~deb12u1' },
    { name: 'linux-image-6.1.0-55-cloud-amd64', version: '6.1.192-1' },
  ]);
});

test("SUSE's and RHEL's kernel packages are found by the release that runs", async () => {
  const ask = async (osrelease: string, list: string) => {
    const answer = await packages.ask(fakeHost({ files: { '/proc/sys/kernel/osrelease': osrelease }, commands: { 'rpm -qa': list } }));
    return answer.ok && answer.value;
  };
  assert.deepEqual(
    await ask(
      '5.14.21-150500.55.73-default\n',
      'kernel-default-5.14.21-150500.55.73.1.x86_64\nkernel-default-5.14.21-150500.55.7.1.x86_64\ncloud-netconfig-azure-1.14-150000.25.20.1.noarch\nbash-4.4-150400.25.22.x86_64\n',
    ),
    [
      { name: 'kernel-default', version: '5.14.21-150500.55.73.1' },
      { name: 'cloud-netconfig-azure', version: '1.14-150000.25.20.1' },
    ],
  );
  assert.deepEqual(
    await ask('5.14.0-427.13.1.el9_4.x86_64\n', 'kernel-core-5.14.0-427.13.1.el9_4.x86_64\nkernel-core-5.14.0-362.8.1.el9_3.x86_64\n'),
    [{ name: 'kernel-core', version: '5.14.0-427.13.1.el9_4' }],
  );
});

test("Arch's packages are the folders of pacman", async () => {
  const folder = (name: string) => ({ name, kind: 'folder' }) as const;
  const folders = {
    '/var/lib/pacman/local': [
      { name: 'ALPM_DB_VERSION', kind: 'file' } as const,
      folder('bash-5.2.026-2'),
      folder('linux-6.9.1.arch1-1'),
      folder('wireguard-tools-1.0.20210914-2'),
    ],
  };
  const answer = await packages.ask(fakeHost({ folders, files: { '/proc/sys/kernel/osrelease': '6.9.1-arch1-1\n' } }));
  assert.deepEqual(answer.ok && answer.value, [
    { name: 'linux', version: '6.9.1.arch1-1' },
    { name: 'wireguard-tools', version: '1.0.20210914-2' },
  ]);
});

test('a host without a package database that kmai knows has no answer, not an empty list', async () => {
  assert.equal((await packages.ask(fakeHost({}))).ok, false);
});

test('clouds are known by what their firmware says', () => {
  const nothing = { vendor: '', product: '', version: '', bios: '', chassisTag: '' };
  const guest = { flagged: true, type: '' };
  const of = (board: Partial<typeof nothing>, seen = guest) => {
    const { hypervisor, cloud } = describe({ ...nothing, ...board }, seen);
    return [hypervisor, cloud];
  };
  assert.deepEqual(of({ vendor: 'Microsoft Corporation', product: 'Virtual Machine', chassisTag: '7783-7084-3265-9085-8269-3286-77' }), [
    'hyperv',
    'azure',
  ]);
  assert.deepEqual(of({ vendor: 'Microsoft Corporation', product: 'Virtual Machine', chassisTag: '1234' }), ['hyperv', '']);
  assert.deepEqual(of({ vendor: 'Amazon EC2', product: 't3.micro' }), ['kvm', 'aws']);
  assert.deepEqual(of({ vendor: 'Xen', product: 'HVM domU', version: '4.11.amazon' }, { flagged: true, type: 'xen' }), ['xen', 'aws']);
  assert.deepEqual(of({ vendor: 'Google', product: 'Google Compute Engine' }), ['kvm', 'gcp']);
  assert.deepEqual(of({ vendor: 'Dell Inc.', product: 'PowerEdge R740' }, { flagged: false, type: '' }), ['', '']);
  assert.deepEqual(of({}), ['unknown', '']);
});

test('a machine without DMI is still told to be virtual or not', async () => {
  const answer = await platform.ask(fakeHost({ files: { '/proc/cpuinfo': 'processor\t: 0\nflags\t\t: fpu vme hypervisor lahf_lm\n' } }));
  assert.deepEqual(answer.ok && [answer.value.hypervisor, answer.from], ['unknown', '/proc/cpuinfo']);
});

const dmidecode = `# dmidecode 3.3
Handle 0x0000, DMI type 0, 26 bytes
BIOS Information
	Vendor: American Megatrends Inc.
	Version: 090008

Handle 0x0001, DMI type 1, 27 bytes
System Information
	Manufacturer: Microsoft Corporation
	Product Name: Virtual Machine
	Version: 7.0

Handle 0x0003, DMI type 3, 24 bytes
Chassis Information
	Manufacturer: Microsoft Corporation
	Asset Tag: 7783-7084-3265-9085-8269-3286-77
`;

test("dmidecode's blocks are kept apart", () => {
  assert.deepEqual(parseDmidecode(dmidecode), {
    vendor: 'Microsoft Corporation',
    product: 'Virtual Machine',
    version: '7.0',
    bios: '090008',
    chassisTag: '7783-7084-3265-9085-8269-3286-77',
  });
});

const mountinfo =
  '36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n23 28 0:21 / /sys rw,nosuid - sysfs sysfs rw\n';

test('mountinfo has optional fields before the dash and octal for blanks', () => {
  // The first line is the example of proc_pid_mountinfo(5), a blank put into its path.
  assert.deepEqual(parseMountinfo(mountinfo), [
    { source: '/dev/root', path: '/mnt 2', type: 'ext3', options: ['rw', 'noatime', 'errors=continue'] },
    { source: 'sysfs', path: '/sys', type: 'sysfs', options: ['rw', 'nosuid'] },
  ]);
});

test('cgroup v1, v2, hybrid and none are told apart', async () => {
  const ask = async (files: Record<string, string>) => {
    const answer = await cgroups.ask(fakeHost({ files }));
    return answer.ok ? [answer.value.version, answer.value.memoryController] : 'unavailable';
  };
  const v2 = 'cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n';
  assert.deepEqual(await ask({ '/proc/mounts': v2, '/sys/fs/cgroup/cgroup.controllers': 'cpu io memory pids\n' }), [2, 2]);
  assert.deepEqual(await ask({ '/proc/mounts': v2, '/sys/fs/cgroup/cgroup.controllers': 'cpu io pids\n' }), [2, 0]);
  assert.deepEqual(
    await ask({ '/proc/mounts': v2, '/proc/cgroups': '#subsys_name\thierarchy\tnum_cgroups\tenabled\nmemory\t0\t99\t1\n' }),
    [2, 2],
  );
  assert.deepEqual(await ask({ '/proc/mounts': v2 }), 'unavailable');
  const v1 = 'cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n';
  assert.deepEqual(await ask({ '/proc/mounts': v1 }), [1, 1]);
  assert.deepEqual(await ask({ '/proc/mounts': 'proc /proc proc rw 0 0\n' }), [0, 0]);
  assert.deepEqual(await ask({}), 'unavailable');
});

const log = `[    0.000000] Linux version 6.1.0
[ 1234.567890] unregister_netdevice: waiting for lo to become free. Usage count = 1
<4>[ 1300.000001] Out of memory: Killed process 42 (java) total-vm:1kB
Nov 24 22:50:11 host kernel: [ 1301.5] nf_conntrack: nf_conntrack: table full, dropping packet
Nov 24 22:50:11 host sshd[7]: someone said Out of memory
2026-11-24T22:50:12.000000+00:00 host kernel: Route cache is full: consider increasing sysctl net.ipv6.route.max_size.
`;

test('of the log only the lines that matter are kept, with their time where they have one', () => {
  assert.deepEqual(parseLog(log), [
    { seconds: 1234.56789, text: 'unregister_netdevice: waiting for lo to become free. Usage count = 1' },
    { seconds: 1300.000001, text: 'Out of memory: Killed process 42 (java) total-vm:1kB' },
    { seconds: 1301.5, text: 'nf_conntrack: nf_conntrack: table full, dropping packet' },
    { seconds: -1, text: 'Route cache is full: consider increasing sysctl net.ipv6.route.max_size.' },
  ]);
});

test('a line that comes a thousand times is kept five times, the last ones', () => {
  const many = Array.from({ length: 1000 }, (_, at) => `[${at}.000000] unregister_netdevice: waiting for lo\n`).join('');
  assert.deepEqual(
    parseLog(many).map((line) => line.seconds),
    [995, 996, 997, 998, 999],
  );
});

test('of a log file that goes back further, only this boot counts', () => {
  const older = 'Nov 1 00:00:00 h kernel: [ 9.5] Out of memory: Killed process 1\n';
  const boot =
    'Nov 2 00:00:00 h kernel: [ 0.0] Linux version 6.1.0\nNov 2 00:00:09 h kernel: [ 9.0] kmemleak: 3 new suspected memory leaks\n';
  assert.deepEqual(parseLog(sinceBoot(older + boot)), [{ seconds: 9, text: 'kmemleak: 3 new suspected memory leaks' }]);
  assert.equal(sinceBoot(older), older);
});

test('a log that we may not read is denied, not empty', async () => {
  const answer = await kernelLog.ask(
    fakeHost({ commands: { dmesg: { code: 1, stdout: '', stderr: 'dmesg: read kernel buffer failed: Operation not permitted\n' } } }),
  );
  assert.ok(!answer.ok && answer.unavailable[0]?.reason === 'denied' && answer.unavailable[0].help === 'run as root');
});

test('audit status in the form of today and of long ago', () => {
  const expected = { enabled: 1, backlog: 12, backlogLimit: 8192, lost: 3 };
  assert.deepEqual(
    parseAuditStatus(
      'enabled 1\nfailure 1\npid 500\nrate_limit 0\nbacklog_limit 8192\nlost 3\nbacklog 12\nbacklog_wait_time 60000\nloginuid_immutable 0 unlocked\n',
    ),
    expected,
  );
  assert.deepEqual(
    parseAuditStatus('AUDIT_STATUS: enabled=1 flag=1 pid=500 rate_limit=0 backlog_limit=8192 lost=3 backlog=12\n'),
    expected,
  );
  assert.throws(() => parseAuditStatus('enabled 1\n'), Malformed);
});

test('uptime and nfsd threads', async () => {
  assert.equal(parseUptime('350735.47 234388.90\n'), 350_735.47);
  const threads = await nfsdThreads.ask(fakeHost({ files: { '/proc/fs/nfsd/threads': '8\n' } }));
  assert.deepEqual(threads.ok && threads.value, 8);
  assert.equal((await nfsdThreads.ask(fakeHost({}))).ok, false);
});

test('any text gives a value or Malformed', () => {
  holdsForAnyText(parseTaint, '12288\n');
  holdsForAnyText(parseSysctls, 'fs.file-max = 9\n');
  holdsForAnyText(parseLinks, linksJson);
  holdsForAnyText(parseLinksText, linksText);
  holdsForAnyText(parseUnits, units);
  holdsForAnyText(parseDpkgStatus, dpkg);
  holdsForAnyText(parseDpkgQuery, 'ii \tbash\t5.2\n');
  holdsForAnyText(parseRpm, 'bash\t5.2-1\tx86_64\n');
  holdsForAnyText(parseNevra, 'bash-4.4-150400.25.22.x86_64\n');
  holdsForAnyText(parseApk, 'P:bash\nV:5.2\n\n');
  holdsForAnyText(parseDmidecode, dmidecode);
  holdsForAnyText(parseMountinfo, mountinfo);
  holdsForAnyText(parseMounts, 'a b c d 0 0\n');
  holdsForAnyText((text) => factSchemas.kernelLog.parse(parseLog(text)), log);
  holdsForAnyText(parseAuditStatus, 'enabled 1\nbacklog_limit 8192\nlost 3\nbacklog 12\n');
  holdsForAnyText(parseUptime, '350735.47 234388.90\n');
});
