import { sameCache } from '../../kernel/cache-alias.ts';
import { reason } from '../../messages/reasons.ts';
import type { SignStanding } from '../../model/sign.ts';
import { standing, type Examined } from '../examined.ts';

/** Share of objects (or score of a type) from which a census or an orphan count speaks. */
const most = 0.5;

/** Are the cache's objects of this type, or do most of them point to this symbol? */
export function census(wanted: string, examined: Examined): SignStanding {
  const taken = examined.evidence.specimens.find((one) => one.kind === 'census' && isOfFinding(one.cache, examined));
  if (taken?.kind !== 'census') return standing('unknown', reason('sign_no_census', { wanted }));
  const best = Math.max(
    0,
    ...taken.types.filter((one) => one.type === wanted || one.type === `struct ${wanted}`).map((one) => one.score),
    ...taken.offsets.filter((one) => one.points_to === wanted).map((one) => one.share),
  );
  return standing(
    best >= most ? 'present' : 'absent',
    reason('sign_census', { wanted, percent: Math.round(best * 100), objects: taken.objects }),
    `census ${taken.cache}`,
  );
}

/** Can most of the cache's objects be reached from nowhere? */
export function unreachable(examined: Examined): SignStanding {
  const taken = examined.evidence.specimens.find((one) => one.kind === 'orphans' && isOfFinding(one.cache, examined));
  if (taken?.kind !== 'orphans' || taken.objects === 0) return standing('unknown', reason('sign_no_orphans', {}));
  const share = taken.unreachable / taken.objects;
  return standing(
    share >= most ? 'present' : 'absent',
    reason('sign_orphans', { unreachable: taken.unreachable, objects: taken.objects }),
    `orphans ${taken.cache}`,
  );
}

function isOfFinding(cache: string, { finding }: Examined): boolean {
  const { where } = finding;
  return [where.cache, where.owner, ...(where.aliases ?? [])].some((name) => name !== undefined && sameCache(name, cache));
}
