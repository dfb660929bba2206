/**
 * Losses that memory itself shows: objects that no chain of pointers leads to. No window is needed for that; how
 * fast they came is only known on average since boot.
 */
import { aliasOfType } from '../kernel/cache-types.ts';
import { bytes } from '../kernel/units.ts';
import { reason } from '../messages/reasons.ts';
import type { OrphansSpecimen } from '../model/evidence.ts';
import type { Candidate } from './candidate.ts';
import type { EvidenceIndex } from './evidence-index.ts';

/** Fewer in one cache may be objects whose pointers are kept in a form that is not understood. */
const leastObjects = 64;

export function orphanCandidates(index: EvidenceIndex, known: readonly Candidate[]): readonly Candidate[] {
  const seen = new Set(known.map(({ where }) => where.cache));
  const uptime = index.evidence.facts.find(({ id }) => id === 'uptimeSeconds')?.value;
  const orphans = index.evidence.specimens.filter((one): one is OrphansSpecimen => one.kind === 'orphans');
  return orphans
    .filter((one) => one.unreachable >= leastObjects && !seen.has(one.cache))
    .map((one): Candidate => {
      const described = index.cache(one.cache);
      const size = described?.object_size ?? 0;
      const aliases = described?.aliases ?? [one.cache];
      const owner = one.type === undefined ? undefined : aliasOfType(one.type, aliases);
      const rate = typeof uptime === 'number' && uptime > 0 ? one.unreachable / uptime : null;
      return {
        where: {
          kind: 'slab',
          cache: one.cache,
          aliases,
          ...(owner === undefined ? {} : { owner, owner_evidence: `the lost objects are of type ${one.type}` }),
        },
        class: 'kernel-leak',
        syndrome: 'lost-reference',
        growth: {
          shape: 'trend', // what is lost came since boot and can only become more
          objects_per_second: rate,
          bytes_per_second: (rate ?? 0) * size,
          interval95: [rate ?? 0, rate ?? 0],
          p: 0,
          exhausts_in_seconds: null,
          window_needed_seconds: null,
          since_boot: true,
        },
        series: { name: 'slab_active_objects', labels: { cache: one.cache }, unit: 'objects', times: [], values: [] },
        attribution: [],
        unexplained_share: null,
        driver: null,
        holders: [],
        reasons: [
          reason('lost_objects', {
            unreachable: one.unreachable,
            objects: one.objects,
            cache: one.cache,
            bytes: bytes(one.unreachable * size),
            type: one.type ?? '',
          }),
        ],
        accompanied_by: [],
        uncertain: false,
      };
    });
}
