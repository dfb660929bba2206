import { sameCache } from '../../kernel/cache-alias.ts';
import { reason } from '../../messages/reasons.ts';
import type { Series } from '../../model/evidence.ts';
import type { SignStanding } from '../../model/sign.ts';
import { increase, seriesLabel, seriesOf, standing, type Examined } from '../examined.ts';

/** Share of the cache's new objects that a counter must leave unexplained (or explain) to say so. */
const unexplained = 0.5;
const explained = 0.8;

/** The growing cache's objects, and this alias's as its own counter knows them; the name of what is missing otherwise. */
function both(alias: string, by: string, { finding, evidence }: Examined): { readonly slab: Series; readonly counter: Series } | string {
  const { cache } = finding.where;
  const slab = cache === undefined ? undefined : seriesOf(evidence, 'slab_active_objects', { cache })[0];
  if (slab === undefined) return `slab_active_objects of ${alias}`;
  const counter = seriesOf(evidence, 'population_objects').find(
    (series) => sameCache(series.labels['cache'] ?? '', alias) && (series.labels['by'] ?? '').includes(by),
  );
  return counter === undefined ? `${alias} by ${by === '' ? 'its own counter' : by}` : { slab, counter };
}

/** Does the cache gain more objects than the alias's own counter knows of? Objects nobody counts are objects nobody will free. */
export function objectsOutnumber(cache: string, population: string, examined: Examined): SignStanding {
  const found = both(cache, population, examined);
  if (typeof found === 'string') return standing('unknown', reason('sign_not_measured', { what: found }));
  const objects = increase(found.slab);
  const known = increase(found.counter);
  if (objects === null || known === null) return standing('unknown', reason('sign_too_few_values', { what: cache }));
  const sources = [seriesLabel(found.slab), seriesLabel(found.counter)];
  if (objects <= 0)
    return standing(
      'absent',
      reason('sign_population_compare', { cache, objects, known, by: found.counter.labels['by'] ?? '' }),
      ...sources,
    );
  const presence = objects - Math.max(0, known) >= unexplained * objects ? 'present' : 'absent';
  return standing(presence, reason('sign_population_compare', { cache, objects, known, by: found.counter.labels['by'] ?? '' }), ...sources);
}

/** Does the alias's own counter explain the growth? Then the objects are alive and known, however many. */
export function populationExplains(cache: string, examined: Examined): SignStanding {
  const share = examined.finding.attribution.find((one) => sameCache(one.alias, cache));
  if (share !== undefined) {
    const presence = share.share >= explained ? 'present' : 'absent';
    return standing(presence, reason('sign_population_share', { cache, percent: Math.round(share.share * 100), by: share.by }), share.by);
  }
  const found = both(cache, '', examined);
  if (typeof found === 'string') return standing('unknown', reason('sign_not_measured', { what: found }));
  const objects = increase(found.slab);
  const known = increase(found.counter);
  if (objects === null || known === null) return standing('unknown', reason('sign_too_few_values', { what: cache }));
  const presence = objects > 0 && known >= explained * objects ? 'present' : 'absent';
  return standing(
    presence,
    reason('sign_population_compare', { cache, objects, known, by: found.counter.labels['by'] ?? '' }),
    seriesLabel(found.slab),
    seriesLabel(found.counter),
  );
}
