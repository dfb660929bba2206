import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assert as check, array, integer, nat, property, tuple } from 'fast-check';
import { BadDump } from '../damage.ts';
import { elfCore, fileOf, flattened, kdump, pageOf, record } from '../fixtures/dumps.ts';
import { openImage } from './dump.ts';
import type { Image } from './image.ts';

const zero = Buffer.alloc(4096);
const pages = new Map([1, 2, 5, 6, 40, 41, 100].map((frame) => [frame, frame === 5 || frame === 41 ? zero : pageOf(frame)] as const));

function contents(image: Image, frame: number): Buffer | undefined {
  const into = Buffer.alloc(4096, 0xee);
  return image.read(frame, into, 0) ? into : undefined;
}
function streamed(image: Image, batch = 2): ReadonlyMap<number, Buffer> {
  const seen = new Map<number, Buffer>();
  for (const [from, to] of image.ranges)
    image.stream(from, to, Buffer.alloc(batch * 4096), (frames, count) => {
      for (let i = 0; i < count; i++) seen.set(frames[i]!, Buffer.alloc(4096));
    });
  return seen;
}
function holdsThePages(image: Image): void {
  for (let frame = 0; frame < 120; frame++) assert.deepEqual(contents(image, frame), pages.get(frame), `frame ${frame}`);
  assert.deepEqual([...streamed(image).keys()], [1, 2, 6, 40, 100], 'zero pages are passed over, the others come in order');
}

for (const method of ['zlib', 'snappy', 'zstd', 'plain'] as const)
  test(`a kdump-compressed dump (${method}) gives its pages, and nothing for those left out`, () => {
    const image = openImage(fileOf(kdump(pages, { method, note: 'OSRELEASE=6.1.0\nPAGESIZE=4096\n', level: 31, frames: 200 })));
    holdsThePages(image);
    assert.equal(image.note, 'OSRELEASE=6.1.0\nPAGESIZE=4096\n');
    assert.equal(image.pages, 7);
    assert.equal(image.level, 31);
    assert.equal(image.frames, 200);
  });

test('a page packed with LZO is unpacked', () => {
  const zeros = Buffer.from('EgAgAAAAAAAAAOYAACAAAAAAAAAA5QAAEQAA', 'base64');
  const image = openImage(fileOf(kdump(new Map(), { packed: new Map([[3, { flag: 2, data: zeros }]]) })));
  assert.deepEqual(contents(image, 3), zero);
});

test('the flattened form reads like the file it describes, in any order of records', () => {
  const file = kdump(pages, { note: 'OSRELEASE=6.1.0\n' });
  holdsThePages(openImage(fileOf(flattened(file, 700))));
  holdsThePages(openImage(fileOf(flattened(file, 700, (records) => records.toReversed()))));
});

test('of flattened records over one another the last one wins', () => {
  const file = kdump(pages, {});
  const broken = Buffer.from(file);
  broken.fill(0xaa, 100, 5000);
  holdsThePages(openImage(fileOf(flattened(broken, 700, (records) => [...records, record(90, file.subarray(90, 5100))]))));
  holdsThePages(openImage(fileOf(flattened(file, 700, (records) => [record(90, broken.subarray(90, 5100)), ...records]))));
});

test('an ELF core gives its segments; pages covered twice come once', () => {
  const core = elfCore(
    [
      { physical: 0x28000, data: Buffer.concat([pages.get(40)!, zero]) },
      { physical: 0x1000, data: Buffer.concat([pages.get(1)!, pages.get(2)!]), virtual: 0xffff888000001000n },
      { physical: 0x1000, data: Buffer.concat([pages.get(1)!, pages.get(2)!]), virtual: 0xffffffff81000000n },
      { physical: 0x2000, data: pages.get(2)! },
      { physical: 0x64000, data: pages.get(100)! },
      { physical: 0x5000, data: Buffer.concat([zero, pages.get(6)!]) },
    ],
    'OSRELEASE=6.12\n',
  );
  const image = openImage(fileOf(core));
  holdsThePages(image);
  assert.equal(image.pages, 7);
  assert.equal(image.note, 'OSRELEASE=6.12\n');
  assert.deepEqual(image.ranges, [
    [1, 3],
    [5, 7],
    [40, 42],
    [100, 101],
  ]);
});

test('a truncated core says so and leaves the missing pages unknown', () => {
  const core = elfCore([{ physical: 0x1000, data: Buffer.concat([pageOf(1), pageOf(2), pageOf(3)]) }]);
  const image = openImage(fileOf(core.subarray(0, core.length - 5000)));
  assert.deepEqual(contents(image, 1), pageOf(1));
  assert.equal(contents(image, 2), undefined);
  assert.equal(image.damage.get('segments cut by the end of the file'), 1);
});

test('a damaged page is left out and counted, never zeros', () => {
  const file = kdump(pages, {});
  const image = openImage(fileOf(file.subarray(0, file.length - 10)));
  assert.equal(contents(image, 100), undefined);
  assert.equal(image.damage.get('pages past the end of the file'), 1);
  const noise = Buffer.from(file);
  noise.fill(0x55, noise.length - 20);
  const noisy = openImage(fileOf(noise));
  assert.equal(contents(noisy, 100), undefined);
  assert.deepEqual(contents(noisy, 40), pages.get(40), 'the page before it is still whole');
  assert.equal(noisy.damage.get('pages that do not unpack'), 1);
});

test('what is not a dump is refused with what was expected', () => {
  assert.throws(() => openImage(fileOf(Buffer.from('MDMPxxxxxxxxxxxxxxxxxxx'))), BadDump);
  assert.throws(() => openImage(fileOf(Buffer.alloc(0))), BadDump);
  const arm = elfCore([]);
  arm.writeUInt16LE(183, 18);
  assert.throws(() => openImage(fileOf(arm)), /x86-64/);
  const absurd = kdump(pages, {});
  absurd.writeBigUInt64LE(1n << 31n, 4096 + 96);
  assert.throws(() => openImage(fileOf(absurd)), /bitmaps/);
});

test('mutated headers give pages or BadDump, never another error', () => {
  const files = [
    kdump(pages, { note: 'OSRELEASE=6\n' }),
    elfCore([{ physical: 0x1000, data: pageOf(1) }], 'OSRELEASE=6\n'),
    flattened(kdump(pages, {}), 4096),
  ];
  check(
    property(
      nat(2),
      array(tuple(nat(5000), integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
      nat(20000),
      (which, changes, cut) => {
        const bytes = Buffer.from(files[which]!.subarray(0, cut < 1000 ? cut : undefined));
        for (const [at, value] of changes) bytes[at % Math.max(1, bytes.length)] = value;
        try {
          const image = openImage(fileOf(bytes));
          for (const frame of pages.keys()) contents(image, frame);
          streamed(image);
        } catch (error) {
          assert.ok(error instanceof BadDump, String(error));
        }
      },
    ),
    { numRuns: 1000 },
  );
});
