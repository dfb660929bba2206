/** Memory cgroups that were removed and are still charged (zombies), and cgroups that are made and never removed. */
import { count, figure, signed } from '../kernel/units.ts';
import { reason } from '../messages/reasons.ts';
import type { Candidate } from './candidate.ts';
import { ends, type EvidenceIndex } from './evidence-index.ts';
import { growthOf } from './growth.ts';

const fewest = 16;

/** Bytes come from the caches and per-CPU memory that grow along; they are added where those are gathered. */
export function cgroupCandidates(index: EvidenceIndex): readonly Candidate[] {
  return (['dying', 'live'] as const).flatMap((state): Candidate[] => {
    const series = index.one('cgroups', { state });
    const moved = series && ends(series);
    if (series === undefined || moved === undefined || moved.to - moved.from < fewest) return [];
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
        attribution: [],
        unexplained_share: null,
        driver: null,
        holders: [],
        accompanied_by: [],
        uncertain: false,
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
