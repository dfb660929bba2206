import { closeSync, createReadStream, createWriteStream, fstatSync, openSync, readSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { available, type Reading, unavailable } from '../model/reading.ts';

/** A file read at random, for what is too big to read whole: dumps and /proc/kcore. */
export interface Bytes {
  /** Where it comes from, for people. */
  readonly origin: string;
  /** Bytes; of /proc/kcore the nominal size, which is far more than can be read. */
  readonly size: number;
  /**
   * Fills `into` from `at` with up to `length` bytes from `offset` on.
   * @returns how many were read: fewer at the end of the file, or where the kernel refuses a page
   */
  read(offset: number, length: number, into: Uint8Array, at?: number): number;
  close(): void;
}

const help: Readonly<Record<string, string>> = {
  EACCES: 'read it as root',
  EPERM: 'read it as root; kernel lockdown (mode confidentiality) closes /proc/kcore to everybody',
};

function refusal(path: string, error: unknown): Reading<never> {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  if (code === 'ENOENT') return unavailable(path, 'absent', code);
  return unavailable(path, code in help ? 'denied' : 'unsupported', code, help[code] ?? '');
}

/** Opens a file for reading at random. The file stays open until `close`. */
export function openBytes(path: string): Reading<Bytes> {
  try {
    return available(bytesOf(openSync(path, 'r'), path));
  } catch (error) {
    return refusal(path, error);
  }
}

function bytesOf(descriptor: number, origin: string): Bytes {
  const { size } = fstatSync(descriptor);
  return {
    origin,
    size,
    read(offset, length, into, at = 0) {
      let done = 0;
      while (done < length) {
        let got: number;
        try {
          got = readSync(descriptor, into, at + done, length - done, offset + done);
        } catch {
          break; // EFAULT, EIO: this page can't be read; the caller sees a short read, never zeros
        }
        if (got === 0) break;
        done += got;
      }
      return done;
    },
    close: () => closeSync(descriptor),
  };
}

/**
 * Unpacks a compressed file into a temporary one that has no name any more when this returns: nothing is left
 * behind, however the process ends.
 * @param limit bytes the unpacked file may have
 */
export async function unpackBytes(path: string, format: 'gzip' | 'zstd', limit: number): Promise<Reading<Bytes>> {
  const folder = await mkdtemp(join(tmpdir(), 'kmai-dump-'));
  try {
    const file = join(folder, 'dump');
    let total = 0;
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        total += chunk.length;
        done(total > limit ? new Error(`more than ${limit} bytes unpacked`) : null, chunk);
      },
    });
    await pipeline(
      createReadStream(path),
      format === 'gzip' ? createGunzip() : createZstdDecompress(),
      meter,
      createWriteStream(file, { mode: 0o600 }),
    );
    return available(bytesOf(openSync(file, 'r'), path));
  } catch (error) {
    return unavailable(path, 'malformed', `${format}: ${(error as Error).message}`, `free space in ${tmpdir()}, or unpack it by hand`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
