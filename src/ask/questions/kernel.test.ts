import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { factSchemas } from '../../model/facts.ts';
import { Malformed } from '../../model/reading.ts';
import { fakeHost } from '../fixtures/hosts.ts';
import { holdsForAnyText } from '../fixtures/parsers.ts';
import { parseUname } from './arch.ts';
import { parseCommandLine } from './command-line.ts';
import { kernelConfig, parseConfig } from './kernel-config.ts';
import { modules, parseModules } from './modules.ts';
import { parseOsRelease } from './os-release.ts';
import { parseVersion, release } from './release.ts';

const debian =
  'Linux version 6.1.0-55-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-1 (2026-08-01)\n';

test("Debian's build string has the upstream version that its release hides", () => {
  const { release: name, version, flavour, build } = parseVersion(debian);
  assert.deepEqual([name, version, flavour], ['6.1.0-55-cloud-amd64', [6, 1, 192], 'cloud-amd64']);
  assert.equal(build, debian.trim());
});

test("Ubuntu's signature has the upstream version that its release hides", async () => {
  const files = {
    '/proc/version':
      'Linux version 5.15.0-105-generic (buildd@lcy02) (gcc (Ubuntu 11.4.0) 11.4.0) #115-Ubuntu SMP Mon Apr 15 09:52:04 UTC 2024\n',
    '/proc/version_signature': 'Ubuntu 5.15.0-105.115-generic 5.15.148\n',
  };
  const answer = await release.ask(fakeHost({ files }));
  assert.deepEqual(answer.ok && [answer.value.version, answer.value.flavour], [[5, 15, 148], 'generic']);
});

test("the compiler's Debian version is not taken for the kernel's", () => {
  const custom =
    'Linux version 6.6.7 (me@box) (gcc (Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #3 SMP Mon Jan 1 00:00:00 UTC 2026\n';
  assert.deepEqual(parseVersion(custom).version, [6, 6, 7]);
});

const of = (name: string) => parseVersion(`Linux version ${name} (geeko@buildhost) (gcc) #1 SMP\n`);

test("SUSE's, RHEL's and Ubuntu's releases stay as they are", () => {
  assert.deepEqual([of('5.14.21-150500.55.73-default').version, of('5.14.21-150500.55.73-default').flavour], [[5, 14, 21], 'default']);
  assert.deepEqual([of('5.14.0-427.13.1.el9_4.x86_64').version, of('5.14.0-427.13.1.el9_4.x86_64').flavour], [[5, 14, 0], 'el9_4.x86_64']);
  assert.deepEqual([of('5.15.0-1050-azure').version, of('5.15.0-1050-azure').flavour], [[5, 15, 0], 'azure']);
  assert.deepEqual([of('6.19-rc3').version, of('6.19-rc3').flavour], [[6, 19], '']);
  assert.throws(() => parseVersion('Linux version banana (x)\n'), Malformed);
  assert.throws(() => parseVersion('FreeBSD 14\n'), Malformed);
});

test('the machine is found in uname -a, whatever stands around it', () => {
  assert.equal(parseUname('Linux h 6.1.0 #1 SMP Debian 6.1.192-1 (2026-08-01) x86_64 GNU/Linux'), 'x86_64');
  assert.equal(parseUname('Linux h 5.14.21 #1 SMP Tue aarch64 aarch64 aarch64 GNU/Linux'), 'aarch64');
  assert.throws(() => parseUname('Darwin'), Malformed);
});

test('os-release values are unquoted', () => {
  const text = 'NAME="openSUSE Leap"\nVERSION_ID="15.5"\nID="opensuse-leap"\nID_LIKE="suse opensuse"\n# c\n\nPRETTY_NAME=\'a "b"\'\n';
  assert.deepEqual(parseOsRelease(text), { id: 'opensuse-leap', versionId: '15.5', idLike: ['suse', 'opensuse'], name: 'a "b"' });
  assert.equal(parseOsRelease('PRETTY_NAME="Say \\"hi\\" \\$1"\n').name, 'Say "hi" $1');
});

const config =
  '#\n# Automatically generated file; DO NOT EDIT.\n#\nCONFIG_SLUB=y\n# CONFIG_PAGE_OWNER is not set\nCONFIG_IPV6=m\nCONFIG_HZ=250\nCONFIG_LOCALVERSION="-x"\n';

test('an option that is not set and one that is not offered are both n', () => {
  const found = parseConfig(config);
  assert.deepEqual([found['SLUB'], found['IPV6'], found['HZ'], found['PAGE_OWNER'], found['DEBUG_KMEMLEAK']], ['y', 'm', '250', 'n', 'n']);
});

test('the configuration is read from /proc, else from /boot by the release that runs', async () => {
  const zipped = await kernelConfig.ask(fakeHost({ files: { '/proc/config.gz': gzipSync(config) } }));
  assert.equal(zipped.ok && zipped.from, '/proc/config.gz');
  const boot = await kernelConfig.ask(
    fakeHost({ files: { '/proc/sys/kernel/osrelease': '6.1.0-55\n', '/boot/config-6.1.0-55': config, '/boot/config-6.1.0-54': '' } }),
  );
  assert.equal(boot.ok && boot.from, '/boot/config-6.1.0-55');
  const evil = await kernelConfig.ask(
    fakeHost({ files: { '/proc/sys/kernel/osrelease': '../../etc/x\n', '/proc/config.gz': 'not gzip' } }),
  );
  assert.deepEqual(!evil.ok && evil.unavailable.map((why) => [why.what, why.reason]), [['/proc/config.gz', 'malformed']]);
});

test('a configuration that unpacks without end is refused', async () => {
  const bomb = await kernelConfig.ask(fakeHost({ files: { '/proc/config.gz': gzipSync(Buffer.alloc(64 * 1024 * 1024)) } }));
  assert.ok(!bomb.ok && bomb.unavailable[0]?.reason === 'malformed');
});

test('the command line is cut as the kernel cuts it', () => {
  const { parameters } = parseCommandLine(
    'BOOT_IMAGE=/vmlinuz root=UUID=1-2 quiet dyndbg="file a.c +p" slab_nomerge cgroup.memory=nokmem x=1 x=2 -- single y=3\n',
  );
  assert.deepEqual(parameters, {
    BOOT_IMAGE: '/vmlinuz',
    root: 'UUID=1-2',
    quiet: '',
    dyndbg: 'file a.c +p',
    slab_nomerge: '',
    'cgroup.memory': 'nokmem',
    x: '2',
  });
});

const procModules =
  'xt_ndpi 1234944 2 - Live 0x0000000000000000 (OE)\nnvidia 39059456 1 nvidia_modeset,nvidia_uvm, Live 0xffffffffc0a00000 (POE)\nnf_tables 356352 3 nft_compat, Live 0x0\n';

test("modules carry the kernel's own marks of origin", () => {
  assert.deepEqual(parseModules(procModules), [
    { name: 'xt_ndpi', bytes: 1_234_944, users: 2, outOfTree: true, proprietary: false },
    { name: 'nvidia', bytes: 39_059_456, users: 1, outOfTree: true, proprietary: true },
    { name: 'nf_tables', bytes: 356_352, users: 3, outOfTree: false, proprietary: false },
  ]);
});

test('a kernel that cannot load modules does not have "no modules"', async () => {
  const answer = await modules.ask(fakeHost({ files: { '/proc/version': 'Linux version 6.1.0 (x)' } }));
  assert.equal(answer.ok, false);
});

test('any text gives a value or Malformed', () => {
  holdsForAnyText((text) => parseVersion(text, text), debian);
  holdsForAnyText(parseUname, 'Linux h 6.1.0 #1 SMP x86_64 GNU/Linux');
  holdsForAnyText(parseOsRelease, 'NAME="openSUSE Leap"\nID=x\n');
  holdsForAnyText(parseConfig, config);
  holdsForAnyText(parseModules, procModules);
  const line = 'root=UUID=1-2 quiet dyndbg="file a.c +p" -- single';
  holdsForAnyText((text) => factSchemas.commandLine.parse(parseCommandLine(text)), line);
});
