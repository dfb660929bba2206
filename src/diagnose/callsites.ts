import type { Finding } from '../model/diagnosis.ts';
import type { Candidate } from './candidate.ts';
import type { EvidenceIndex } from './evidence-index.ts';

const named = 5;

/** The call paths that still hold objects of the growing cache, with the share of its growth that each explains. */
export function callsitesOf({ where, growth }: Candidate, index: EvidenceIndex): Finding['callsites'] {
  const names = new Set([where.cache, where.owner, ...(where.aliases ?? [])]);
  const rate = growth.objects_per_second;
  return index.evidence.callsites
    .filter(({ cache, leaking }) => names.has(cache) && leaking !== 'no')
    .toSorted((a, b) => b.outstanding - a.outstanding)
    .slice(0, named)
    .map(({ stack, outstanding, bytes, oldest_seconds }) => ({
      stack,
      outstanding,
      bytes,
      explained_fraction:
        rate === null || rate <= 0 || oldest_seconds === null || oldest_seconds <= 0 ? null : outstanding / (rate * oldest_seconds),
    }));
}
