import type { HoldingKind } from './evidence.ts';
import type { Presence, Reason, Where } from './diagnosis.ts';

/** Bounds of a ratio, both inclusive. */
export type Bounds = readonly [number, number];

/**
 * A claim that evidence can bear out or refute, as a case names it. A closed union: a new need is a new member
 * here, with its statistic in `src/diagnose/signs/` (one a file) and its test. One key says which sign it is.
 */
export type SingleSign =
  /** The growing slab objects belong to this cache, seen through merging: the alias, not the name slabinfo shows. */
  | { readonly grows: string }
  /** A stack that holds objects and does not free them passes through this kernel function. */
  | { readonly callsite: string }
  /** The growth follows this counter; `between` bounds objects per event. */
  | { readonly driver: string; readonly between?: Bounds }
  /** The growth follows another counter than this one. */
  | { readonly not_driver: string }
  /** A counter of snmp, snmp6 or netstat has reached this value: an event that the case needs has happened since boot. */
  | { readonly counted: string; readonly at_least: number }
  /** What grows is memory of this kind. */
  | { readonly found_in: Where['kind'] }
  /** A part of the ledger grows. */
  | { readonly ledger: string }
  /** Memory that no part of the ledger accounts for grows. */
  | { readonly unaccounted_grows: true }
  /** vmalloc areas of this caller grow. */
  | { readonly vmalloc_caller: string }
  /** The cache grows by more objects than the alias's own counter knows of. `by` is part of that counter's name. */
  | { readonly objects_outnumber: { readonly cache: string; readonly population: string } }
  /** The alias's own counter explains the growth: live, counted objects. */
  | { readonly population_explains: string }
  /** Removed memory cgroups that are still charged: at least so many, or growing. */
  | { readonly dying_cgroups: number }
  /** Processes hold the growing objects, as things of this kind. */
  | { readonly held_by: HoldingKind }
  /** No process holds the growing objects. */
  | { readonly not_held: true }
  /** The growing cache is reclaimable (SLAB_RECLAIM_ACCOUNT), or is not. */
  | { readonly reclaimable: boolean }
  /** The kernel log holds this text. Its absence proves nothing (the log wraps): only as support. */
  | { readonly log: string }
  /** The census of the growing cache's objects takes them for this type or finds them pointing to this symbol. */
  | { readonly census: string }
  /** Most of the cache's objects can be reached from nowhere. */
  | { readonly unreachable: true }
  /** A controlled experiment convicted this stimulus. */
  | { readonly convicted: string }
  /** A controlled experiment acquitted this stimulus. */
  | { readonly acquitted: string };

/** `any` holds when one of its signs does: not nested. */
export type Sign = SingleSign | { readonly any: readonly SingleSign[] };

export const signKeys = [
  'grows',
  'callsite',
  'driver',
  'not_driver',
  'counted',
  'found_in',
  'ledger',
  'unaccounted_grows',
  'vmalloc_caller',
  'objects_outnumber',
  'population_explains',
  'dying_cgroups',
  'held_by',
  'not_held',
  'reclaimable',
  'log',
  'census',
  'unreachable',
  'convicted',
  'acquitted',
  'any',
] as const;
export type SignKey = (typeof signKeys)[number];

/** What the evidence says to a sign, why, and which series, facts or call sites say it. */
export interface SignStanding {
  readonly presence: Presence;
  readonly reason: Reason;
  readonly evidence: readonly string[];
}

/** The sign's key: the member of the union that it is. */
export function signKey(sign: Sign): SignKey {
  for (const key of signKeys) if (key in sign) return key;
  throw new TypeError(`not a sign: ${JSON.stringify(sign)}`);
}

/** The sign in a few words, as the case file writes it: "grows ip6_dst_cache". */
export function signLabel(sign: Sign): string {
  if ('any' in sign) return sign.any.map(signLabel).join(' or ');
  const key = signKey(sign);
  if ('objects_outnumber' in sign) return `${sign.objects_outnumber.cache} objects outnumber ${sign.objects_outnumber.population}`;
  if ('counted' in sign) return `${sign.counted} ≥ ${sign.at_least}`;
  if ('driver' in sign && sign.between !== undefined)
    return `driver ${sign.driver} (${sign.between[0]} to ${sign.between[1]} objects per event)`;
  const value = Object.values(sign)[0] as string | number | boolean;
  const words = key.replaceAll('_', ' ');
  if (value === true) return words;
  if (value === false) return `not ${words}`;
  return `${words} ${value}`;
}
