import { strict as assert } from 'node:assert';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { openBytes, unpackBytes } from './bytes.ts';

const text = Buffer.from('0123456789');

test('bytes are read at random, and short at the end', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kmai-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a'), text);
  const opened = openBytes(join(folder, 'a'));
  assert.ok(opened.ok);
  const into = new Uint8Array(8);
  assert.equal(opened.value.size, 10);
  assert.equal(opened.value.read(3, 4, into, 1), 4);
  assert.deepEqual([...into.subarray(0, 6)], [0, 0x33, 0x34, 0x35, 0x36, 0]);
  assert.equal(opened.value.read(8, 8, into), 2);
  assert.equal(opened.value.read(20, 8, into), 0);
  opened.value.close();
});

test('a file that is not there is absent, not empty', () => {
  const opened = openBytes('/nowhere/dump');
  assert.ok(!opened.ok);
  assert.equal(opened.unavailable.reason, 'absent');
});

test('a packed dump is unpacked within its limit and leaves nothing behind', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kmai-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.gz'), gzipSync(text));
  writeFileSync(join(folder, 'a.zst'), zstdCompressSync(text));
  writeFileSync(join(folder, 'cut.gz'), gzipSync(text).subarray(0, 12));
  for (const [file, format] of [
    ['a.gz', 'gzip'],
    ['a.zst', 'zstd'],
  ] as const) {
    const opened = await unpackBytes(join(folder, file), format, 10);
    assert.ok(opened.ok);
    const into = new Uint8Array(10);
    assert.equal(opened.value.read(0, 10, into), 10);
    assert.deepEqual(Buffer.from(into), text);
    opened.value.close();
    assert.equal((await unpackBytes(join(folder, file), format, 9)).ok, false);
  }
  assert.equal((await unpackBytes(join(folder, 'cut.gz'), 'gzip', 10)).ok, false);
  assert.deepEqual(
    readdirSync(tmpdir()).filter((name) => name.startsWith('kmai-dump-')),
    [],
  );
});
