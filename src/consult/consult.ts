/**
 * The consultation: host → evidence → diagnosis → record. This room alone knows all stages; the fronts (command line,
 * terminal view, server) ask here and nowhere else.
 */
import { askAll } from '../ask/ask.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import { recognise } from '../diagnose/recognise.ts';
import type { Host } from '../host/host.ts';
import { listen } from '../listen/listen.ts';
import { look } from '../look/look.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
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
  readonly onProgress?: (text: string) => void;
  /** What was read from kernel memory already. */
  readonly specimens?: readonly Specimen[];
}

/** Examines the host and reasons about what was found. Never throws for what could not be read: that is part of the record. */
export async function consult(host: Host, options: ConsultOptions): Promise<Record> {
  const knowledge = { cases: await casebook(), recognise };
  const seen = await examine(host, options);
  const first = diagnose(seen, knowledge);
  const evidence = options.exams.has('listen') && host.kind === 'live' ? await listenWhereItGrows(host, seen, first, options) : seen;
  return { schema: recordSchema, ...evidence, diagnosis: evidence === seen ? first : diagnose(evidence, knowledge) };
}

/** So many leaks are listened to, one after the other. */
const listenedLeaks = 2;

/** What a diagnosis supposes to be a leak is listened to for a sixth of the window: who allocates, and never frees? */
async function listenWhereItGrows(
  host: Host,
  evidence: Evidence,
  first: Diagnosis,
  { seconds, signal, onProgress }: ConsultOptions,
): Promise<Evidence> {
  const caches = first.findings
    .filter((finding) => finding.class === 'kernel-leak' && finding.growth.shape === 'trend')
    .flatMap(({ where }) =>
      where.kind === 'slab'
        ? [where.owner ?? where.cache ?? '']
        : where.kind === 'pages' || where.kind === 'large-kmalloc'
          ? ['pages']
          : [],
    )
    .slice(0, listenedLeaks);
  const callsites: CallSite[] = [...evidence.callsites];
  const missing: Unavailable[] = [...evidence.unavailable];
  for (const cache of new Set(caches)) {
    if (signal?.aborted) break;
    onProgress?.(`listening to ${cache} …`);
    const listening = Math.min(20, Math.max(5, seconds / 6));
    const found = await listen(host, { cache, seconds: listening, ...(signal === undefined ? {} : { signal }) });
    const grew = found.reconciliation?.growth_objects ?? null;
    for (const site of found.callsites)
      callsites.push({ ...site, explained_fraction: grew === null || grew <= 0 ? null : site.outstanding / grew });
    missing.push(...found.unavailable);
  }
  return { ...evidence, callsites, unavailable: missing };
}

async function examine(host: Host, { seconds, exams, signal, onProgress, specimens }: ConsultOptions): Promise<Evidence> {
  // Asking spawns programs, which stirs the very caches that are watched: it comes before the window.
  const asks = exams.has('ask');
  if (asks) onProgress?.('asking …');
  const asked = asks ? await askAll(host, signal === undefined ? {} : { signal }) : { facts: [], unavailable: [] };
  const looks = exams.has('look');
  const looked = looks
    ? await look(host, {
        seconds,
        ...(signal === undefined ? {} : { signal }),
        onTick: (elapsed: number) =>
          onProgress?.(`watching ${elapsed.toFixed(0)} of ${seconds.toFixed(0)} s; Ctrl-C ends the window early`),
      })
    : null;
  const now = new Date(host.clock.now() * 1000).toISOString();
  const window = looked?.window ?? { start: now, end: now };
  const missing: Unavailable[] = [...asked.unavailable, ...(looked?.unavailable ?? [])];
  for (const defect of host.defects)
    missing.push({ what: host.origin, reason: 'malformed', detail: defect, help: 'what is whole was used' });
  return {
    machine: machineOf(host, asked.facts, looked?.ledgers.end?.total_bytes ?? null),
    window,
    series: looked?.series ?? [],
    callsites: looked?.callsites ?? [],
    facts: asked.facts,
    specimens: [...(looked?.specimens ?? []), ...(specimens ?? [])],
    holdings: looked?.holdings ?? [],
    ledger: looked?.ledgers.end ?? null,
    unavailable: missing,
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
