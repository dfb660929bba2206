import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareDebian, compareRpm } from './package-version.ts';

/** Each list is in ascending order. Debian: deb-version(7) and dpkg's own test t-version.c. */
const debian = [
  ['1.0~beta1~svn1245', '1.0~beta1', '1.0~rc1', '1.0', '1.0-1', '1.0-2', '1.0+dfsg', '1.1'],
  ['6.1.0-9', '6.1.0-18', '6.1.76-1', '6.1.76-1+deb12u1', '6.1.106-3', '1:0.1'],
  ['5.15.0-91.101', '5.15.0-101.111', '5.15.0-1001.2'],
  ['0~~', '0~~a', '0~', '0', '0a', '0+'],
];
/** RPM: tests/rpmvercmp.at of rpm. */
const rpm = [
  ['5.14.21-150500.53.2', '5.14.21-150500.55.7.1', '5.14.21-150500.55.68.1', '5.14.21-150500.55.73.1', '5.14.21-150500.55.110.1'],
  ['4.18.0-80.el8', '4.18.0-513.5.1.el8_9', '4.18.0-553.el8_10', '5.14.0-70.el9'],
  ['1.0~rc1', '1.0~rc2', '1.0', '1.0^20210501', '1.0.1'],
  ['xyz10', 'xyz10.1'],
  ['5.5p1', '5.5p10'],
  ['10xyz', '10.1xyz'],
  ['1.0a', '1.0aa', '1.0b', '1.0.1'],
  ['99999999999999999998', '99999999999999999999', '100000000000000000000', '1:1'],
];

for (const [name, lists, compare] of [
  ['dpkg', debian, compareDebian],
  ['rpm', rpm, compareRpm],
] as const) {
  test(`${name} versions sort as ${name} sorts them`, () => {
    for (const list of lists)
      for (const [i, a] of list.entries())
        for (const [j, b] of list.entries()) assert.equal(Math.sign(compare(a, b)), Math.sign(i - j), `${a} against ${b}`);
  });
  test(`${name} comparison is an order, for any text`, () => {
    const version = fc.oneof(fc.string({ maxLength: 12 }), fc.stringMatching(/^[0-9a-z.~^+:-]{0,12}$/));
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        assert.equal(compare(a, a), 0);
        assert.equal(Math.sign(compare(a, b)), -Math.sign(compare(b, a)) || 0);
        // without a release part rpm compares less: there the order is partial
        if (name === 'dpkg' && compare(a, b) <= 0 && compare(b, c) <= 0) assert.ok(compare(a, c) <= 0, `${a} ${b} ${c}`);
      }),
      { numRuns: 1000 },
    );
  });
}

test('rpm: separators do not count, and a version without release matches any release', () => {
  assert.equal(compareRpm('2.0.1a', '2.0.1a'), 0);
  assert.equal(compareRpm('2_0', '2.0'), 0);
  assert.equal(compareRpm('5.14.21', '5.14.21-150500.55.73.1'), 0);
});
