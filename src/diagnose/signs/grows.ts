import { sameCache } from '../../kernel/cache-alias.ts';
import { reason } from '../../messages/reasons.ts';
import type { Growth, Presence } from '../../model/diagnosis.ts';
import type { SignStanding } from '../../model/sign.ts';
import { standing, type Examined } from '../examined.ts';

/** A population that explains this share of a cache's growth is its owner; below the other, it is not growing. */
const ownerShare = 0.5;
const bystanderShare = 0.1;

/**
 * Do objects of this alias grow? A merged cache proves nothing by its name: the owner is known from the
 * examinations, or an alias's own counter speaks, or the cache has no other alias; else unknown.
 */
export function grows(alias: string, { finding }: Examined): SignStanding {
  const { where, growth, attribution } = finding;
  if (where.kind !== 'slab' || where.cache === undefined) {
    return standing('absent', reason('sign_grows_not_slab', { alias, kind: where.kind }));
  }
  const cache = where.cache;
  const source = `slab_active_objects{cache="${cache}"}`;
  const growing = growingOf(growth);
  const settle = (presence: Presence, by: string) => {
    if (presence === 'present' && growing !== 'present') {
      return standing(growing, reason(growing === 'absent' ? 'sign_grows_flat' : 'sign_grows_undecided', { alias, cache }), source);
    }
    return standing(presence, reason(presence === 'present' ? 'sign_grows_owner' : 'sign_grows_other', { alias, cache, by }), source);
  };
  if (where.owner !== undefined) return settle(sameCache(where.owner, alias) ? 'present' : 'absent', where.owner_evidence ?? where.owner);
  const own = attribution.find((one) => sameCache(one.alias, alias));
  if (own !== undefined && own.share >= ownerShare) return settle('present', own.by);
  const other = attribution.find((one) => !sameCache(one.alias, alias) && one.share >= 1 - bystanderShare);
  if (other !== undefined) return settle('absent', `${other.alias}, ${other.by}`);
  if (where.aliases === undefined) {
    if (sameCache(cache, alias)) return standing('unknown', reason('sign_grows_merged', { alias, cache, aliases: '' }), source);
    return standing('unknown', reason('sign_aliases_unknown', { alias, cache }), source);
  }
  if (!where.aliases.some((one) => sameCache(one, alias)) && !sameCache(cache, alias)) {
    return settle('absent', where.aliases.join(', '));
  }
  if (where.aliases.every((one) => sameCache(one, alias))) return settle('present', cache);
  if (own !== undefined && own.share < bystanderShare) return settle('absent', own.by);
  return standing('unknown', reason('sign_grows_merged', { alias, cache, aliases: where.aliases.join(', ') }), source);
}

/** Whether a growth goes on, by its shape and the 95 % interval of its slope: a step or a plateau is over. */
export function growingOf({ shape, interval95 }: Growth): Presence {
  if (shape === 'inconclusive') return 'unknown';
  if (shape === 'snapshot') return 'present'; // what is lost has grown from nothing, be it over or not
  if (shape !== 'trend' && shape !== 'sawtooth') return 'absent';
  return interval95[0] > 0 ? 'present' : interval95[1] <= 0 ? 'absent' : 'unknown';
}
