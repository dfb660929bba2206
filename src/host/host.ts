import type { Reading } from '../model/reading.ts';

/** An entry of a folder. `target` is the link's text as stored, unresolved. */
export interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly target?: string;
}

export interface Completed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunLimits {
  /** Milliseconds until the command is killed (default 10,000). */
  readonly timeoutMs?: number;
  /** Bytes of stdout that are read before the command is killed (default 8 MiB); more is `malformed`, never cut silently. */
  readonly maxBytes?: number;
}

export interface Clock {
  /** unix seconds, with fraction */
  now(): number;
  /**
   * Waits, or moves a replay on to its next sample.
   * @returns false when time has ended: the replay has no more samples, or the signal aborted.
   */
  wait(seconds: number, signal?: AbortSignal): Promise<boolean>;
}

/**
 * The machine as a value: everything that is read from one goes through here. Live, capture, sosreport and
 * folder are four of them, the recorder one around another. Reads are whole-file and synchronous (procfs
 * answers at once; a promise would cost more than the read).
 */
export interface Host {
  readonly kind: 'live' | 'capture' | 'sosreport' | 'folder';
  /** Where it comes from, for people: "this machine", or the path given to --from. */
  readonly origin: string;
  /** The whole file as text (UTF-8, invalid bytes replaced). `path` is absolute on the examined machine. */
  read(path: string): Reading<string>;
  readBytes(path: string): Reading<Uint8Array>;
  /** Entries of a folder, sorted by name. */
  list(path: string): Reading<readonly Entry[]>;
  /** Runs a program by argv, never through a shell. Only programs that read may be given. A missing program is `absent`. */
  run(argv: readonly string[], limits?: RunLimits): Promise<Reading<Completed>>;
  readonly clock: Clock;
  /** What the host itself had to leave out (a truncated archive, a limit): empty when it is whole. */
  readonly defects: readonly string[];
  close(): Promise<void>;
}
