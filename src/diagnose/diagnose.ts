/** From evidence to a reasoned verdict. Pure: it sees evidence and knowledge, never the machine. */
import { bytes, count, duration, figure } from '../kernel/units.ts';
import { familyOf } from '../kernel/families.ts';
import { reason } from '../messages/reasons.ts';
import type { Diagnosis, Finding, Growth, Reason, Verdict } from '../model/diagnosis.ts';
import type { Case } from '../model/case.ts';
import type { Evidence } from '../model/evidence.ts';
import { bare, type Candidate } from './candidate.ts';
import { callsitesOf, heard } from './callsites.ts';
import { cgroupCandidates } from './cgroup-candidates.ts';
import { gather } from './company.ts';
import { vectorsOf } from './extensions.ts';
import { driverOf } from './driver.ts';
import { type EvidenceIndex, ends, indexEvidence } from './evidence-index.ts';
import { forecast } from './growth.ts';
import { cacheGrowths, type GrownCache } from './grown.ts';
import { heldGrowth } from './holders.ts';
import { type Recognise, matchCases } from './match.ts';
import { remediesOf } from './case-remedies.ts';
import { memoryCandidates } from './memory-candidates.ts';
import { nextFor, nextForAll } from './next-exam.ts';
import { lostPagesCandidates, nothingLost, orphanCandidates } from './orphan-candidates.ts';
import { slabCandidates } from './slab-candidates.ts';

export interface Knowledge {
  readonly cases: readonly Case[];
  /** Recognises who installed a rule, by its text. */
  readonly recognise?: Recognise;
}

const year = 31_557_600;
/** A trend so slow that it would not take this share of memory in a year is not worth waking anyone for. */
const leastShareInAYear = 0.1;
/**
 * Growth that the window could not decide, if it went on, takes a tenth of memory: within a month it is told, with the
 * window that would decide; within three days it keeps the verdict from being healthy.
 */
const undecidedShare = 0.1;
const toldWithin = year / 12;
const doubtWithin = 3 * 86_400;
/** Growth that the kernel gives back is told when it would take a tenth of memory within a week. */
const reclaimableWithin = 7 * 86_400;
/** A bounded table is told when it is full within this time: entries that time out make it rise for a while after every new load. */
const fullWithin = 3600;
/** A rise that ended is told when it took this share of memory. */
const toldPlateauShare = 0.002;

export function diagnose(evidence: Evidence, knowledge: Knowledge): Diagnosis {
  const index = indexEvidence(evidence);
  const seconds = (Date.parse(evidence.window.end) - Date.parse(evidence.window.start)) / 1000;
  const memory = evidence.machine.memory_bytes ?? evidence.ledger?.total_bytes ?? 0;
  const caches = cacheGrowths(index);
  const held = heldGrowth(evidence);
  const matters = (growth: Growth): boolean => growth.bytes_per_second * year >= leastShareInAYear * memory;

  const trending = caches.filter(({ growth }) => growth.shape === 'trend' && matters(growth));
  const growing = gather(
    [
      ...cgroupCandidates(index),
      ...slabCandidates(trending, held, seconds, index),
      ...memoryCandidates(index, seconds).filter(({ growth }) => matters(growth)),
    ],
    held,
    seconds,
    vectorsOf(index),
  )
    .filter((one) => one.full_in_seconds === undefined || one.full_in_seconds <= fullWithin)
    .filter(({ class: kind, syndrome, growth }) => {
      const told = kind !== 'reclaimable' || syndrome === 'zombie-cgroups';
      return told || growth.bytes_per_second * reclaimableWithin >= leastShareInAYear * memory;
    })
    .map((candidate) => heard(candidate, held, index));
  const candidates = [...growing, ...orphanCandidates(index, growing), ...lostPagesCandidates(index, growing)];
  const stopped = stoppedCandidates(caches, memory);
  const findings = [...candidates, ...stopped].toSorted(byWeight).map((candidate) => findingOf(candidate, index, knowledge));

  const undecided = caches.filter(
    ({ growth, specimen }) =>
      growth.shape === 'inconclusive' && specimen?.reclaimable !== true && growth.bytes_per_second * toldWithin >= undecidedShare * memory,
  );
  const doubtful = undecided.filter(({ growth }) => growth.bytes_per_second * doubtWithin >= undecidedShare * memory);
  const verdict = verdictOf(candidates, doubtful, index, seconds);
  return {
    verdict,
    findings,
    reasons: verdictReasons(verdict, undecided, index, seconds),
    next: verdict === 'inconclusive' ? nextForAll(index, longestWindow(undecided), seconds) : [],
  };
}

const classWeight = { 'kernel-leak': 0, accounting: 1, 'held-by-userspace': 2, reclaimable: 3, bounded: 4 } as const;

function byWeight(a: Candidate, b: Candidate): number {
  return (
    Number(a.uncertain) - Number(b.uncertain) ||
    classWeight[a.class] - classWeight[b.class] ||
    b.growth.bytes_per_second - a.growth.bytes_per_second
  );
}

function findingOf(candidate: Candidate, index: EvidenceIndex, knowledge: Knowledge): Finding {
  const { series, uncertain: _, objects_per_slab: __, full_in_seconds: ___, accompanied_by, ...rest } = candidate;
  const available = index.one('meminfo_bytes', { field: 'MemAvailable' });
  const lasting = candidate.class === 'kernel-leak' || candidate.class === 'held-by-userspace';
  const growth = {
    ...candidate.growth,
    exhausts_in_seconds: available && lasting ? forecast(available, candidate.growth) : null,
  };
  const owner = candidate.where.owner ?? candidate.where.cache;
  const asksForDriver = candidate.growth.shape === 'trend' && candidate.class !== 'held-by-userspace' && candidate.class !== 'reclaimable';
  const lump = index.cache(candidate.where.cache ?? '')?.objects_per_slab;
  const hints = { ...(owner === undefined ? {} : { family: familyOf(owner) }), ...(lump === undefined ? {} : { lump }) };
  const driver = asksForDriver ? driverOf(series, counters(index), hints) : null;
  const callsites = callsitesOf(candidate, index);
  const open = {
    ...rest,
    growth,
    driver,
    callsites,
    reasons: [...candidate.reasons, ...driverReasons(driver), ...companyReasons(accompanied_by)],
    ...(accompanied_by.length === 0 ? {} : { accompanied_by }),
  };
  const standings = matchCases(knowledge.cases, open, index.evidence, knowledge.recognise ? { recognise: knowledge.recognise } : {});
  const withCases = { ...open, cases: standings };
  return { ...withCases, remedies: remediesOf(knowledge.cases, standings), next: nextFor(withCases) };
}

function counters(index: EvidenceIndex): Parameters<typeof driverOf>[1] {
  return index.evidence.series.filter(({ name }) => name.endsWith('_total'));
}

function driverReasons(driver: Finding['driver']): Reason[] {
  if (driver === null) return [];
  const [low, high] = driver.interval95;
  const said = [
    reason(driver.basis === 'ratio' ? 'driven_by_ratio' : 'driven_by', {
      counter: driver.counter,
      ratio: figure(driver.objects_per_event),
      low: figure(low),
      high: figure(high),
    }),
  ];
  if (driver.indistinguishable !== undefined && driver.indistinguishable.length > 0)
    said.push(reason('driver_indistinguishable', { counters: driver.indistinguishable.slice(0, 5).join(', ') }));
  return said;
}

function companyReasons(company: Candidate['accompanied_by']): Reason[] {
  if (company.length === 0) return [];
  const named = company
    .slice(0, 5)
    .map(({ cache, objects_per_second }) => (objects_per_second === 0 ? cache : `${cache} (+${figure(objects_per_second)}/s)`));
  return [reason('accompanied', { caches: `${named.join(', ')}${company.length > 5 ? ` +${company.length - 5}` : ''}` })];
}

/** Rises that were large and are over: told, because they are what a reader sees first, and spared. */
function stoppedCandidates(caches: readonly GrownCache[], memory: number): readonly Candidate[] {
  return caches.flatMap((one): Candidate[] => {
    const moved = ends(one.series);
    const size = one.specimen?.object_size ?? 0;
    if ((one.growth.shape !== 'plateau' && one.growth.shape !== 'step') || moved === undefined) return [];
    const rise = moved.to - moved.from;
    if (rise * size < toldPlateauShare * memory) return [];
    return [
      {
        where: { kind: 'slab', cache: one.cache, aliases: one.specimen?.aliases ?? [one.cache] },
        class: one.specimen?.reclaimable === true ? 'reclaimable' : 'bounded',
        syndrome: 'warm-up',
        growth: one.growth,
        series: one.series,
        ...bare,
        reasons: [reason('plateau', { what: one.cache, objects: `${count(rise)} objects (${bytes(rise * size)})` })],
      },
    ];
  });
}

function verdictOf(candidates: readonly Candidate[], undecided: readonly GrownCache[], index: EvidenceIndex, seconds: number): Verdict {
  const leaks = candidates.filter(({ class: kind }) => kind === 'kernel-leak');
  if (leaks.some(({ uncertain }) => !uncertain)) return 'leak';
  if (candidates.some(({ uncertain }) => !uncertain)) return 'growth';
  if (leaks.length > 0) return 'inconclusive';
  const watched = seconds >= shortestWindow && index.named('slab_active_objects').length > 0;
  return watched && undecided.length === 0 ? 'healthy' : 'inconclusive';
}

/** Below this nothing can be said of growth, in seconds. */
const shortestWindow = 8;

function verdictReasons(verdict: Verdict, undecided: readonly GrownCache[], index: EvidenceIndex, seconds: number): Reason[] {
  const said: Reason[] = [];
  if (verdict === 'leak' || verdict === 'growth') return said;
  said.push(...nothingLost(index));
  if (index.named('slab_active_objects').length === 0) {
    const missing = index.missing('/proc/slabinfo');
    said.push(reason('no_slabinfo', { why: missing === undefined ? 'it was not there' : `${missing.reason}, ${missing.detail}` }));
  }
  if (seconds < shortestWindow) said.push(seconds < 1 ? reason('single_look', {}) : reason('short_window', { seconds: duration(seconds) }));
  for (const { cache, growth } of undecided.slice(0, 3))
    said.push(
      reason('too_noisy', {
        what: cache,
        rate: `${figure(growth.objects_per_second ?? 0)} objects/s`,
        window: growth.window_needed_seconds === null ? 'a longer one' : duration(growth.window_needed_seconds),
      }),
    );
  return said;
}

function longestWindow(undecided: readonly GrownCache[]): number | null {
  const windows = undecided.map(({ growth }) => growth.window_needed_seconds).filter((window) => window !== null);
  return windows.length === 0 ? null : Math.max(...windows);
}
