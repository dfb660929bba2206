import { bytes, signed } from '../kernel/units.ts';
import { reason } from '../messages/reasons.ts';
import type { Reason } from '../model/diagnosis.ts';
import { bare, type Candidate } from './candidate.ts';
import type { EvidenceIndex } from './evidence-index.ts';
import { memoryGrowths } from './memory.ts';

/** Memory comes and goes in bulk while a machine works: below this window, in seconds, its growth is not called a leak. */
const trustedWindow = 25;

/** Candidates outside the slab rows, each with what it is and who asked for it where that is known. */
export function memoryCandidates(index: EvidenceIndex, seconds: number): readonly Candidate[] {
  return memoryGrowths(index).map(({ kind, series, growth, callers }) => {
    const [low, high] = growth.interval95;
    const said: Reason[] = [
      reason('grows', {
        what: kind.part,
        rate: `${signed(growth.bytes_per_second, bytes)}/s`,
        bytes: `${bytes(low)} to ${bytes(high)} a second`,
      }),
      ...callers.map(({ caller, bytes: grown }) => reason('vmalloc_caller', { caller, bytes: bytes(grown) })),
    ];
    if (kind.class === 'reclaimable') said.push(reason('reclaimable', { what: kind.part }));
    const owner = callers[0]?.caller;
    return {
      where: { kind: kind.where, ...(owner === undefined ? {} : { owner, owner_evidence: '/proc/vmallocinfo' }) },
      class: kind.class,
      syndrome: kind.syndrome,
      growth,
      series,
      ...bare,
      reasons: said,
      uncertain: seconds < trustedWindow,
    };
  });
}
