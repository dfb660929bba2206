import { posix } from 'node:path';
import type { Reading } from '../model/reading.ts';
import type { Completed, Entry, Host } from './host.ts';

/** What was answered from a phase on, until the next sample of the same thing. */
export interface Sample<T> {
  readonly phase: number;
  readonly reading: Reading<T>;
}

/** Samples of one path or command, oldest first; neighbours differ. */
export interface Track<T> {
  readonly samples: Sample<T>[];
  /** The last phase in which it was asked for, whether or not the answer had changed. */
  lastPhase: number;
}

/** Everything a host was asked for and answered, refusals included: what a capture holds. */
export interface Recording {
  readonly kind: Host['kind'];
  readonly origin: string;
  /** When each phase began, unix seconds. */
  readonly phases: readonly number[];
  /** By absolute path. */
  readonly files: ReadonlyMap<string, Track<Uint8Array>>;
  readonly lists: ReadonlyMap<string, Track<readonly Entry[]>>;
  /** By argv, as JSON. */
  readonly commands: ReadonlyMap<string, Track<Completed>>;
  readonly defects: readonly string[];
}

/**
 * The rule of replay: what is asked for in a phase is answered by its newest sample of that phase or an
 * earlier one, and where it was first asked for later (the replay asks in another order), by its first.
 */
export function sampleAt<T>(track: Track<T> | undefined, phase: number): Reading<T> | null {
  return (track?.samples.findLast((sample) => sample.phase <= phase) ?? track?.samples[0])?.reading ?? null;
}

/** Two spellings of a path are one file: `//proc/./x` is `/proc/x`. */
export function canonical(path: string): string {
  return posix.resolve('/', path);
}
