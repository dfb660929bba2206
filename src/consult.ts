/**
 * The consultation: host → evidence → diagnosis → record. The only file that knows all stages; the fronts
 * (command line, terminal view, server) ask here and nowhere else.
 */
import { randomUUID } from 'node:crypto';
import { askAll } from './ask/ask.ts';
import type { VignetteResult } from './diagnose/case-check.ts';
import { diagnose } from './diagnose/diagnose.ts';
import { recognise } from './diagnose/recognise.ts';
import { packageAssets } from './host/assets.ts';
import { encodeCapture, saveFile } from './host/capture-writer.ts';
import type { Host } from './host/host.ts';
import { readInput, vignettesBeside } from './host/input.ts';
import { liveHost } from './host/live.ts';
import { recorder } from './host/recorder.ts';
import { redactor } from './host/redact.ts';
import { type DoctorFinding, examineItself } from './doctor.ts';
import { listen, listenFrom as hearFrom, type Listened, type ListenOptions } from './listen/listen.ts';
import { look } from './look/look.ts';
import type { Language } from './messages/reasons.ts';
import type { Case } from './model/case.ts';
import type { Diagnosis } from './model/diagnosis.ts';
import type { CallSite, Evidence, Fact, Machine, Unavailable } from './model/evidence.ts';
import type { FactId, FactValue } from './model/facts.ts';
import { type Record, recordSchema } from './model/record.ts';
import { renderMarkdown } from './record/markdown.ts';
import { parseRecord } from './record/schema.ts';

export { openHost } from './host/open.ts';

export type Examination = 'look' | 'ask' | 'listen' | 'touch';

export interface ConsultOptions {
  /** How long to watch; 0 for a single look. A replay ends with its last sample. */
  readonly seconds: number;
  readonly exams: ReadonlySet<Examination>;
  /** Ends the window early; what was seen until then is diagnosed. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
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

async function examine(host: Host, { seconds, exams, signal, onProgress }: ConsultOptions): Promise<Evidence> {
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
    specimens: looked?.specimens ?? [],
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

export interface CaptureOptions extends Omit<ConsultOptions, 'exams'> {
  /** Replace host names, addresses and user names by pseudonyms that are consistent within the capture. */
  readonly redact: boolean;
  readonly version: string;
}

/**
 * Records everything a diagnosis reads into one file, and makes that diagnosis.
 * @returns the record that `kmai diagnose --from` will show for the file
 */
export async function captureTo(
  host: Host,
  path: string,
  options: CaptureOptions,
): Promise<{ readonly record: Record; readonly bytes: number }> {
  const recording = recorder(host);
  const record = await consult(recording, { ...options, exams: new Set(['look', 'ask']) });
  const bytes = await encodeCapture(recording.finish(), {
    version: options.version,
    hostname: record.machine.hostname,
    ...(options.redact ? { redactor: redactor(randomUUID(), { hostnames: [record.machine.hostname], users: people(host) }) } : {}),
  });
  saveFile(path, bytes);
  return { record, bytes: bytes.length };
}

/** Login names of people (uid ≥ 1000), which cannot be told from other words. Read past the recorder: passwd stays out of the capture. */
function people(host: Host): readonly string[] {
  const passwd = host.read('/etc/passwd');
  const rows = passwd.ok ? passwd.value.split('\n').map((line) => line.split(':')) : [];
  return rows.flatMap(([name, , uid]) => (name !== undefined && Number(uid) >= 1000 ? [name] : []));
}

declare const KMAI_VERSION: string | undefined;

/**
 * All cases that come with kmai: compiled when kmai was built (scripts/build.ts checks and packs them), from their YAML
 * when the sources are run.
 * @throws when one of them is bad: the package is broken then
 */
export async function casebook(): Promise<readonly Case[]> {
  const assets = packageAssets();
  if (typeof KMAI_VERSION !== 'undefined') return JSON.parse(assets.read('dist/casebook.json')) as readonly Case[];
  const { compileCasebook } = await import('./diagnose/casebook.ts');
  return compileCasebook(assets.find('casebook/cases/**/*.yaml').map((path) => ({ path, text: assets.read(path) })));
}

/** A case that is asked for and is not there. */
export class NoSuchCase extends Error {
  override readonly name = 'NoSuchCase';
}

/** @throws NoSuchCase, with the id that comes nearest */
export async function caseOf(id: string): Promise<Case> {
  const { findCase } = await import('./diagnose/case-search.ts');
  const found = findCase(await casebook(), id);
  if (found.ok) return found.case;
  throw new NoSuchCase(`there is no case "${id}"; ${found.near === null ? '`kmai case list` shows all' : `did you mean ${found.near}?`}`);
}

export async function searchCasebook(words: readonly string[]): Promise<readonly Case[]> {
  const { searchCases } = await import('./diagnose/case-search.ts');
  return searchCases(await casebook(), words);
}

/** Checks a case file, and against the vignettes that lie in the casebook's folder for it: what is wrong, a line each. */
export async function checkCaseFile(path: string): Promise<readonly string[]> {
  const { checkCase } = await import('./diagnose/case-check.ts');
  const { problemLine } = await import('./diagnose/casebook.ts');
  const text = readInput(path);
  const vignettes = vignettesBeside(path).map((file) => ({ path: file, text: readInput(file) }));
  const check = checkCase({ path, text }, vignettes, await casebook());
  return [...check.problems.map(problemLine), ...check.vignettes.filter(({ ok }) => !ok).map(vignetteLine)];
}

function vignetteLine({ path, expected, got, fault, reasons }: VignetteResult): string {
  if (fault !== '') return `${path}: ${fault}`;
  const why = reasons.filter(({ presence }) => presence !== 'present').map(({ reason }) => reason.text);
  return `${path}: expected ${expected ?? 'no match'}, got ${got ?? 'no match'}${why.length === 0 ? '' : `: ${why.join('; ')}`}`;
}

export type ReportFormat = 'json' | 'md';

/** The format a report file's name asks for; undefined for one that kmai cannot write. */
export function reportFormat(path: string): ReportFormat | undefined {
  if (path.endsWith('.json')) return 'json';
  return path.endsWith('.md') ? 'md' : undefined;
}

export function writeReport(record: Record, path: string, format: ReportFormat, language: Language): void {
  saveFile(path, Buffer.from(format === 'json' ? `${JSON.stringify(record, null, 1)}\n` : renderMarkdown(record, language)));
}

/** @throws BadRecord */
export function readRecord(path: string): Record {
  return parseRecord(readInput(path), path);
}

/** Listens to one cache of this machine. */
export function listenTo(options: ListenOptions): Promise<Listened> {
  return withThisMachine((host) => listen(host, options));
}

/** Hears a trace that was taken elsewhere. */
export function listenFrom(path: string, cache: string): Promise<Listened> {
  return withThisMachine((host) => hearFrom(host, path, cache));
}

/** Plants known growth on this machine and asks every examination how much of it it sees. */
export function examineThisMachine(onProgress: (text: string) => void, signal?: AbortSignal): Promise<readonly DoctorFinding[]> {
  return withThisMachine((host) => examineItself(host, onProgress, signal));
}

async function withThisMachine<T>(work: (host: Host) => Promise<T>): Promise<T> {
  const host = liveHost();
  try {
    return await work(host);
  } finally {
    await host.close();
  }
}
