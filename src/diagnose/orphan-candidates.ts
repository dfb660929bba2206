/**
 * Losses that memory itself shows: objects that no chain of pointers leads to. No window is needed for that; how
 * fast they came is only known on average since boot.
 */
import { aliasOfType } from '../kernel/cache-types.ts';
import { bytes } from '../kernel/units.ts';
import { reason } from '../messages/reasons.ts';
import type { Growth, Reason } from '../model/diagnosis.ts';
import type { OrphansSpecimen, PagesSpecimen } from '../model/evidence.ts';
import { bare, type Candidate } from './candidate.ts';
import type { EvidenceIndex } from './evidence-index.ts';

/** Fewer in one cache may be objects whose pointers are kept in a form that is not understood. */
const leastObjects = 64;
/** Some pages are held by physical address alone (device rings, pieces of what is pointed to as a whole): not told below this … */
const leastPages = 256;
/** … and this share of memory. */
const leastPagesShare = 0.005;
const pageBytes = 4096;

/** No window stands behind it: what is lost came since boot, and it may be over. */
function sinceBoot(amount: number, size: number, uptime: unknown): Growth {
  const rate = typeof uptime === 'number' && uptime > 0 ? amount / uptime : null;
  return {
    shape: 'snapshot',
    objects_per_second: rate,
    bytes_per_second: (rate ?? 0) * size,
    interval95: [0, rate ?? 0],
    p: 1,
    exhausts_in_seconds: null,
    window_needed_seconds: null,
    since_boot: true,
  };
}

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
      return {
        ...bare,
        where: {
          kind: 'slab',
          cache: one.cache,
          aliases,
          ...(owner === undefined ? {} : { owner, owner_evidence: `the lost objects are of type ${one.type}` }),
        },
        class: 'kernel-leak',
        syndrome: 'lost-reference',
        growth: sinceBoot(one.unreachable, size, uptime),
        series: { name: 'slab_active_objects', labels: { cache: one.cache }, unit: 'objects', times: [], values: [] },
        reasons: [
          reason('lost_objects', {
            unreachable: one.unreachable,
            objects: one.objects,
            cache: one.cache,
            bytes: bytes(one.unreachable * size),
            type: one.type ?? '',
          }),
        ],
      };
    });
}

/** Pages that nothing accounts for and nothing points to. */
export function lostPagesCandidates(index: EvidenceIndex, known: readonly Candidate[]): readonly Candidate[] {
  if (known.some(({ where }) => where.kind === 'pages')) return [];
  const uptime = index.evidence.facts.find(({ id }) => id === 'uptimeSeconds')?.value;
  return index.evidence.specimens
    .filter((one): one is PagesSpecimen => one.kind === 'pages')
    .filter(({ unowned, managed }) => unowned.pages >= Math.max(leastPages, leastPagesShare * managed))
    .map(
      ({ unowned, managed }): Candidate => ({
        ...bare,
        where: { kind: 'pages' },
        class: 'kernel-leak',
        syndrome: 'page-leak',
        growth: { ...sinceBoot(unowned.pages, pageBytes, uptime), objects_per_second: null },
        series: { name: 'ledger_bytes', labels: { part: 'unaccounted' }, unit: 'bytes', times: [], values: [] },
        reasons: [
          reason('lost_pages', {
            pages: unowned.pages,
            bytes: bytes(unowned.pages * pageBytes),
            percent: ((100 * unowned.pages) / managed).toFixed(1),
            orders: unowned.orders
              .slice(0, 3)
              .map(({ order, blocks }) => `${blocks} × order ${order}`)
              .join(', '),
          }),
        ],
      }),
    );
}

/** That memory was looked through and holds nothing lost: what a dump says of a healthy machine. */
export function nothingLost(index: EvidenceIndex): readonly Reason[] {
  const pages = index.evidence.specimens.find((one) => one.kind === 'pages');
  if (pages?.kind !== 'pages') return [];
  const objects = index.evidence.specimens.reduce((sum, one) => sum + (one.kind === 'orphans' ? one.unreachable : 0), 0);
  return [reason('nothing_lost', { objects, pages: pages.unowned.pages })];
}
