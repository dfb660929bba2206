import { setTimeout as sleep } from 'node:timers/promises';
import { defaultMaxFileBytes, files, listFolder } from './files.ts';
import type { Clock, Host } from './host.ts';
import { runProgram } from './run.ts';

export interface LiveOptions {
  /** Bytes of one file above which it is `unsupported` (default 64 MiB). */
  readonly maxFileBytes?: number;
}

/** This machine. Close it: it keeps descriptors of the files that are read again and again. */
export function liveHost(options: LiveOptions = {}): Host {
  const reader = files(options.maxFileBytes ?? defaultMaxFileBytes);
  return {
    kind: 'live',
    origin: 'this machine',
    read: (path) => reader.read(path, (bytes) => bytes.toString('utf8')),
    readBytes: (path) => reader.read(path, (bytes) => new Uint8Array(bytes)),
    list: listFolder,
    run: runProgram,
    clock: wallClock,
    defects: [],
    close: async () => reader.close(),
  };
}

/** Longest wait of one timer: a signed 32-bit number of milliseconds. */
const longestTimer = 2 ** 31 - 1;

const wallClock: Clock = {
  now: () => Date.now() / 1000,
  async wait(seconds, signal) {
    try {
      for (let left = Math.max(0, seconds * 1000); ; left -= longestTimer) {
        await sleep(Math.min(left, longestTimer), undefined, signal === undefined ? {} : { signal });
        if (left <= longestTimer) return true;
      }
    } catch (error) {
      if (signal?.aborted === true) return false; // also when it was aborted before the wait
      throw error;
    }
  },
};
