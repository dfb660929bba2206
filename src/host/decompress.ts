import { spawn } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import { once } from 'node:events';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { safePath } from './run.ts';

export type Compression = 'none' | 'gzip' | 'zstd' | 'xz';

export interface DecompressOptions {
  /** Bytes of output after which reading stops. */
  readonly maxBytes: number;
  /** Bytes of output for one of input, beyond the first `freeBytes`, after which reading stops: more is a bomb. */
  readonly maxRatio: number;
  readonly freeBytes: number;
  /** Told once if the stream is damaged, ends early or goes beyond a limit; what was given before is good. */
  readonly defect: (text: string) => void;
  /** The program that unpacks xz (`xz`); a slower decoder of our own takes its place where it is missing. */
  readonly xz?: string;
}

/** By the first bytes; what is compressed in another way is `none` and then no tar either. */
export function compressionOf(start: Uint8Array): Compression {
  const begins = (...bytes: number[]) => bytes.every((byte, i) => start[i] === byte);
  if (begins(0x1f, 0x8b)) return 'gzip';
  if (begins(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  if (begins(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)) return 'xz';
  return 'none';
}

/** Small, because what one slice becomes is held until it is taken; a zlib output chunk stops the rest of a bomb. */
const sliceBytes = 16 * 1024;

/**
 * The decompressed stream, as far as it is whole and within limits. It never throws for what the input holds.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
  options: DecompressOptions,
): AsyncGenerator<Uint8Array> {
  const meter = { taken: 0, given: 0 };
  const counted = slices(source, meter);
  const output = unpack(counted, compression, options);
  for await (const chunk of output) {
    meter.given += chunk.length;
    if (meter.given > options.maxBytes) {
      options.defect(`it unpacks to more than ${options.maxBytes} bytes: what lies beyond was not read`);
      return;
    }
    if (meter.given > options.freeBytes && meter.given > meter.taken * options.maxRatio) {
      options.defect(`it unpacks to more than ${options.maxRatio} times its size: what lies beyond was not read`);
      return;
    }
    yield chunk;
  }
}

async function* slices(source: AsyncIterable<Uint8Array>, meter: { taken: number }): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += sliceBytes) {
      const slice = chunk.subarray(at, at + sliceBytes);
      meter.taken += slice.length;
      yield slice;
    }
  }
}

function unpack(source: AsyncIterable<Uint8Array>, compression: Compression, options: DecompressOptions): AsyncIterable<Uint8Array> {
  if (compression === 'none') return source;
  if (compression === 'xz') return unxz(source, options);
  const coder: Duplex = compression === 'gzip' ? createGunzip() : createZstdDecompress();
  return through(source, coder, coder, compression, options.defect);
}

function nothing(): void {}

/**
 * A stream's async iterator throws away what is buffered when the stream fails; here every chunk that came
 * before the failure is given, and then the failure is a defect.
 */
async function* through(
  source: AsyncIterable<Uint8Array>,
  writable: Writable,
  readable: Readable,
  name: string,
  defect: (text: string) => void,
): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const state: { failure: string | null; ended: boolean } = { failure: null, ended: false };
  let wake: () => void = nothing;
  readable.on('data', (chunk: Buffer) => {
    ready.push(chunk);
    if (ready.length >= 64) readable.pause();
    wake();
  });
  const end = () => {
    state.ended = true;
    wake();
  };
  const fail = (error: Error) => {
    state.failure ??= error.message;
    wake();
  };
  readable.on('end', end).on('close', end).on('error', fail);
  writable.on('error', nothing); // a reader that has gone: its own end tells why
  const feeding = (async () => {
    for await (const slice of source) {
      if (state.ended || state.failure !== null || writable.destroyed) return;
      await new Promise<void>((resolve) => {
        writable.once('close', resolve);
        writable.write(slice, () => {
          writable.off('close', resolve);
          resolve();
        });
      });
    }
    writable.end();
  })().catch(fail);
  try {
    for (;;) {
      for (let chunk = ready.shift(); chunk !== undefined; chunk = ready.shift()) yield chunk;
      if (state.failure !== null || state.ended) break;
      readable.resume();
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (ready.length > 0 || state.failure !== null || state.ended) resolve();
      });
    }
    if (state.failure !== null)
      defect(`the ${name} stream is damaged or cut off (${state.failure}): what was unpacked until there is used`);
  } finally {
    readable.destroy();
    writable.destroy();
    await feeding;
  }
}

async function* unxz(source: AsyncIterable<Uint8Array>, { defect, xz = 'xz' }: DecompressOptions): AsyncGenerator<Uint8Array> {
  const child = spawn(xz, ['-dc'], { env: { PATH: safePath, LC_ALL: 'C' }, stdio: ['pipe', 'pipe', 'pipe'], cwd: '/' });
  const started = await Promise.race([once(child, 'spawn').then(() => true), once(child, 'error').then(() => false)]).catch(() => false);
  if (!started) {
    yield* unxzInProcess(source, defect);
    return;
  }
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(0, 200);
  });
  const closed = once(child, 'close');
  let whole = false;
  try {
    yield* through(source, child.stdin, child.stdout, 'xz', defect);
    whole = true;
  } finally {
    if (!whole) child.kill('SIGKILL');
    const [code] = (await closed) as [number | null];
    if (whole && code !== 0) defect(`the xz stream is damaged or cut off (${complaint.trim()}): what was unpacked until there is used`);
  }
}

async function* unxzInProcess(source: AsyncIterable<Uint8Array>, defect: (text: string) => void): AsyncGenerator<Uint8Array> {
  const { default: xz } = await import('xz-decompress'); // CommonJS, with its WebAssembly: only for those who need it
  const reader = new xz.XzReadableStream(ReadableStream.from(source)).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    defect(`the xz stream is damaged or cut off (${String(error)}): what was unpacked until there is used`);
  } finally {
    await reader.cancel().catch(() => {});
  }
}
