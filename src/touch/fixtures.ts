/** Dumps assembled byte by byte, for tests: small, and every field of them known. */
import { deflateSync, zstdCompressSync } from 'node:zlib';
import { compress } from 'snappyjs';
import type { Bytes } from '../host/bytes.ts';
import { pageSize } from './memory/image.ts';

/** A file in memory. */
export function fileOf(bytes: Uint8Array, origin = 'test.dump'): Bytes {
  return {
    origin,
    size: bytes.length,
    read(offset, length, into, at = 0) {
      const part = bytes.subarray(offset, offset + length);
      into.set(part, at);
      return part.length;
    },
    close() {},
  };
}

/** A page whose bytes follow from a seed; text enough to be packed. */
export function pageOf(seed: number): Buffer {
  return Buffer.alloc(pageSize, `page ${seed} of the test. `);
}

function elfNote(text: string): Buffer {
  const name = Buffer.from('VMCOREINFO\0\0');
  const head = Buffer.alloc(12);
  head.writeUInt32LE(11, 0);
  head.writeUInt32LE(text.length, 4);
  return Buffer.concat([head, name, Buffer.from(text, 'latin1'), Buffer.alloc((4 - (text.length % 4)) % 4)]);
}

export interface Load {
  readonly physical: number;
  readonly data: Buffer;
  readonly virtual?: bigint;
}

export function elfCore(loads: readonly Load[], note = ''): Buffer {
  const headers = 64 + 56 * (loads.length + 1);
  const notes = note === '' ? Buffer.alloc(0) : elfNote(note);
  const head = Buffer.alloc(headers);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  head.writeUInt16LE(4, 16);
  head.writeUInt16LE(62, 18);
  head.writeUInt32LE(64, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(loads.length + 1, 56);
  head.writeUInt32LE(4, 64);
  head.writeUInt32LE(headers, 64 + 8);
  head.writeUInt32LE(notes.length, 64 + 32);
  let at = headers + notes.length;
  loads.forEach((load, i) => {
    const entry = 64 + 56 * (i + 1);
    head.writeUInt32LE(1, entry);
    head.writeBigUInt64LE(BigInt(at), entry + 8);
    head.writeBigUInt64LE(load.virtual ?? 0n, entry + 16);
    head.writeBigUInt64LE(BigInt(load.physical), entry + 24);
    head.writeBigUInt64LE(BigInt(load.data.length), entry + 32);
    at += load.data.length;
  });
  return Buffer.concat([head, notes, ...loads.map((load) => load.data)]);
}

export type Method = 'zlib' | 'snappy' | 'zstd' | 'plain';
const methods = {
  plain: { flag: 0, pack: (page: Buffer): Uint8Array => page },
  zlib: { flag: 1, pack: (page: Buffer): Uint8Array => deflateSync(page, { level: 1 }) },
  snappy: { flag: 4, pack: (page: Buffer): Uint8Array => compress(page) },
  zstd: { flag: 0x20, pack: (page: Buffer): Uint8Array => zstdCompressSync(page) },
} as const;

export interface KdumpOptions {
  readonly method?: Method;
  readonly note?: string;
  readonly level?: number;
  readonly frames?: number;
  /** Pages packed already, with the flag of their method. */
  readonly packed?: ReadonlyMap<number, { readonly flag: number; readonly data: Uint8Array }>;
}

/** kdump-compressed: header, sub-header, VMCOREINFO, two bitmaps, descriptors, the zero page, the pages. */
export function kdump(pages: ReadonlyMap<number, Buffer>, options: KdumpOptions = {}): Buffer {
  const { method = 'zlib', note = '', level = 0, packed = new Map() } = options;
  const { flag, pack } = methods[method];
  const held = [...new Set([...pages.keys(), ...packed.keys()])].toSorted((a, b) => a - b);
  const frames = options.frames ?? (held.at(-1) ?? 0) + 1;
  const bitmapBlocks = Math.ceil(frames / 8 / pageSize);
  const subBlocks = 1 + Math.ceil(note.length / pageSize);
  const head = Buffer.alloc(pageSize);
  head.write('KDUMP   ', 'latin1');
  head.writeInt32LE(6, 8);
  head.writeUInt32LE(flag, 424);
  head.writeInt32LE(pageSize, 428);
  head.writeInt32LE(subBlocks, 432);
  head.writeUInt32LE(bitmapBlocks * 2, 436);
  head.writeUInt32LE(frames, 440);
  const sub = Buffer.alloc(subBlocks * pageSize);
  sub.writeInt32LE(level, 8);
  sub.writeBigUInt64LE(BigInt(2 * pageSize), 32);
  sub.writeBigUInt64LE(BigInt(note.length), 40);
  sub.writeBigUInt64LE(BigInt(frames), 96);
  sub.write(note, pageSize, 'latin1');
  const memory = Buffer.alloc(bitmapBlocks * pageSize, 0xff);
  const dumped = Buffer.alloc(bitmapBlocks * pageSize);
  for (const frame of held) dumped[frame >> 3]! |= 1 << (frame & 7);
  const descriptors = Buffer.alloc(held.length * 24);
  const data: Uint8Array[] = [pack(Buffer.alloc(pageSize))];
  const start = pageSize + sub.length + memory.length * 2 + descriptors.length;
  let at = start + data[0]!.length;
  held.forEach((frame, i) => {
    const own = packed.get(frame);
    const page = pages.get(frame);
    const zero = own === undefined && page!.every((byte) => byte === 0);
    const bytes = own?.data ?? (zero ? data[0]! : pack(page!));
    descriptors.writeBigUInt64LE(BigInt(zero ? start : at), i * 24);
    descriptors.writeUInt32LE(bytes.length, i * 24 + 8);
    descriptors.writeUInt32LE(own?.flag ?? flag, i * 24 + 12);
    if (zero) return;
    data.push(bytes);
    at += bytes.length;
  });
  return Buffer.concat([head, sub, memory, dumped, descriptors, ...data]);
}

/** makedumpfile's flattened form, in records of `step` bytes, in the order `arrange` gives. */
export function flattened(file: Buffer, step: number, arrange: (records: Buffer[]) => Buffer[] = (r) => r): Buffer {
  const head = Buffer.alloc(pageSize);
  head.write('makedumpfile', 'latin1');
  const records: Buffer[] = [];
  for (let at = 0; at < file.length; at += step) records.push(record(at, file.subarray(at, at + step)));
  return Buffer.concat([head, ...arrange(records), record(-1, Buffer.alloc(0), -1)]);
}

export function record(offset: number, data: Buffer, length = data.length): Buffer {
  const head = Buffer.alloc(16);
  head.writeBigInt64BE(BigInt(offset), 0);
  head.writeBigInt64BE(BigInt(length), 8);
  return Buffer.concat([head, data]);
}
