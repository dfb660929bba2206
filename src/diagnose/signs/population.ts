import { sameCache } from '../../kernel/cache-alias.ts';
import { reason } from '../../messages/reasons.ts';
import type { Presence } from '../../model/diagnosis.ts';
import type { SignStanding } from '../../model/sign.ts';
import { increase, seriesLabel, seriesOf, standing, type Examined } from '../examined.ts';

/** Share of the cache's new objects that a counter must leave unexplained (or explain) to say so. */
const unexplained = 0.5;
const explained = 0.8;

/** The growing cache's objects beside what this alias's own counter knows, over the window. */
function compare(alias: string, by: string, { finding, evidence }: Examined): Compared | SignStanding {
  const { cache, aliases, owner } = finding.where;
  const home = [cache, owner, ...(aliases ?? [])].some((name) => name !== undefined && sameCache(name, alias));
  if (!home && (cache === undefined || aliases !== undefined || owner !== undefined)) {
    return standing(
      'absent',
      reason('sign_grows_other', { alias, cache: cache ?? finding.where.kind, by: owner ?? cache ?? finding.where.kind }),
    );
  }
  const slab = cache === undefined ? undefined : seriesOf(evidence, 'slab_active_objects', { cache })[0];
  const counter = seriesOf(evidence, 'population_objects').find(
    (series) => sameCache(series.labels['cache'] ?? '', alias) && (series.labels['by'] ?? '').includes(by),
  );
  if (slab === undefined) return standing('unknown', reason('sign_not_measured', { what: `slab_active_objects of ${alias}` }));
  if (counter === undefined) {
    return standing('unknown', reason('sign_not_measured', { what: `${alias} by ${by === '' ? 'its own counter' : by}` }));
  }
  const objects = increase(slab);
  const known = increase(counter);
  if (objects === null || known === null) return standing('unknown', reason('sign_too_few_values', { what: alias }));
  const say = (presence: Presence) =>
    standing(
      presence,
      reason('sign_population_compare', { cache: alias, objects, known, by: counter.labels['by'] ?? '' }),
      seriesLabel(slab),
      seriesLabel(counter),
    );
  return { objects, known, say };
}

interface Compared {
  readonly objects: number;
  readonly known: number;
  readonly say: (presence: Presence) => SignStanding;
}

/** Does the cache gain more objects than the alias's own counter knows of? Objects nobody counts are objects nobody will free. */
export function objectsOutnumber(cache: string, population: string, examined: Examined): SignStanding {
  const found = compare(cache, population, examined);
  if ('presence' in found) return found;
  const { objects, known, say } = found;
  return say(objects > 0 && objects - Math.max(0, known) >= unexplained * objects ? 'present' : 'absent');
}

/** Does the alias's own counter explain the growth? Then the objects are alive and known, however many. */
export function populationExplains(cache: string, examined: Examined): SignStanding {
  const share = examined.finding.attribution.find((one) => sameCache(one.alias, cache));
  if (share !== undefined) {
    const presence = share.share >= explained ? 'present' : 'absent';
    return standing(presence, reason('sign_population_share', { cache, percent: Math.round(share.share * 100), by: share.by }), share.by);
  }
  const found = compare(cache, '', examined);
  if ('presence' in found) return found;
  const { objects, known, say } = found;
  return say(objects > 0 && known >= explained * objects ? 'present' : 'absent');
}
