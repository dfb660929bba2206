import assert from 'node:assert/strict';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { available } from '../model/reading.ts';
import { addressPseudonyms, ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text } from './address-pseudonyms.ts';
import { captureFiles } from './capture-writer.ts';
import type { Entry } from './host.ts';
import type { Recording, Track } from './recording.ts';
import { redactor } from './redact.ts';
import { textOf } from './tree.ts';

const { concerns, text, command, hostname } = redactor('seed', { hostnames: ['azure-b1s.example.org'], users: ['alice'] });

function mapped(address: string): string {
  return command(['ip', 'addr'], address);
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

function commonBits(a: Uint8Array, b: Uint8Array): number {
  for (let bit = 0; bit < a.length * 8; bit++) {
    if (((a[bit >> 3]! ^ b[bit >> 3]!) & (0x80 >> (bit & 7))) !== 0) return bit;
  }
  return a.length * 8;
}

test('addresses that name nobody stay as they are', () => {
  for (const address of [
    '0.0.0.0',
    '127.0.0.1',
    '127.0.0.53',
    '255.255.255.0',
    '224.0.0.251',
    '169.254.169.254',
    '::',
    '::1',
    'ff02::1',
    'default',
    '0.0.0.0/0',
    '::/0',
    '00:00:00:00:00:00',
    'ff:ff:ff:ff:ff:ff',
    '33:33:00:00:00:01',
  ]) {
    assert.equal(mapped(address), address);
  }
});

test('an address keeps its family, and whether it is private, link-local, unique-local or global', () => {
  const classes: readonly (readonly [RegExp, readonly string[]])[] = [
    [/^10\./, ['10.1.2.3', '10.255.0.1']],
    [/^192\.168\./, ['192.168.1.7']],
    [/^172\.(?:1[6-9]|2\d|3[01])\./, ['172.16.0.9', '172.31.255.1']],
    [/^169\.254\./, ['169.254.7.7']],
    [/^fe80::[0-9a-f]/, ['fe80::1', 'fe80::20d:3aff:fe4b:1234']],
    [/^fd/, ['fd00:1234::5']],
    [/^[23]/, ['2001:db8::1', '2603:1030:b::12']],
    [/^::ffff:10\./, ['::ffff:10.1.2.3']],
  ];
  for (const [expected, addresses] of classes) {
    for (const address of addresses) {
      assert.match(mapped(address), expected, address);
      assert.notEqual(mapped(address), address);
      assert.equal(isIP(mapped(address)), isIP(address));
    }
  }
});

test('addresses share a prefix exactly as long as their pseudonyms do, within a class', () => {
  const { ip } = addressPseudonyms('s');
  const four = fc.uint8Array({ minLength: 3, maxLength: 3 }).map((rest) => Uint8Array.of(10, ...rest));
  fc.assert(fc.property(four, four, (a, b) => assert.equal(commonBits(ip(a), ip(b)), commonBits(a, b))));
  const six = fc.uint8Array({ minLength: 14, maxLength: 14 }).map((rest) => Uint8Array.of(0x20, 1, ...rest));
  fc.assert(
    fc.property(six, six, (a, b) => assert.equal(commonBits(ip(a), ip(b)), commonBits(a, b))),
    { numRuns: 30 },
  );
});

test('no two addresses become one, and public ones never become special', () => {
  const { ip } = addressPseudonyms('s');
  const seen = new Set<string>();
  for (let i = 0; i < 3000; i++) {
    const address = Uint8Array.of(1 + ((i * 37) % 220), i & 255, i >> 8, 1);
    seen.add(ipv4Text(ip(address)));
    if (address[0] === 8) assert.doesNotMatch(ipv4Text(ip(address)), /^(?:10|127|0|169\.254|192\.168)\./);
  }
  assert.equal(seen.size, 3000);
});

test('a route still holds its host, and keeps its prefix length', () => {
  const route = /^(\S+)\/(\d+) dev eth0/.exec(command(['ip', 'route'], '10.20.30.0/24 dev eth0'))!;
  assert.equal(route[2], '24');
  assert.equal(route[1]!.split('.')[3], '0');
  const [host] = command(['ip', 'addr'], '10.20.30.40/24').split('/');
  assert.deepEqual(host!.split('.').slice(0, 3), route[1]!.split('.').slice(0, 3));
  assert.equal(mapped('10.20.30.40'), host);
});

test('an address is the same written and in the tables of /proc/net', () => {
  const route = text(
    '/proc/net/route',
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t0114A80A\t0003\t0\t0\t0\t00000000\neth0\t0014A80A\t00000000\t0001\t0\t0\t0\t00FFFFFF\n',
  );
  const [, first, second] = route.split('\n');
  assert.equal(ipv4Text(bytes(first!.split('\t')[2]!).swap32()), mapped('10.168.20.1'));
  assert.equal(first!.split('\t')[1], '00000000');
  assert.equal(`${ipv4Text(bytes(second!.split('\t')[1]!).swap32())}/24`, command(['ip'], '10.168.20.0/24'));
  assert.match(second!, /\t00FFFFFF$/);

  const tcp = text(
    '/proc/net/tcp',
    '   0: 0100007F:1F90 0201A8C0:0016 0A 00000000:00000000 00:00000000 00000000     0        0 12345678 1 0000000000000000 100 0 0 10 0',
  );
  assert.equal(ipv4Text(bytes(tcp.split(/\s+/)[3]!.slice(0, 8)).swap32()), mapped('192.168.1.2'));
  assert.match(tcp, /^ {3}0: 0100007F:1F90 /);
  assert.match(tcp, / 0A 00000000:00000000 00:00000000 00000000 {5}0 {8}0 12345678 1 0000000000000000 100 0 0 10 0$/);

  const six = text(
    '/proc/net/ipv6_route',
    '20010db8000000010000000000000000 40 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0',
  );
  const [destination, length, source, , via, ...rest] = six.split(/\s+/);
  assert.equal(`${ipv6Text(bytes(destination!))}/64`, command(['ip'], '2001:db8:0:1::/64'));
  assert.deepEqual(
    [length, source, ipv6Text(bytes(via!)), rest],
    ['40', '0'.repeat(32), mapped('fe80::1'), ['00000400', '00000001', '00000000', '00000003', 'eth0']],
  );

  const inet6 = text('/proc/net/if_inet6', 'fe80000000000000020d3afffe4b1234 02 40 20 80     eth0\n');
  assert.equal(ipv6Text(bytes(inet6.slice(0, 32))), mapped('fe80::20d:3aff:fe4b:1234'));
  assert.equal(inet6.slice(32), ' 02 40 20 80     eth0\n');
});

test('in text, addresses go and the words around them stay', () => {
  const rule = '30399:\tfrom 10.1.0.0/16 iif eth0 [detached] lookup main suppress_prefixlength 0 proto 0xc7\n';
  assert.match(
    command(['ip', 'rule'], rule),
    /^30399:\tfrom 10\.\d+\.0\.0\/16 iif eth0 \[detached\] lookup main suppress_prefixlength 0 proto 0xc7\n$/,
  );
  const fib = 'inet firewalld: fib saddr . mark . iif oif missing drop # handle 12';
  assert.equal(command(['nft', 'list', 'ruleset'], fib), fib);
  const dmesg = '[   12.345678] slab: Linux version 6.1.0-55-cloud-amd64 0000:00:1f.2 12:34:56 at ffffffff81000000, c++::name std::deque';
  assert.equal(command(['dmesg'], dmesg), dmesg);
  const boot = text('/proc/cmdline', 'ip=10.0.0.1::10.0.0.254:255.255.255.0:x:eth0:off quiet');
  assert.match(boot, /^ip=10\.\d+\.\d+\.\d+::10\.\d+\.\d+\.\d+:255\.255\.255\.0:x:eth0:off quiet$/);
  assert.doesNotMatch(boot, /10\.0\.0\.(?:1|254)\b/);
  assert.equal(command(['dpkg', '-l'], 'ii  x  1.2.3.4-5'), 'ii  x  1.2.3.4-5', 'versions are no addresses');
});

test('MAC addresses keep that they are local or a group, and nothing else', () => {
  const universal = mapped('00:0d:3a:4b:12:34');
  assert.match(universal, /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/);
  assert.equal(Number.parseInt(universal.slice(0, 2), 16) & 3, 0);
  assert.equal(Number.parseInt(mapped('02:42:ac:11:00:02').slice(0, 2), 16) & 3, 2);
  assert.notEqual(universal, '00:0d:3a:4b:12:34');
  assert.equal(text('/sys/class/net/eth0/address', '00:0d:3a:4b:12:34\n'), `${universal}\n`);
});

test('names of the machine and of people are the same pseudonym everywhere', () => {
  const host = hostname('azure-b1s');
  assert.match(host, /^host-[0-9a-f]{8}$/);
  assert.equal(text('/proc/sys/kernel/hostname', 'azure-b1s\n'), `${host}\n`);
  assert.equal(
    command(['uname', '-a'], 'Linux azure-b1s 5.14.21-150500.53-default x86_64'),
    `Linux ${host} 5.14.21-150500.53-default x86_64`,
  );
  const hosts = text('/etc/hosts', '127.0.0.1\tlocalhost azure-b1s\n::1 localhost ip6-localhost\n10.0.0.9 other.example.org\n').split('\n');
  assert.equal(hosts[0], `127.0.0.1\tlocalhost ${host}`);
  assert.equal(hosts[1], '::1 localhost ip6-localhost');
  assert.equal(hosts[2], `${mapped('10.0.0.9')} ${hostname('other.example.org')}`);
  const maps = text('/proc/7/maps', '7f00-7f01 r-xp 00000000 08:01 42 /home/bob/bin/x\n7f01-7f02 r-xp 0 08:01 43 /home/alice/y');
  assert.doesNotMatch(maps, /bob|alice/);
  assert.equal(/home\/(user-[0-9a-f]{8})\/y/.exec(maps)?.[1], command(['ps'], 'alice'));
  assert.equal(command(['ps'], 'alice-blue malice root'), 'alice-blue malice root', 'only whole words');
});

test('numbers of /proc are not looked into', () => {
  for (const path of [
    '/proc/slabinfo',
    '/proc/meminfo',
    '/proc/vmstat',
    '/proc/net/snmp6',
    '/proc/net/rt6_stats',
    '/proc/net/sockstat',
    '/proc/7/stat',
    '/proc/7/status',
    '/sys/kernel/slab/filp/objects',
  ]) {
    assert.equal(concerns(path), false, path);
  }
});

test('IPv6 is written as RFC 5952 has it', () => {
  const examples: Readonly<Record<string, string>> = {
    '2001:0db8:0000:0000:0001:0000:0000:0001': '2001:db8::1:0:0:1',
    '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
    '::ffff:192.0.2.1': '::ffff:192.0.2.1',
    'fe80::': 'fe80::',
    '::': '::',
    '1:2:3:4:5:6:7::': '1:2:3:4:5:6:7:0',
    '64:ff9b::192.0.2.33': '64:ff9b::c000:221',
  };
  for (const [given, expected] of Object.entries(examples)) assert.equal(ipv6Text(ipv6Bytes(given)), expected);
  fc.assert(
    fc.property(
      fc.ipV6(),
      (address) =>
        isIPv6(ipv6Text(ipv6Bytes(address))) && ipv6Text(ipv6Bytes(ipv6Text(ipv6Bytes(address)))) === ipv6Text(ipv6Bytes(address)),
    ),
  );
  fc.assert(fc.property(fc.ipV4(), (address) => isIPv4(address) && ipv4Text(ipv4Bytes(address)) === address));
});

test('any text is redacted, without an exception and the same again', () => {
  const paths = fc.constantFrom(
    '/proc/net/tcp6',
    '/proc/net/route',
    '/proc/net/ipv6_route',
    '/etc/hosts',
    '/etc/resolv.conf',
    '/proc/cmdline',
    '/etc/machine-id',
  );
  fc.assert(
    fc.property(
      paths,
      fc.array(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.constantFrom('\t', '\n', ':', '0123ABCD', 'f'.repeat(32)))),
      (path, parts) => {
        assert.equal(redactor('seed').text(path, parts.join('')), redactor('seed').text(path, parts.join('')));
      },
    ),
  );
});

function track<T>(value: T): Track<T> {
  return { samples: [{ phase: 0, reading: available(value) }], lastPhase: 0 };
}

test('a redacted capture holds no name or address of the machine', () => {
  const kept = (body: string) => track<Uint8Array>(Buffer.from(body));
  const recording: Recording = {
    kind: 'live',
    origin: 'this machine',
    phases: [1],
    files: new Map([
      ['/proc/sys/kernel/hostname', kept('azure-b1s\n')],
      ['/etc/passwd', kept('root:x:0:0::/root:/bin/sh\nbob:x:1000:1000:Bob:/home/bob:/bin/sh\n')],
      ['/proc/slabinfo', kept('filp 10 20 256 : tunables 0 0 0 : slabdata 10.1.2.3\n')],
      ['/home/bob/.config', kept('x')],
    ]),
    lists: new Map<string, Track<readonly Entry[]>>([
      ['/proc/9/fd', track([{ name: '3', kind: 'link', target: '/home/carol/db' }])],
      ['/home', track([{ name: 'dave', kind: 'folder' }])],
    ]),
    commands: new Map([
      [
        JSON.stringify(['ip', 'addr']),
        track({ code: 0, stdout: 'inet 10.4.5.6/24 brd 10.4.5.255 scope global eth0', stderr: 'azure-b1s: bob' }),
      ],
    ]),
    defects: [],
  };
  const files = captureFiles(recording, { version: '1', hostname: 'azure-b1s', redactor: redactor('secret') });
  const all = [...files].map(([name, body]) => `${name} ${textOf(body)}`).join('\n');
  assert.doesNotMatch(all.replaceAll('10.1.2.3', ''), /azure|\bbob\b|carol|dave|10\.4\.5/);
  assert.match(textOf(files.get('once/proc/slabinfo')!), /10\.1\.2\.3/, 'slabinfo is not looked into');
  assert.match(textOf(files.get('manifest.json')!), /"redacted": true/);
  assert.deepEqual(captureFiles(recording, { version: '1', hostname: 'azure-b1s', redactor: redactor('secret') }), files);
  assert.notDeepEqual(captureFiles(recording, { version: '1', hostname: 'azure-b1s', redactor: redactor('other') }), files);
});
