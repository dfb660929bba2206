/**
 * Makes a large dump out of a small one: the pages of the small one in their places, and behind them as many of its
 * non-zero pages over again as it takes. kdump-compressed, zlib level 1, as makedumpfile writes it.
 *   node bench/large-dump.ts DUMP TO GIB
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import process from 'node:process';
import { deflateSync } from 'node:zlib';
import { openBytes } from '../src/host/bytes.ts';
import { openImage } from '../src/touch/memory/dump.ts';
import { pageSize } from '../src/touch/memory/image.ts';

const [from, to, gibibytes] = process.argv.slice(2);
if (from === undefined || to === undefined || !(Number(gibibytes) > 0)) {
  process.stderr.write('usage: node bench/large-dump.ts DUMP TO GIB\n');
  process.exit(64);
}
const opened = openBytes(from);
if (!opened.ok) throw new Error(opened.unavailable.detail);
const image = openImage(opened.value);

const own: { readonly frame: number; readonly data: Uint8Array }[] = [];
const buffer = Buffer.alloc(256 * pageSize);
image.stream(0, image.frames, buffer, (frames, count) => {
  for (let i = 0; i < count; i++)
    own.push({ frame: frames[i]!, data: deflateSync(buffer.subarray(i * pageSize, (i + 1) * pageSize), { level: 1 }) });
});
const more = Math.max(0, Math.round((Number(gibibytes) * 2 ** 30) / pageSize) - own.length);
const frames = image.frames + more;
const blocks = Math.ceil(frames / 8 / pageSize);
const subBlocks = 1 + Math.ceil(image.note.length / pageSize);

const head = Buffer.alloc((1 + subBlocks) * pageSize);
head.write('KDUMP   ', 'latin1');
head.writeInt32LE(6, 8);
head.writeUInt32LE(1, 424);
head.writeInt32LE(pageSize, 428);
head.writeInt32LE(subBlocks, 432);
head.writeUInt32LE(blocks * 2, 436);
head.writeUInt32LE(frames, 440);
head.writeBigUInt64LE(BigInt(2 * pageSize), pageSize + 32);
head.writeBigUInt64LE(BigInt(image.note.length), pageSize + 40);
head.writeBigUInt64LE(BigInt(frames), pageSize + 96);
head.write(image.note, 2 * pageSize, 'latin1');
const bitmap = Buffer.alloc(blocks * pageSize);
for (const { frame } of own) bitmap[frame >> 3]! |= 1 << (frame & 7);
for (let frame = image.frames; frame < frames; frame++) bitmap[frame >> 3]! |= 1 << (frame & 7);

const file = openSync(to, 'w');
writeSync(file, head);
writeSync(file, bitmap);
writeSync(file, bitmap);
const count = own.length + more;
const packed = (i: number): Uint8Array => own[i % own.length]!.data;
const descriptors = Buffer.alloc(count * 24);
let at = head.length + 2 * bitmap.length + descriptors.length;
for (let i = 0; i < count; i++) {
  descriptors.writeBigUInt64LE(BigInt(at), i * 24);
  descriptors.writeUInt32LE(packed(i).length, i * 24 + 8);
  descriptors.writeUInt32LE(1, i * 24 + 12);
  at += packed(i).length;
}
writeSync(file, descriptors);
for (let i = 0; i < count; ) {
  const batch: Uint8Array[] = [];
  for (; i < count && batch.length < 4096; i++) batch.push(packed(i));
  writeSync(file, Buffer.concat(batch));
}
closeSync(file);
process.stdout.write(`${count} pages, ${own.length} of them in their places; ${at} bytes\n`);
