/**
 * The consultation: host → evidence → diagnosis → record. This room alone knows all stages; the fronts (command line,
 * terminal view, server) ask here and nowhere else.
 */
import { type Answers, askAll } from '../ask/ask.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import { recognise } from '../diagnose/recognise.ts';
import type { Host } from '../host/host.ts';
import { listen } from '../listen/listen.ts';
import { look, type Looked } from '../look/look.ts';
import { progressText } from '../messages/progress.ts';
import type { Language } from '../messages/reasons.ts';
import type { Diagnosis, Where } from '../model/diagnosis.ts';
import type { CallSite, Evidence, Fact, Machine, Specimen, Unavailable } from '../model/evidence.ts';
import type { FactId, FactValue } from '../model/facts.ts';
import { type Record, recordSchema } from '../model/record.ts';
import { casebook } from './casebook.ts';

export { openHost } from '../host/open.ts';

export type Examination = 'look' | 'ask' | 'listen' | 'touch';

export interface ConsultOptions {
  /** How long to watch; 0 for a single look. A replay ends with its last sample. */
  readonly seconds: number;
  readonly exams: ReadonlySet<Examination>;
  /** Ends the window early; what was seen until then is diagnosed. */
  readonly signal?: AbortSignal;
  /** Ends everything at once, and nothing is kept: the consultation throws the signal's reason. */
  readonly cancel?: AbortSignal;
  readonly onProgress?: (text: string) => void;
  /** Told which cache is listened to, when that begins. */
  readonly onListen?: (cache: string) => void;
  /** Of the progress; the record is the same in every language. */
  readonly language?: Language;
  /** Told at each sample of the window how far it is, and how to see what was seen so far. */
  readonly onSample?: (elapsed: number, soFar: () => Record) => void;
  /** What was read from kernel memory already. */
  readonly specimens?: readonly Specimen[];
  readonly callsites?: readonly CallSite[];
}

/**
 * Examines the host and reasons about what was found. Never throws for what could not be read: that is part of the record.
 *
 * The window comes first, because asking spawns programs and so stirs the very caches that are watched. What seems to leak
 * is listened to while the questions are asked: time is short.
 */
export async function consult(host: Host, options: ConsultOptions): Promise<Record> {
  const knowledge = { cases: await casebook(), recognise };
  const looked = options.exams.has('look') ? await watch(host, options) : null;
  options.cancel?.throwIfAborted();
  const listens = options.exams.has('listen') && host.kind === 'live' && looked !== null;
  const first = listens ? diagnose(evidenceOf(host, looked, nothingAsked, options), { cases: [] }) : null;
  if (options.exams.has('ask')) options.onProgress?.(progressText('asking', {}, options.language ?? 'en'));
  const [asked, heard] = await Promise.all([
    options.exams.has('ask') ? askAll(host, options.cancel === undefined ? {} : { signal: options.cancel }) : nothingAsked,
    first === null ? nothingHeard : listenWhereItGrows(host, first, options),
  ]);
  options.cancel?.throwIfAborted();
  const seen = evidenceOf(host, looked, asked, options);
  const evidence = {
    ...seen,
    callsites: [...seen.callsites, ...heard.callsites],
    unavailable: [...seen.unavailable, ...heard.unavailable],
  };
  return { schema: recordSchema, ...evidence, diagnosis: diagnose(evidence, knowledge) };
}

const nothingAsked: Answers = { facts: [], unavailable: [] };
const nothingHeard: Pick<Evidence, 'callsites' | 'unavailable'> = { callsites: [], unavailable: [] };

function watch(host: Host, options: ConsultOptions): Promise<Looked> {
  const { seconds, onProgress, onSample, language = 'en' } = options;
  return look(host, {
    seconds,
    ...ending(options),
    onTick: (elapsed, _time, soFar) => {
      onProgress?.(progressText('watching', { done: Math.round(elapsed), of: Math.round(seconds) }, language));
      onSample?.(elapsed, () => unfinished(host, soFar(), options));
    },
  });
}

/** What ends a window early: the wish to see what there is, or to be rid of it. */
function ending({ signal, cancel }: ConsultOptions): { readonly signal?: AbortSignal } {
  const given = [signal, cancel].filter((one) => one !== undefined);
  return given.length === 0 ? {} : { signal: AbortSignal.any(given) };
}

/** A record of a window that is still open: evidence without a diagnosis. */
function unfinished(host: Host, looked: Looked, options: ConsultOptions): Record {
  const diagnosis: Diagnosis = { verdict: 'inconclusive', findings: [], reasons: [], next: [] };
  return { schema: recordSchema, ...evidenceOf(host, looked, nothingAsked, options), diagnosis };
}

/** So many leaks are listened to, one after the other. */
const listenedLeaks = 2;

/** What a diagnosis supposes to be a leak is listened to for a sixth of the window: who allocates, and never frees? */
async function listenWhereItGrows(
  host: Host,
  first: Diagnosis,
  options: ConsultOptions,
): Promise<Pick<Evidence, 'callsites' | 'unavailable'>> {
  const { seconds, onProgress, language = 'en' } = options;
  const { signal } = ending(options);
  const callsites: CallSite[] = [];
  const missing: Unavailable[] = [];
  const leaks = first.findings.filter((finding) => finding.class === 'kernel-leak' && ['trend', 'snapshot'].includes(finding.growth.shape));
  for (const cache of new Set(leaks.flatMap(({ where }) => listenable(where)).slice(0, listenedLeaks))) {
    if (signal?.aborted) break;
    onProgress?.(progressText('listening', { cache }, language));
    options.onListen?.(cache);
    const listening = Math.min(20, Math.max(5, seconds / 6));
    const found = await listen(host, { cache, seconds: listening, ...(signal === undefined ? {} : { signal }) });
    const grew = found.reconciliation?.growth === 'steady' ? found.reconciliation.growth_objects : null;
    for (const site of found.callsites)
      callsites.push({ ...site, explained_fraction: grew === null || grew <= 0 ? null : site.outstanding / grew });
    missing.push(...found.unavailable);
  }
  return { callsites, unavailable: missing };
}

function listenable({ kind, owner, cache }: Where): string[] {
  if (kind === 'slab') return [owner ?? cache ?? ''];
  if (kind === 'vmalloc' || kind === 'percpu') return [kind];
  return kind === 'pages' || kind === 'large-kmalloc' ? ['pages'] : [];
}

function evidenceOf(host: Host, looked: Looked | null, asked: Answers, { specimens, callsites }: ConsultOptions): Evidence {
  const now = new Date(host.clock.now() * 1000).toISOString();
  const defects = host.defects.map(
    (detail): Unavailable => ({ what: host.origin, reason: 'malformed', detail, help: 'what is whole was used' }),
  );
  return {
    machine: machineOf(host, asked.facts, looked?.ledgers.end?.total_bytes ?? null),
    window: looked?.window ?? { start: now, end: now },
    series: looked?.series ?? [],
    callsites: [...(looked?.callsites ?? []), ...(callsites ?? [])],
    facts: asked.facts,
    specimens: [...(looked?.specimens ?? []), ...(specimens ?? [])],
    holdings: looked?.holdings ?? [],
    ledger: looked?.ledgers.end ?? null,
    unavailable: [...asked.unavailable, ...(looked?.unavailable ?? []), ...defects],
    outcomes: [],
  };
}

function machineOf(host: Host, facts: readonly Fact[], memoryBytes: number | null): Machine {
  const fact = <Id extends FactId>(id: Id): FactValue<Id> | undefined =>
    facts.find((one) => one.id === id)?.value as FactValue<Id> | undefined;
  const line = (path: string): string | undefined => {
    const text = host.read(path);
    return text.ok ? text.value.split('\n')[0]!.trim() : undefined;
  };
  const stat = host.read('/proc/stat');
  const booted = stat.ok ? /^btime (\d+)$/m.exec(stat.value)?.[1] : undefined;
  return {
    hostname: line('/proc/sys/kernel/hostname') ?? line('/etc/hostname') ?? 'unknown',
    release: fact('release')?.release ?? line('/proc/sys/kernel/osrelease') ?? 'unknown',
    arch: fact('arch') ?? 'unknown',
    distribution: fact('osRelease')?.name ?? 'unknown',
    memory_bytes: memoryBytes,
    boot_time: booted === undefined ? null : new Date(Number(booted) * 1000).toISOString(),
  };
}
