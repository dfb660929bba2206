import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { folderHost } from './folder.ts';
import { resolveInside } from './tree.ts';

async function withRoot(use: (root: string, outside: string) => void | Promise<void>): Promise<void> {
  const outside = mkdtempSync(join(tmpdir(), 'kmai-folder-'));
  const root = join(outside, 'root');
  mkdirSync(join(root, 'proc/net'), { recursive: true });
  writeFileSync(join(root, 'proc/meminfo'), 'MemTotal: 1 kB\n');
  writeFileSync(join(outside, 'secret'), 'outside');
  try {
    await use(root, outside);
  } finally {
    rmSync(outside, { recursive: true });
  }
}

test('paths are those of the examined machine', () =>
  withRoot((root) => {
    const host = folderHost(root);
    assert.deepEqual(host.read('/proc/meminfo'), { ok: true, value: 'MemTotal: 1 kB\n' });
    assert.deepEqual(host.list('/proc'), {
      ok: true,
      value: [
        { name: 'meminfo', kind: 'file' },
        { name: 'net', kind: 'folder' },
      ],
    });
    const absent = host.read('/proc/slabinfo');
    assert.ok(!absent.ok);
    assert.deepEqual([absent.unavailable.what, absent.unavailable.reason], ['/proc/slabinfo', 'absent']);
  }));

test('no path leaves the root: not by .., not by a link, not by a link in the middle', () =>
  withRoot((root, outside) => {
    symlinkSync(join(outside, 'secret'), join(root, 'absolute'));
    symlinkSync('../../../../../../..' + join(outside, 'secret'), join(root, 'climbing'));
    symlinkSync(outside, join(root, 'folder'));
    symlinkSync('/proc', join(root, 'inside'));
    symlinkSync('loop', join(root, 'loop'));
    const host = folderHost(root);
    for (const path of [
      '/../secret',
      '/../../secret',
      '/absolute',
      '/climbing',
      '/folder/secret',
      '/proc/net/../../../secret',
      '/secret',
    ]) {
      assert.equal(host.read(path).ok, false, path);
    }
    assert.deepEqual(host.read('/inside/../inside/meminfo'), { ok: true, value: 'MemTotal: 1 kB\n' }, 'an absolute link leads inside');
    const loop = host.read('/loop');
    assert.ok(!loop.ok && loop.unavailable.reason === 'unsupported');
    assert.equal(host.list('/folder').ok, false);
  }));

test('every resolved path is inside, whatever links there are', () => {
  const part = fc.constantFrom('a', 'b', '..', '.', '', 'c');
  const paths = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('/'));
  const links = fc.dictionary(
    fc.constantFrom('a', 'b', 'a/b', 'b/a', 'c'),
    fc.oneof(
      paths,
      paths.map((path) => `/${path}`),
    ),
  );
  fc.assert(
    fc.property(paths, links, (path, linked) => {
      const resolved = resolveInside(path, (at) => (linked[at] === undefined ? 'folder' : { link: linked[at] }));
      if (resolved.ok) assert.ok(!resolved.value.split('/').includes('..') && !resolved.value.startsWith('/'));
    }),
  );
});

test('time is what manifest.json says, else when proc/meminfo was written; it does not go on', () =>
  withRoot(async (root) => {
    utimesSync(join(root, 'proc/meminfo'), 1_600_000_000, 1_600_000_000);
    assert.equal(folderHost(root).clock.now(), 1_600_000_000);
    writeFileSync(join(root, 'manifest.json'), '{"time":"2021-12-01T00:00:00Z"}');
    const { clock } = folderHost(root);
    assert.equal(clock.now(), 1_638_316_800);
    assert.equal(await clock.wait(1), false);
    writeFileSync(join(root, 'manifest.json'), '[');
    assert.equal(folderHost(root).clock.now(), 1_600_000_000);
  }));

test('a command is what the folder holds for exactly that argv; nothing is ever run', () =>
  withRoot(async (root) => {
    mkdirSync(join(root, 'commands'));
    writeFileSync(join(root, 'commands/0.json'), JSON.stringify({ argv: ['ip', 'rule'], code: 0, stdout: '0: from all\n' }));
    writeFileSync(join(root, 'commands/1.json'), '{"argv": 7}');
    const host = folderHost(root);
    assert.deepEqual(await host.run(['ip', 'rule']), { ok: true, value: { code: 0, stdout: '0: from all\n', stderr: '' } });
    const absent = await host.run(['echo', 'x']);
    assert.ok(!absent.ok && absent.unavailable.reason === 'absent');
  }));

test('a folder that is not there cannot be a host', () => {
  assert.throws(() => folderHost('/no/such/folder'), { code: 'ENOENT' });
});
