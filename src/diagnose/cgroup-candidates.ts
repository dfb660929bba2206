/** Memory cgroups that were removed and are still charged (zombies), and cgroups that are made and never removed. */
import { count, figure, signed } from '../kernel/units.ts';
import { reason } from '../messages/reasons.ts';
import type { Series } from '../model/evidence.ts';
import { bare, type Candidate } from './candidate.ts';
import { ends, type EvidenceIndex } from './evidence-index.ts';
import { growthOf } from './growth.ts';

const fewest = 16;

/**
 * Bytes come from the caches and per-CPU memory that grow along; they are added where those are gathered. cgroup v1
 * counts live and dying ones together at each sample, and tells them apart at the window's ends only.
 */
export function cgroupCandidates(index: EvidenceIndex): readonly Candidate[] {
  const all = ofMostPoints(index, 'all');
  const risen = (state: string): number => {
    const moved = ends(ofMostPoints(index, state) ?? nothing);
    return moved === undefined ? 0 : moved.to - moved.from;
  };
  return (['dying', 'live'] as const).flatMap((state): Candidate[] => {
    const own = ofMostPoints(index, state);
    const moved = own && ends(own);
    if (own === undefined || moved === undefined || risen(state) < fewest) return [];
    const series = own.times.length > 2 || all === undefined || risen(state) < 0.8 * risen('all') ? own : all;
    const growth = growthOf(series, { bytesPerUnit: 0, lump: 1 });
    if (growth.shape !== 'trend') return [];
    const rate = `${signed(growth.objects_per_second ?? 0)}/s`;
    return [
      {
        where: { kind: 'cgroups', owner: state === 'dying' ? 'dying cgroups' : 'cgroups' },
        class: state === 'dying' ? 'reclaimable' : 'held-by-userspace',
        syndrome: state === 'dying' ? 'zombie-cgroups' : 'held-by-userspace',
        growth,
        series,
        ...bare,
        reasons: [
          state === 'dying'
            ? reason('dying_cgroups', { dying: count(moved.to), rate })
            : reason('grows', {
                what: 'the number of memory cgroups',
                rate: `${figure(growth.objects_per_second ?? 0)}/s`,
                bytes: count(moved.to),
              }),
        ],
      },
    ];
  });
}

const nothing: Series = { name: 'cgroups', labels: {}, unit: 'objects', times: [], values: [] };

function ofMostPoints(index: EvidenceIndex, state: string): Series | undefined {
  return index
    .named('cgroups')
    .filter(({ labels }) => labels['state'] === state)
    .toSorted((a, b) => b.times.length - a.times.length)[0];
}
