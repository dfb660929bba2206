import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { BpfRefused, type MapSpec, openBpf } from '../../src/host/bpf.ts';

const opened = await openBpf();
const skip = opened.ok ? false : `no BPF here: ${opened.unavailable.detail}`;
const hash = (name: string, entries: number): MapSpec => ({ name, type: 'hash', keyBytes: 8, valueBytes: 8, entries });
const descriptors = () => readdirSync('/proc/self/fd').length;

test('maps that are made at once come in the order they were asked for', { skip }, async () => {
  if (!opened.ok) return;
  const bpf = opened.value;
  const made = await bpf.createMaps([hash('large', 65_536), hash('small', 2), hash('middling', 1024)]);
  try {
    // The smallest alone takes two entries and no third.
    const put = (key: number) => bpf.update(made[1]!, Buffer.from([key, 0, 0, 0, 0, 0, 0, 0]), new Uint8Array(8));
    put(1);
    put(2);
    assert.throws(() => put(3), /E2BIG/);
  } finally {
    for (const fd of made) bpf.closeFd(fd);
  }
});

test('when one of several maps can not be made none is left, and the reason is the kernel’s', { skip }, async () => {
  if (!opened.ok) return;
  const before = descriptors();
  await assert.rejects(
    opened.value.createMaps([hash('good', 64), hash('none', 0), hash('good too', 64)]),
    (error) => error instanceof BpfRefused && error.errorName === 'EINVAL' && error.message.includes('none'),
  );
  assert.equal(descriptors(), before);
});
