/**
 * Unpacking one page at a time, as often as there are pages. zlib goes through one inflate handle that is
 * reset for each page: half the time of `inflateSync` and no garbage. That handle is Node's own and not its
 * public interface, so `inflateSync` stands behind it.
 */
import { constants, createInflate, deflateSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { uncompress } from 'snappyjs';
import { pageSize } from './image.ts';
import { unpackLzo } from './lzo.ts';

/**
 * Fills one page of `into` at `at` from `length` bytes of `from` at `start`; false where the stream is damaged or
 * is not exactly a page. Offsets, not a view: making one costs a tenth of unpacking.
 */
export type Unpack = (from: Buffer, start: number, length: number, into: Uint8Array, at: number) => boolean;

interface Handle {
  reset(): void;
  writeSync(flush: number, from: Uint8Array, fromAt: number, fromLength: number, into: Uint8Array, at: number, length: number): void;
  onerror: (message: string, errno: number, code: string) => void;
}

function zlibHandle(): Unpack | undefined {
  const stream = createInflate() as unknown as { _handle?: Partial<Handle> | null; _writeState?: Uint32Array };
  const handle = stream._handle;
  const state = stream._writeState;
  if (typeof handle?.reset !== 'function' || typeof handle.writeSync !== 'function' || !(state instanceof Uint32Array)) return undefined;
  const ready = handle as Handle;
  let failed = false;
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- not a DOM event
  ready.onerror = () => {
    failed = true;
  };
  return (from, start, length, into, at) => {
    failed = false;
    ready.reset();
    ready.writeSync(constants.Z_FINISH, from, start, length, into, at, pageSize);
    return !failed && state[0] === 0; // avail_out: the page is full
  };
}

/** Does it unpack a known page? Node's internals may have changed. */
function works(unpack: Unpack): boolean {
  const page = Buffer.alloc(pageSize, 'kmai');
  const into = Buffer.alloc(pageSize);
  try {
    const packed = deflateSync(page);
    return unpack(packed, 0, packed.length, into, 0) && into.equals(page);
  } catch {
    return false;
  }
}

function whole(unpack: (from: Buffer) => Uint8Array): Unpack {
  return (from, start, length, into, at) => {
    try {
      const page = unpack(from.subarray(start, start + length));
      if (page.length !== pageSize) return false;
      into.set(page, at);
      return true;
    } catch {
      return false;
    }
  };
}

/** The four methods of kdump-compressed dumps. Each call makes its own, so that two dumps share nothing. */
export function unpackers(): { readonly zlib: Unpack; readonly lzo: Unpack; readonly snappy: Unpack; readonly zstd: Unpack } {
  const handle = zlibHandle();
  return {
    zlib: handle !== undefined && works(handle) ? handle : whole((from) => inflateSync(from, { maxOutputLength: pageSize })),
    lzo: (from, start, length, into, at) => unpackLzo(from.subarray(start, start + length), into, at, pageSize),
    snappy: whole((from) => uncompress(from, pageSize)),
    zstd: whole((from) => zstdDecompressSync(from, { maxOutputLength: pageSize })),
  };
}
