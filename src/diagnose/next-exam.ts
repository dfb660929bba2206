/** The examination that would decide most for its burden. */
import { bytes, duration } from '../kernel/units.ts';
import type { Finding, NextExam } from '../model/diagnosis.ts';
import type { EvidenceIndex } from './evidence-index.ts';

type Open = Omit<Finding, 'next' | 'remedies'>;

/** What to do next about a finding, the most telling first; empty where nothing is left to decide. */
export function nextFor(finding: Open): readonly NextExam[] {
  const name = finding.where.owner ?? finding.where.cache;
  const best = finding.cases.find(({ standing }) => standing !== 'ruled-out');
  if (finding.class === 'reclaimable')
    return [
      {
        exam: 'treat',
        why: 'dropping the caches would show that the kernel can give it back',
        burden: 'files are read from disk again afterwards',
        command: ['sysctl', 'vm.drop_caches=2'],
      },
    ];
  if (finding.class !== 'kernel-leak') return [];
  const next: NextExam[] = [];
  if (finding.where.kind === 'slab' && finding.callsites.length === 0 && name !== undefined)
    next.push({
      exam: 'listen',
      why: `listening to ${name} would show who allocates and never frees`,
      burden: 'a few per cent of one CPU for 20 s',
      command: ['kmai', 'listen', name, '--for', '20s'],
    });
  if (finding.where.kind === 'slab' && name !== undefined && best === undefined)
    next.push({
      exam: 'touch',
      why: `reading the objects of ${name} would show what they are and whether anything points at them`,
      burden: 'reads kernel memory, about a second',
      command: ['kmai', 'touch', 'census', name],
    });
  if (finding.where.kind === 'pages' || finding.where.kind === 'large-kmalloc')
    next.push({
      exam: 'listen',
      why: 'tracing page allocations would show who takes them',
      burden: 'a few per cent of one CPU for 20 s',
      command: ['kmai', 'listen', 'pages', '--for', '20s'],
    });
  return next;
}

/** What would decide where nothing was found or nothing could be read. */
export function nextForAll(index: EvidenceIndex, windowNeeded: number | null, watchedSeconds: number): readonly NextExam[] {
  const next: NextExam[] = [];
  const denied = index.evidence.unavailable.filter(({ reason }) => reason === 'denied');
  if (denied.length > 0)
    next.push({
      exam: 'look',
      why: `run as root: ${denied.length} places could not be read, ${denied[0]!.what} among them`,
      burden: 'none',
      command: ['sudo', 'kmai', 'diagnose'],
    });
  const window = windowNeeded ?? (watchedSeconds < 30 ? 60 : null);
  if (window !== null) {
    const minutes = Math.min(24 * 60, Math.max(1, Math.ceil(window / 60)));
    next.push({
      exam: 'look',
      why: `a window of ${duration(minutes * 60)} would decide`,
      burden: `about ${bytes(80 * 1024 * 1024)} of memory while it runs`,
      command: ['kmai', 'diagnose', '--for', `${minutes}m`],
    });
  }
  return next;
}
