import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerDependencies, newestImage } from './packages.ts';

const search = `linux-image-6.1.0-9-cloud-amd64-unsigned - Linux 6.1 for x86-64 cloud
linux-image-6.1.0-56-cloud-amd64-unsigned - Linux 6.1 for x86-64 cloud
linux-image-6.1.0-47-cloud-amd64-unsigned - Linux 6.1 for x86-64 cloud
linux-image-6.1.0-56-cloud-amd64 - Linux 6.1 for x86-64 cloud (signed)
linux-image-6.12.107+deb12-cloud-amd64-unsigned - Linux 6.12 for x86-64 cloud
linux-image-6.12.113+deb12-cloud-amd64-unsigned - Linux 6.12 for x86-64 cloud
linux-image-6.12.9+deb12-cloud-amd64-unsigned - Linux 6.12 for x86-64 cloud
`;

test('the newest image of a series is found by number, not by letters', () => {
  assert.equal(newestImage(search, '6.1'), '6.1.0-56');
  assert.equal(newestImage(search, '6.12'), '6.12.113+deb12');
});

test('6.1 is not 6.12, and an index without the series gives none', () => {
  assert.equal(newestImage('linux-image-6.12.113+deb12-cloud-amd64-unsigned - Linux 6.12\n', '6.1'), null);
  assert.equal(newestImage('', '6.12'), null);
});

test("the headers' own packages are taken, without bounds, alternatives and compilers", () => {
  const show = `Package: linux-headers-6.12.117+deb12-cloud-amd64
Depends: linux-base (>= 4.12~), linux-headers-6.12.117+deb12-common (= 6.12.117-1~deb12u1), linux-image-6.12.117+deb12-cloud-amd64 (= 6.12.117-1~deb12u1) | linux-image-6.12.117+deb12-cloud-amd64-unsigned (= 6.12.117-1~deb12u1), linux-kbuild-6.12.117+deb12, gcc-12
Size: 2931728
`;
  assert.deepEqual(headerDependencies(show), ['linux-headers-6.12.117+deb12-common', 'linux-kbuild-6.12.117+deb12']);
});
