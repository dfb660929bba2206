/** What a server has in hand: the examination that runs, the records so far, and who wants to be told. */
import { consult, type ConsultOptions } from '../consult/consult.ts';
import { listenTo, withThisMachine } from '../consult/listen.ts';
import { withHeard } from '../consult/outcomes.ts';
import { recordOf } from '../consult/report.ts';
import { pending } from '../consult/undo.ts';
import { recordOfUpload } from '../consult/upload.ts';
import type { Unavailable } from '../model/evidence.ts';
import type { Record } from '../model/record.ts';
import type { Running, Served, StoredRecord } from '../model/served.ts';

/** Records that are kept: each takes some megabytes. */
const mostRecords = 12;
/** Seconds between two looks of the page at a window that is still open: each makes all series anew. */
const partialSeconds = 5;

export interface Consultations {
  served(): Served;
  /** @returns what takes the listener away again */
  subscribe(listener: () => void): () => void;
  record(id: number): Record | undefined;
  /** What was seen of the window that is open; null where none is. */
  partial(): Record | null;
  /** False: something runs already. */
  diagnose(seconds: number): boolean;
  listen(cache: string, seconds: number): boolean;
  /** A file by its path, or sent as bytes. */
  examine(name: string, bytes: Uint8Array | null): boolean;
  /** Ends what runs. `keep`: the window is diagnosed as far as it went. @returns when it has ended */
  end(keep: boolean): Promise<void>;
}

interface Job {
  running: Running;
  /** Moves on when what is waited for begins later than the job. */
  started: number;
  readonly finish: AbortController;
  readonly cancel: AbortController;
  soFar: (() => Record) | null;
  done: Promise<void>;
}

export function consultations(version: string, from: string | null): Consultations {
  const records: { readonly told: StoredRecord; readonly record: Record }[] = [];
  const listeners = new Set<() => void>();
  let job: Job | null = null;
  let ended: Served['ended'] = null;
  let last = 0;

  const tell = (): void => listeners.forEach((listener) => listener());
  const update = (change: Partial<Running>): void => {
    if (job !== null) job.running = { ...job.running, ...change };
    tell();
  };

  function begin(running: Pick<Running, 'kind' | 'about' | 'seconds' | 'stage'>, work: (job: Job) => Promise<Record>): boolean {
    if (job !== null) return false;
    const mine: Job = {
      running: { ...running, elapsed: 0, partial: 0 },
      started: performance.now(),
      finish: new AbortController(),
      cancel: new AbortController(),
      soFar: null,
      done: Promise.resolve(),
    };
    job = mine;
    ended = null;
    const clock = setInterval(() => {
      const elapsed = (performance.now() - mine.started) / 1000;
      const over =
        mine.running.kind === 'diagnose' &&
        mine.running.stage === 'watching' &&
        (elapsed > mine.running.seconds + 0.5 || mine.finish.signal.aborted);
      update({ elapsed, ...(over ? { stage: 'thinking' } : {}) });
    }, 1000);
    mine.done = conducted(mine, work).finally(() => {
      clearInterval(clock);
      job = null;
      tell();
    });
    tell();
    return true;
  }

  async function conducted(mine: Job, work: (job: Job) => Promise<Record>): Promise<void> {
    try {
      const record = await work(mine);
      mine.cancel.signal.throwIfAborted();
      keep(record, mine.running.kind !== 'file');
    } catch (error) {
      const cancelled = mine.cancel.signal.aborted;
      ended = { how: cancelled ? 'cancelled' : 'failed', why: cancelled ? '' : error instanceof Error ? error.message : String(error) };
    }
  }

  function keep(record: Record, here: boolean): void {
    last++;
    const told = { id: last, title: record.machine.hostname, at: record.window.end, verdict: record.diagnosis.verdict, here };
    records.push({ told, record });
    if (records.length > mostRecords) records.shift();
  }

  function watching(mine: Job): Pick<ConsultOptions, 'signal' | 'cancel' | 'onSample' | 'onListen'> {
    return {
      signal: mine.finish.signal,
      cancel: mine.cancel.signal,
      onSample: (elapsed, soFar) => {
        mine.soFar = soFar;
        update({ elapsed, partial: 1 + Math.floor(elapsed / partialSeconds) });
      },
      onListen: (cache) => update({ stage: 'listening', about: cache }),
    };
  }

  return {
    served: () => ({ version, from, running: job?.running ?? null, ended, records: records.map(({ told }) => told), journal: journal() }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    record: (id) => records.find(({ told }) => told.id === id)?.record,
    partial: () => job?.soFar?.() ?? null,
    diagnose: (seconds) =>
      begin({ kind: 'diagnose', about: '', seconds, stage: 'watching' }, async (mine) => {
        const exams = new Set(seconds > 0 ? (['look', 'ask', 'listen'] as const) : (['look', 'ask'] as const));
        return withThisMachine((host) => consult(host, { seconds, exams, ...watching(mine) }));
      }),
    listen: (cache, seconds) =>
      begin({ kind: 'listen', about: cache, seconds, stage: 'preparing' }, async (mine) => {
        const onReady = (): void => {
          mine.started = performance.now();
          update({ stage: 'listening', elapsed: 0 });
        };
        const heard = await listenTo({ cache, seconds, onReady, signal: AbortSignal.any([mine.finish.signal, mine.cancel.signal]) });
        mine.cancel.signal.throwIfAborted();
        const [refused] = heard.unavailable;
        if (heard.engine === null) throw new Error(refused === undefined ? cache : refusal(refused));
        update({ stage: 'thinking' });
        const before =
          records.findLast(({ told }) => told.here)?.record ??
          (await withThisMachine((host) => consult(host, { seconds: 0, exams: new Set(['look', 'ask']) })));
        return withHeard(before, heard.callsites, heard.unavailable);
      }),
    examine: (name, bytes) =>
      begin({ kind: 'file', about: name, seconds: 0, stage: 'thinking' }, (mine) =>
        bytes === null ? recordOf(name, { cancel: mine.cancel.signal }) : recordOfUpload(bytes, name, { cancel: mine.cancel.signal }),
      ),
    async end(keepIt) {
      const mine = job;
      if (mine === null) return;
      (keepIt ? mine.finish : mine.cancel).abort(new Error('cancelled'));
      await mine.done;
    },
  };
}

/** As the command line says it, so that it can be told in the reader's language. */
function refusal({ what, detail, help }: Unavailable): string {
  return `${what}: ${detail}${help === '' ? '' : `; what would help: ${help}`}`;
}

function journal(): Served['journal'] {
  return pending().map(({ what, at, kept }) => ({ what, at, kept }));
}
