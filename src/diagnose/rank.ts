import type { Presence, RankTerm, Standing } from '../model/diagnosis.ts';
import { signKey, type Sign, type SignKey } from '../model/sign.ts';

/**
 * How much a sign says, in points: what only this bug would show says most, what many growths share says least.
 * Evidence from the objects themselves and from experiments outweighs statistics, statistics outweigh the log.
 */
const weights = {
  convicted: 10,
  acquitted: 6,
  callsite: 8,
  census: 6,
  unreachable: 5,
  grows: 6,
  vmalloc_caller: 6,
  driver: 5,
  objects_outnumber: 5,
  population_explains: 5,
  held_by: 5,
  dying_cgroups: 5,
  not_held: 3,
  unaccounted_grows: 3,
  found_in: 3,
  ledger: 3,
  not_driver: 2,
  counted: 2,
  log: 4,
  reclaimable: 1,
  any: 4,
} as const satisfies Record<SignKey, number>;

export const triggerPoints = { present: 8, absent: -8, unknown: 0 } as const satisfies Record<Presence, number>;
export const releasePoints = { affected: 5, fixed: -10, before: -10, vendor: 0, unknown: 0 } as const;

/** A required or supporting sign's points: all when present, minus a third when absent, none when unknown. */
export function signPoints(sign: Sign, presence: Presence, role: 'require' | 'support' | 'confirm'): number {
  const weight = weights[signKey(sign)] * (role === 'confirm' ? 2 : 1);
  if (presence === 'present') return weight;
  // What confirms is mostly not there, even where the case is right.
  return presence === 'absent' && role !== 'confirm' ? -Math.ceil(weight / 3) : 0;
}

export function total(terms: readonly RankTerm[]): number {
  return terms.reduce((sum, term) => sum + term.points, 0);
}

const order = { confirmed: 0, probable: 1, suspected: 2, 'ruled-out': 3 } as const satisfies Record<Standing, number>;

/** Best first: by standing, then by rank, ties by id, so that the same evidence always gives the same list. */
export function compareStandings(
  a: { readonly id: string; readonly standing: Standing; readonly rank?: number },
  b: { readonly id: string; readonly standing: Standing; readonly rank?: number },
): number {
  return order[a.standing] - order[b.standing] || (b.rank ?? 0) - (a.rank ?? 0) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
