import type { Attribution, Driver, FindingClass, Growth, Holder, Reason, Syndrome, Where } from '../model/diagnosis.ts';
import type { Series } from '../model/evidence.ts';

/** A finding in the making: what grows and why it does, before the casebook is asked. */
export interface Candidate {
  readonly where: Where;
  readonly class: FindingClass;
  readonly syndrome: Syndrome;
  readonly growth: Growth;
  readonly series: Series;
  /** Of a slab cache: how many objects a slab holds. */
  readonly objects_per_slab?: number;
  readonly attribution: readonly Attribution[];
  readonly unexplained_share: number | null;
  readonly driver: Driver | null;
  readonly holders: readonly Holder[];
  readonly reasons: readonly Reason[];
  readonly accompanied_by: readonly { readonly cache: string; readonly objects_per_second: number }[];
  /** Of a bounded table: when it is full at this pace, in seconds. */
  readonly full_in_seconds?: number;
  /** The class stands on something that could not be read: the verdict must not. */
  readonly uncertain: boolean;
}

/** What a candidate has that nobody counts, drives or holds. */
export const bare = {
  attribution: [],
  unexplained_share: null,
  driver: null,
  holders: [],
  accompanied_by: [],
  uncertain: false,
} as const;
