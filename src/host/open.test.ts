import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { packageAssets } from './assets.ts';
import { captureFiles, encodeCapture, saveFile } from './capture-writer.ts';
import { liveHost } from './live.ts';
import { openHost } from './open.ts';
import { recorder } from './recorder.ts';
import { Unreadable } from './unreadable.ts';

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kmai-open-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function write(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [name, body] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), body);
  }
  return folder;
}

const meminfo = 'MemTotal:        1003520 kB\n';

test('without a path it is this machine', async () => {
  const host = await openHost(undefined);
  assert.equal(host.kind, 'live');
  await host.close();
});

test('a sosreport is one as folder, as folder in a folder, and in every kind of tar', () =>
  inFolder(async (folder) => {
    write(join(folder, 'in/sosreport-db1'), { 'proc/meminfo': meminfo, 'sos_commands/kernel/uname_-a': 'Linux db1 6.1.0 x' });
    const paths = [join(folder, 'in'), join(folder, 'in/sosreport-db1')];
    for (const flag of ['', 'z', 'J', '-zstd']) {
      const path = join(folder, `report${flag}`);
      execFileSync('tar', [
        '-C',
        join(folder, 'in'),
        ...(flag === '-zstd' ? ['--zstd'] : []),
        flag.length === 1 ? `-c${flag}f` : '-cf',
        path,
        'sosreport-db1',
      ]);
      paths.push(path);
    }
    for (const path of paths) {
      const host = await openHost(path);
      assert.deepEqual([host.kind, host.origin, host.defects.length], ['sosreport', path, 0]);
      assert.deepEqual(host.read('/proc/meminfo'), { ok: true, value: meminfo });
      assert.deepEqual(await host.run(['uname', '-a']), { ok: true, value: { code: 0, stdout: 'Linux db1 6.1.0 x', stderr: '' } });
    }
  }));

test('a capture is one as file, whatever its name, and unpacked', () =>
  inFolder(async (folder) => {
    const recording = recorder(liveHost());
    const expected = recording.read('/proc/meminfo');
    const options = { version: '0.1.0', hostname: 'h' };
    saveFile(join(folder, 'x.tar'), await encodeCapture(recording.finish(), options));
    write(join(folder, 'unpacked'), Object.fromEntries(captureFiles(recording.finish(), options)));
    await recording.close();
    for (const path of [join(folder, 'x.tar'), join(folder, 'unpacked')]) {
      const host = await openHost(path);
      assert.equal(host.kind, 'capture');
      assert.deepEqual(host.read('/proc/meminfo'), expected);
    }
  }));

test('a plain root is one as folder and as tar', () =>
  inFolder(async (folder) => {
    write(join(folder, 'root'), { 'proc/meminfo': meminfo, 'etc/os-release': 'ID=debian\n' });
    execFileSync('tar', ['-C', join(folder, 'root'), '-cf', join(folder, 'root.tar'), '.']);
    for (const path of [join(folder, 'root'), join(folder, 'root.tar')]) {
      const host = await openHost(path);
      assert.deepEqual([host.kind, host.read('/etc/os-release')], ['folder', { ok: true, value: 'ID=debian\n' }]);
    }
  }));

test('what is none of these says what was expected', () =>
  inFolder(async (folder) => {
    write(folder, {
      'a.txt': 'hello',
      empty: '',
      'zero.tar': new Uint8Array(2048),
      'f/other': 'x',
      'cut.xz': Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1),
    });
    for (const name of ['a.txt', 'empty', 'zero.tar', 'f', 'cut.xz', 'missing']) {
      await assert.rejects(openHost(join(folder, name)), (error) => {
        assert.ok(error instanceof Unreadable, String(error));
        assert.ok(error.message.startsWith(join(folder, name)), error.message);
        assert.match(error.message, /expected a capture \(\.kmai\), a sosreport .* or a folder/);
        return true;
      });
    }
  }));

test("kmai's own files are found from the sources, from dist and from within another package", () =>
  inFolder(async (folder) => {
    const own = packageAssets();
    assert.equal((JSON.parse(own.read('package.json')) as { name: string }).name, 'kmai');
    write(folder, {
      'package.json': '{"name":"their-application","version":"9.9.9"}',
      'node_modules/kmai/package.json': '{"name":"kmai","version":"1.2.3"}',
      'node_modules/kmai/dist/chunk-A.js': '',
      'node_modules/kmai/casebook/cases/net/b.yaml': 'b',
      'node_modules/kmai/casebook/cases/mm/a.yaml': 'a',
      'node_modules/kmai/dist/package.json': '{"type":"module"}',
    });
    const installed = packageAssets(pathToFileURL(join(folder, 'node_modules/kmai/dist/chunk-A.js')).href);
    assert.deepEqual([installed.root, installed.version], [join(folder, 'node_modules/kmai'), '1.2.3']);
    assert.deepEqual(installed.find('casebook/**/*.yaml'), ['casebook/cases/mm/a.yaml', 'casebook/cases/net/b.yaml']);
    assert.equal(installed.read('casebook/cases/mm/a.yaml'), 'a');
    assert.throws(() => packageAssets(pathToFileURL(join(folder, 'x.js')).href), /no package.json of kmai/);
  }));
