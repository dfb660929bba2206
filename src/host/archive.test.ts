import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { packTar } from 'modern-tar';
import type { TarHeader } from 'modern-tar';
import { readArchive } from './archive.ts';
import type { Archive, ArchiveLimits } from './archive.ts';
import { decompress } from './decompress.ts';
import { memoryTree } from './memory-tree.ts';

interface Planned {
  readonly name: string;
  readonly body?: string | Uint8Array;
  readonly type?: TarHeader['type'];
  readonly link?: string;
}

async function tarOf(entries: readonly Planned[]): Promise<Buffer> {
  const packed = await packTar(
    entries.map(({ name, body = '', type = 'file', link }) => ({
      header: { name, type, size: Buffer.byteLength(body), mtime: new Date(0), ...(link === undefined ? {} : { linkname: link }) },
      body,
    })),
  );
  return Buffer.from(packed);
}

async function* inChunks(bytes: Uint8Array, size = 4096): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function open(bytes: Uint8Array, limits?: Partial<ArchiveLimits>): Promise<Archive> {
  return readArchive(inChunks(bytes), limits);
}

function text(archive: Archive, path: string): string {
  const bytes = memoryTree(archive.nodes).bytes(path);
  assert.ok(bytes.ok, `${path}: ${JSON.stringify(bytes)}`);
  return Buffer.from(bytes.value).toString();
}

const xz = (bytes: Uint8Array) => execFileSync('xz', ['-1', '-c'], { input: bytes });
const compressions = { plain: (bytes: Uint8Array) => bytes, gzip: gzipSync, zstd: zstdCompressSync, xz };

test('what GNU tar writes is read: long names, links, hard links, folders, in every compression', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kmai-archive-'));
  const deep = `root/${'a-long-name/'.repeat(12)}`;
  mkdirSync(join(folder, deep), { recursive: true });
  writeFileSync(join(folder, deep, 'file'), 'deep');
  writeFileSync(join(folder, 'root/first'), 'first');
  execFileSync('ln', [join(folder, 'root/first'), join(folder, 'root/same')]);
  symlinkSync('a-long-name/../first', join(folder, 'root/link'));
  try {
    for (const format of ['gnu', 'ustar', 'pax', 'v7']) {
      const written = execFileSync(
        'tar',
        ['--format', format, '-C', folder, '-cf', '-', ...(format === 'v7' ? ['root/first'] : ['root'])],
        {
          stdio: ['ignore', 'pipe', 'ignore'],
          maxBuffer: 1e8,
        },
      );
      for (const [name, compress] of Object.entries(compressions)) {
        const archive = await open(compress(written));
        assert.deepEqual(archive.defects, [], `${format} ${name}`);
        assert.equal(text(archive, '/root/first'), 'first');
        if (format === 'v7') continue;
        assert.equal(text(archive, '/root/link'), 'first', format);
        assert.equal(text(archive, '/root/same'), 'first', format);
        assert.equal(text(archive, `/${deep}file`), 'deep', format);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('names, folders and contents of any kind are those that were packed', async () => {
  const part = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    .filter((name) => !/[/\0]|^\.{1,2}$/u.test(name) && name.isWellFormed() && name.length < 80);
  const path = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('/'));
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(path, fc.uint8Array({ maxLength: 2000 }), { maxKeys: 8 }),
      fc.integer({ min: 1, max: 5000 }),
      async (files, size) => {
        const paths = Object.keys(files).filter((one) => !Object.keys(files).some((other) => other.startsWith(`${one}/`)));
        const packed = await tarOf(paths.map((name) => ({ name, body: files[name]! })));
        const archive = await readArchive(inChunks(packed, size));
        assert.deepEqual(archive.defects, []);
        const tree = memoryTree(archive.nodes);
        for (const name of paths) assert.deepEqual(tree.bytes(`/${name}`), { ok: true, value: new Uint8Array(files[name]!) });
      },
    ),
    { numRuns: 60 },
  );
});

test('no name leaves the archive, each is named as dropped', async () => {
  const archive = await open(
    await tarOf([
      { name: '../../etc/passwd', body: 'x' },
      { name: '/etc/shadow', body: 'x' },
      { name: 'a/../../b', body: 'x' },
      { name: 'good', body: 'good' },
      { name: 'out', type: 'symlink', link: '../secret' },
      { name: 'd/out', type: 'symlink', link: 'x/../../../secret' },
      { name: 'd/abs', type: 'symlink', link: '/etc/passwd' },
      { name: 'd/in', type: 'symlink', link: '../good' },
      { name: 'hard', type: 'link', link: '../../etc/passwd' },
    ]),
  );
  assert.deepEqual([...archive.nodes.keys()].toSorted(), ['d/in', 'good']);
  assert.equal(text(archive, '/d/in'), 'good');
  assert.deepEqual(
    archive.defects.map((defect) => defect.replace(/:.*/, '')),
    [
      '2 entries dropped, a name that leads out of the archive',
      '1 entry dropped, an absolute name',
      '3 entries dropped, a link that leads out of the archive',
      '1 entry dropped, a hard link to nothing in the archive',
    ],
  );
});

test('a file stored through a link lands in the archive, where the link stood', async () => {
  const archive = await open(
    await tarOf([
      { name: 'real/file', body: 'untouched' },
      { name: 'link', type: 'symlink', link: 'real' },
      { name: 'link/file', body: 'through' },
    ]),
  );
  assert.equal(text(archive, '/real/file'), 'untouched');
  assert.equal(text(archive, '/link/file'), 'through');
});

test('of two entries of one name the last is the one', async () => {
  const archive = await open(
    await tarOf([
      { name: 'a', body: '1' },
      { name: './a', body: '2' },
      { name: 'b', body: '3' },
      { name: 'b/c', body: '4' },
    ]),
  );
  assert.equal(text(archive, '/a'), '2');
  assert.equal(text(archive, '/b/c'), '4');
});

test('cut at any place, it says so and gives what is whole', async () => {
  const files = Array.from({ length: 12 }, (_, i) => ({ name: `file${i}`, body: `${i}:${'0123456789'.repeat(i * 40)}` }));
  const tar = await tarOf(files);
  for (const [name, compress] of Object.entries(compressions)) {
    const whole = compress(tar);
    const step = name === 'xz' ? 97 * 3 : 97; // one process each
    for (let cut = 0; cut < whole.length; cut += step) {
      const archive = await open(whole.subarray(0, cut));
      assert.ok(archive.defects.length > 0, `${name} cut at ${cut}`);
      for (const path of archive.nodes.keys()) assert.equal(text(archive, path), files.find((file) => file.name === path)?.body);
      if (name === 'plain') {
        // By arithmetic: a file is whole when its header and its bytes, padding aside, are there.
        let at = 0;
        const expected = files.filter(({ body }) => {
          const fits = at + 512 + body.length <= cut;
          at += 512 + Math.ceil(body.length / 512) * 512;
          return fits;
        });
        assert.deepEqual(
          [...archive.nodes.keys()],
          expected.map((file) => file.name),
          `cut at ${cut}`,
        );
      }
    }
  }
});

test('a cut stream of many compressed blocks gives the files before the cut', async () => {
  const noise = Buffer.from(Array.from({ length: 400_000 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255));
  const tar = await tarOf(Array.from({ length: 10 }, (_, i) => ({ name: `n${i}`, body: Buffer.concat([Buffer.from([i]), noise]) })));
  for (const [name, compress] of Object.entries({ gzip: gzipSync, zstd: zstdCompressSync, xz })) {
    const whole = compress(tar);
    const archive = await open(whole.subarray(0, whole.length - 20));
    assert.ok(archive.nodes.size >= 1 && archive.defects.length > 0, `${name}: ${archive.nodes.size} ${archive.defects.join()}`);
  }
});

test('a bomb is stopped by ratio, by size and by number of entries', async () => {
  const zeros = Buffer.alloc(40 * 1024 * 1024);
  const bomb = await tarOf([
    { name: 'small', body: 'small' },
    { name: 'zeros', body: zeros },
  ]);
  for (const compress of [gzipSync, zstdCompressSync, xz]) {
    const archive = await open(compress(bomb));
    assert.match(archive.defects.join(), /more than 200 times its size/);
    assert.equal(text(archive, '/small'), 'small');
    assert.equal(archive.nodes.has('zeros'), false);
  }
  const large = await open(bomb, { maxBytes: 1_000_000 });
  assert.match(large.defects.join(), /more than 1000000 bytes/);
  const many = await open(await tarOf(Array.from({ length: 50 }, (_, i) => ({ name: `f${i}` }))), { maxEntries: 20 });
  assert.equal(many.nodes.size, 20);
  assert.match(many.defects.join(), /more than 20 entries/);
});

test('a file larger than one may be is there, but cannot be read', async () => {
  const archive = await open(
    await tarOf([
      { name: 'log', body: Buffer.alloc(5000) },
      { name: 'after', body: 'after' },
    ]),
    { maxFileBytes: 4999 },
  );
  const refused = memoryTree(archive.nodes).bytes('/log');
  assert.ok(!refused.ok && refused.unavailable.reason === 'unsupported');
  assert.match(refused.unavailable.detail, /5000 bytes/);
  assert.equal(text(archive, '/after'), 'after');
});

test('an absurd size claims nothing: neither memory nor the files after it', async () => {
  const tar = await tarOf([
    { name: 'a', body: 'a' },
    { name: 'huge', body: 'h' },
  ]);
  for (const size of [
    '77777777777 ',
    '\x80\0\0\0\0\x1f\xff\xff\xff\xff\xff\xff',
    '\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff',
    '\xff'.repeat(12),
    'not a number',
  ]) {
    const forged = Buffer.from(tar);
    forged.write(size, 1024 + 124, 12, 'latin1');
    forged.fill(' ', 1024 + 148, 1024 + 156);
    const sum = forged.subarray(1024, 1536).reduce((total, byte) => total + byte, 0);
    forged.write(`${sum.toString(8).padStart(6, '0')}\0 `, 1024 + 148, 8, 'latin1');
    const archive = await open(forged);
    assert.deepEqual([...archive.nodes.keys()], ['a'], JSON.stringify(size));
    assert.equal(archive.defects.length, 1);
  }
});

test('a damaged header ends the reading and is named', async () => {
  const tar = await tarOf([
    { name: 'a', body: 'a' },
    { name: 'b', body: 'b' },
  ]);
  tar[1024] = tar[1024]! ^ 1;
  const archive = await open(tar);
  assert.deepEqual([...archive.nodes.keys()], ['a']);
  assert.match(archive.defects.join(), /entry 2 of the tar has a damaged header/);
});

test('any bytes give an archive or defects, never an exception', async () => {
  const tar = await tarOf([
    { name: 'a', body: 'aaaa' },
    { name: 'x'.repeat(200), body: 'b' },
    { name: 'l', type: 'symlink', link: 'a' },
  ]);
  const flips = fc.array(fc.tuple(fc.nat({ max: tar.length - 1 }), fc.nat({ max: 255 })), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      flips,
      fc.constantFrom(gzipSync, zstdCompressSync, compressions.plain),
      fc.boolean(),
      async (changes, compress, before) => {
        const bytes = Buffer.from(before ? tar : compress(tar));
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const archive = await open(before ? compress(bytes) : bytes);
        for (const path of archive.nodes.keys()) assert.ok(!path.startsWith('/') && !path.split('/').includes('..'));
        memoryTree(archive.nodes).list('/');
      },
    ),
    { numRuns: 300 },
  );
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => void (await open(bytes))));
});

test('without xz on the machine, xz is unpacked all the same, and a cut one says so', async () => {
  const plain = Buffer.from('kmai '.repeat(100_000));
  const packed = xz(plain);
  for (const [bytes, whole] of [
    [packed, true],
    [packed.subarray(0, packed.length - 30), false],
  ] as const) {
    const defects: string[] = [];
    const parts: Uint8Array[] = [];
    const options = {
      maxBytes: 1e9,
      maxRatio: 1e9,
      freeBytes: 1e9,
      defect: (found: string) => void defects.push(found),
      xz: 'kmai-no-such-xz',
    };
    for await (const part of decompress(inChunks(bytes), 'xz', options)) parts.push(part);
    const got = Buffer.concat(parts);
    assert.equal(defects.length, whole ? 0 : 1);
    assert.ok(plain.subarray(0, got.length).equals(got));
    if (whole) assert.equal(got.length, plain.length);
  }
});
