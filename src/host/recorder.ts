import { isDeepStrictEqual } from 'node:util';
import type { Reading } from '../model/reading.ts';
import type { Clock, Completed, Entry, Host } from './host.ts';
import { canonical, sampleAt } from './recording.ts';
import type { Recording, Track } from './recording.ts';
import { textOf } from './tree.ts';

export interface Recorder extends Host {
  /** What has been recorded until now. */
  finish(): Recording;
}

/** The recording is held in memory, on a machine that may have little left: about 2,000 samples of 60 KB. */
const defaultMaxRecordedBytes = 128 * 1024 * 1024;

/**
 * A host around a host that keeps every answer. Time is cut into phases: one begins now, and one after each
 * `clock.wait`. Within a phase a thing is asked of the inner host once and `now()` stands still, so that who
 * reads through the recorder sees exactly what its replay will show.
 * @param maxBytes when it holds more than this, time ends: `clock.wait` is false, and a defect says why
 */
export function recorder(inner: Host, maxBytes = defaultMaxRecordedBytes): Recorder {
  const phases = [inner.clock.now()];
  const files = new Map<string, Track<Uint8Array>>();
  const lists = new Map<string, Track<readonly Entry[]>>();
  const commands = new Map<string, Track<Completed>>();
  const latest = new Map<string, { readonly phase: number; readonly answer: Promise<Reading<Completed>> }>();
  let ended = false;
  let held = 0;
  const defects = [...inner.defects];

  const phase = () => phases.length - 1;

  function once<T extends Uint8Array | readonly Entry[] | Completed>(
    tracks: Map<string, Track<T>>,
    key: string,
    ask: () => Reading<T>,
    same: (a: T, b: T) => boolean,
  ): Reading<T> {
    const track = tracks.get(key);
    if (track?.lastPhase === phase()) return sampleAt(track, phase())!;
    return hold(tracks, key, phase(), ask(), same);
  }

  function hold<T extends Uint8Array | readonly Entry[] | Completed>(
    tracks: Map<string, Track<T>>,
    key: string,
    at: number,
    reading: Reading<T>,
    same: (a: T, b: T) => boolean,
  ): Reading<T> {
    const result = keep(tracks, key, at, reading, same);
    if (result === reading) held += sizeOf(reading);
    return result;
  }

  function readBytes(path: string): Reading<Uint8Array> {
    const key = canonical(path);
    return once(files, key, () => inner.readBytes(key), sameBytes);
  }

  const clock: Clock = {
    now: () => phases.at(-1)!,
    async wait(seconds, signal) {
      if (!ended && held > maxBytes) {
        defects.push(`the recording ended after ${phases.length} samples: it holds more than ${maxBytes} bytes`);
        ended = true;
      }
      if (ended) return false;
      // now() stands still within a phase, so what has passed of it is part of the wait; a clock set back is no reason to wait longer.
      const passed = Math.max(0, inner.clock.now() - phases.at(-1)!);
      if (await inner.clock.wait(Math.max(0, seconds - passed), signal)) phases.push(inner.clock.now());
      else ended = true; // a replay has no more phases after the last, so neither has the recording
      return !ended;
    },
  };

  return {
    kind: inner.kind,
    origin: inner.origin,
    readBytes,
    read(path) {
      const bytes = readBytes(path);
      return bytes.ok ? { ok: true, value: textOf(bytes.value) } : bytes;
    },
    list(path) {
      const key = canonical(path);
      return once(lists, key, () => inner.list(key), isDeepStrictEqual);
    },
    run(argv, limits) {
      const key = JSON.stringify(argv);
      const asked = phase();
      const before = latest.get(key);
      if (before?.phase === asked) return before.answer;
      // The answer belongs to the phase that asked, however long it takes; runs of one program never overlap, so that samples come in order.
      const run = async () => hold(commands, key, asked, await inner.run(argv, limits), isDeepStrictEqual);
      const answer = before === undefined ? run() : before.answer.then(run);
      latest.set(key, { phase: asked, answer });
      return answer;
    },
    clock,
    defects,
    close: () => inner.close(),
    finish: () => ({ kind: inner.kind, origin: inner.origin, phases: [...phases], files, lists, commands, defects: [...defects] }),
  };
}

/** Adds a sample; one equal to the previous is not held twice, and its memory is given back as that. */
function keep<T>(
  tracks: Map<string, Track<T>>,
  key: string,
  phase: number,
  reading: Reading<T>,
  same: (a: T, b: T) => boolean,
): Reading<T> {
  const track = tracks.get(key);
  if (track === undefined) {
    tracks.set(key, { samples: [{ phase, reading }], lastPhase: phase });
    return reading;
  }
  track.lastPhase = phase;
  const previous = track.samples.at(-1)!.reading;
  const unchanged =
    previous.ok && reading.ok ? same(previous.value, reading.value) : !previous.ok && !reading.ok && isDeepStrictEqual(previous, reading);
  if (unchanged) return previous;
  track.samples.push({ phase, reading });
  return reading;
}

/** About what a sample takes in memory. */
function sizeOf(reading: Reading<Uint8Array | readonly Entry[] | Completed>): number {
  const overhead = 200;
  if (!reading.ok) return overhead;
  const { value } = reading;
  if (value instanceof Uint8Array) return overhead + value.length;
  return overhead + ('stdout' in value ? value.stdout.length + value.stderr.length : value.length * 100);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
