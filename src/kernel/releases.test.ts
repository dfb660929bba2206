import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { judgeRelease, runningPackage, versionNumbers, type AffectedReleases, type RunningKernel } from './releases.ts';

/** CVE-2021-47546 as the kernel CNA publishes it, with SUSE's package. */
const suppress: AffectedReleases = {
  introduced: [{ in: '5.4' }, { in: '5.2.19' }, { in: '5.3.4' }],
  fixed: [{ in: '5.16' }, { in: '5.15.7' }, { in: '5.10.84' }, { in: '5.4.164' }],
  distributions: [{ id: 'opensuse-leap', version: '15.5', package: 'kernel-default', fixed: '5.14.21-150500.55.73.1' }],
};
/** CVE-2024-57841: introduced by a backport into stable branches. */
const reqsk: AffectedReleases = {
  introduced: [{ in: '6.10' }, { in: '6.9.8' }, { in: '6.6.37' }, { in: '6.1.97' }, { in: '5.15.162' }],
  fixed: [{ in: '6.13' }, { in: '6.12.9' }, { in: '6.6.70' }, { in: '6.1.124' }, { in: '5.15.176' }],
  distributions: [],
};
const leap = { id: 'opensuse-leap', versionId: '15.5', idLike: ['suse', 'opensuse'] };
const debian = { id: 'debian', versionId: '12', idLike: [] };
const rhel = { id: 'rhel', versionId: '9.2', idLike: ['fedora'] };

const state = (affects: AffectedReleases, kernel: RunningKernel) => judgeRelease(affects, kernel).state;

test('upstream releases: before, affected and fixed by branch', () => {
  const expected = {
    '5.1.0': 'before',
    '5.2.18': 'before',
    '5.2.19': 'affected',
    '5.3.3': 'before',
    '5.4.0': 'affected',
    '5.4.163': 'affected',
    '5.4.164': 'fixed',
    '5.10.83': 'affected',
    '5.10.84': 'fixed',
    '5.13.19': 'affected',
    '5.15.6': 'affected',
    '5.15.7': 'fixed',
    '5.16.0': 'fixed',
    '6.1.192': 'fixed',
    '7.2.1': 'fixed',
  };
  for (const [release, wanted] of Object.entries(expected)) assert.equal(state(suppress, { release }), wanted, release);
});

test('a bug that came with a backport is not in the branch before it', () => {
  const expected = {
    '6.1.96': 'before',
    '6.1.97': 'affected',
    '6.1.123': 'affected',
    '6.1.124': 'fixed',
    '6.8.12': 'before',
    '6.9.7': 'before',
    '6.9.12': 'affected',
    '6.11.3': 'affected',
    '6.13.0': 'fixed',
    '5.10.220': 'before',
  };
  for (const [release, wanted] of Object.entries(expected)) assert.equal(state(reqsk, { release }), wanted, release);
});

test("SUSE's package decides, although its base 5.14.21 lies between", () => {
  assert.equal(state(suppress, { release: '5.14.21-150500.55.68-default', distribution: leap }), 'affected');
  assert.equal(state(suppress, { release: '5.14.21-150500.55.73-default', distribution: leap }), 'fixed');
  assert.equal(state(suppress, { release: '5.14.21-150500.55.110-default', distribution: leap }), 'fixed');
  const judged = judgeRelease(suppress, { release: '5.14.21-150500.55.68-default', distribution: leap });
  assert.equal(judged.fixed, 'kernel-default 5.14.21-150500.55.73.1');
});

test('of several installed kernels, the running one is judged', () => {
  const packages = ['5.14.21-150500.55.68.1', '5.14.21-150500.55.110.1'].map((version) => ({ name: 'kernel-default', version }));
  const kernel = { release: '5.14.21-150500.55.68-default', distribution: leap, packages };
  assert.equal(runningPackage(kernel, 'kernel-default'), '5.14.21-150500.55.68.1');
  assert.equal(state(suppress, kernel), 'affected');
});

test("a vendor's version alone proves nothing, unless its base is newer than the fix", () => {
  assert.equal(state(suppress, { release: '5.14.0-284.11.1.el9_2.x86_64', distribution: rhel }), 'vendor');
  assert.equal(state(suppress, { release: '4.18.0-553.el8_10.x86_64' }), 'vendor');
  assert.equal(
    state(suppress, { release: '5.14.21-150400.24.63-default', distribution: { id: 'sles', versionId: '15.4', idLike: ['suse'] } }),
    'vendor',
  );
  assert.equal(
    state(suppress, { release: '5.15.0-91-generic', distribution: { id: 'ubuntu', versionId: '22.04', idLike: ['debian'] } }),
    'vendor',
  );
  assert.equal(
    state(suppress, { release: '6.8.0-45-generic', distribution: { id: 'ubuntu', versionId: '24.04', idLike: ['debian'] } }),
    'fixed',
  );
});

test("Debian's uname has an ABI number where upstream has the sublevel", () => {
  const old = { release: '5.10.0-9-amd64', distribution: { ...debian, versionId: '11' } };
  assert.equal(state(suppress, old), 'unknown');
  assert.equal(state(suppress, { ...old, version: [5, 10, 70] }), 'affected');
  assert.equal(state(suppress, { ...old, version: [5, 10, 92] }), 'fixed');
  const build =
    'Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0) #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)';
  assert.equal(runningPackage({ release: '6.1.0-18-amd64', build }, 'linux-image-amd64'), '6.1.76-1');
  const ubuntu =
    'Linux version 5.15.0-91-generic (buildd@lcy02) (gcc (Ubuntu 9.4.0-1ubuntu1) 9.4.0) #101~20.04.1-Ubuntu SMP Thu Nov 16 14:22:28 UTC 2023';
  assert.equal(runningPackage({ release: '5.15.0-91-generic', build: ubuntu }, 'linux-image-generic'), '5.15.0-91.101~20.04.1');
});

test('a release candidate of the very version that has the fix may be older than the fix', () => {
  assert.equal(state(suppress, { release: '5.16.0-rc2' }), 'unknown');
  assert.equal(state(suppress, { release: '5.17.0-rc1' }), 'fixed');
});

test('2.6 releases had three numbers on mainline', () => {
  const old = { introduced: [{ in: '2.6.34' }, { in: '2.6.33.2' }], fixed: [{ in: '6.13' }], distributions: [] };
  assert.equal(state(old, { release: '2.6.33.1' }), 'before');
  assert.equal(state(old, { release: '2.6.33.7' }), 'affected');
  assert.equal(state(old, { release: '2.6.33' }), 'before');
  assert.equal(state(old, { release: '2.6.34' }), 'affected');
  assert.equal(state(old, { release: '5.10.3' }), 'affected');
});

test('what is no version is unknown', () => {
  assert.equal(state(suppress, { release: '' }), 'unknown');
  assert.equal(versionNumbers('next-20260801'), null);
});

test('any release gives a verdict, and a later release of a branch is never less fixed', () => {
  fc.assert(
    fc.property(fc.string(), (release) => {
      assert.ok(['affected', 'fixed', 'before', 'vendor', 'unknown'].includes(state(suppress, { release })));
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 9 }), fc.integer({ min: 0, max: 30 }), fc.nat(300), fc.nat(50), (a, b, c, later) => {
      if (state(reqsk, { release: `${a}.${b}.${c}` }) === 'fixed')
        assert.equal(state(reqsk, { release: `${a}.${b}.${c + later}` }), 'fixed');
    }),
  );
});
