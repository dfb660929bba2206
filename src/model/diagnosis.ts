import type { Unavailable } from './evidence.ts';

/** How well a claim is supported: three-valued, because what could not be read must not read as "no". */
export type Presence = 'present' | 'absent' | 'unknown';

/**
 * A claim over the evidence. `code` and `args` are what a renderer turns into a sentence in the reader's
 * language (src/messages); `text` is the English sentence, so that the JSON can be read as it is.
 */
export interface Reason {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number | boolean | null>>;
  readonly text: string;
}

export type Verdict = 'leak' | 'growth' | 'healthy' | 'inconclusive';
export type FindingClass = 'kernel-leak' | 'held-by-userspace' | 'reclaimable' | 'bounded' | 'accounting';

/** Patterns many bugs share. */
export const syndromes = [
  'lost-reference',
  'unbounded-cache',
  'held-by-userspace',
  'reclaimable-cache',
  'page-leak',
  'vmalloc-leak',
  'percpu-leak',
  'large-kmalloc-leak',
  'zombie-cgroups',
  'accounting-drift',
  'bounded-table',
  'warm-up',
  'shmem-growth',
  'file-cache-growth',
  'unattributed',
] as const;
export type Syndrome = (typeof syndromes)[number];

/** How a series moves over the window. */
/** `snapshot`: no window was watched, one look shows what has been lost so far; whether it goes on is not known. */
export type Shape = 'flat' | 'trend' | 'plateau' | 'step' | 'sawtooth' | 'falling' | 'inconclusive' | 'snapshot';

/** Growth of one series: slope per second with its 95 % interval, and what else must be known to trust it. */
export interface Growth {
  readonly shape: Shape;
  readonly objects_per_second: number | null;
  readonly bytes_per_second: number;
  readonly interval95: readonly [number, number];
  /** Mann–Kendall, corrected for autocorrelation and ties; after false-discovery control; 1 where nothing was tested (a snapshot). */
  readonly p: number;
  readonly exhausts_in_seconds: number | null;
  /** Set when the window could not decide: the window, in seconds, that would. */
  readonly window_needed_seconds: number | null;
  /** No window stands behind the rate: it is what was lost since boot, by the uptime, and the interval starts at 0: it may be over. */
  readonly since_boot?: true;
}

export interface Where {
  readonly kind:
    | 'slab'
    | 'pages'
    | 'vmalloc'
    | 'percpu'
    | 'large-kmalloc'
    | 'shmem'
    | 'anon'
    | 'file-cache'
    | 'kernel-stack'
    | 'page-tables'
    | 'hugetlb'
    | 'cgroups'
    | 'sockets';
  readonly cache?: string;
  readonly aliases?: readonly string[];
  readonly owner?: string;
  readonly owner_evidence?: string;
}

/** One alias's share of a merged cache's growth, by its own counter. */
export interface Attribution {
  readonly alias: string;
  readonly by: string;
  readonly objects_per_second: number;
  /** Share of the cache's growth this population explains. */
  readonly share: number;
}

export interface Driver {
  readonly counter: string;
  readonly objects_per_event: number;
  readonly interval95: readonly [number, number];
  /** Share of the ups and downs of the growth's pace that the counter's increments explain; 0 where the pace is constant. */
  readonly r2: number;
  /** Counters that move together with it: the evidence cannot tell them apart. */
  readonly indistinguishable?: readonly string[];
  /** The ratio as a whole number or one in a whole number ("1", "3", "1/3"), where its interval singles one out. */
  readonly simple_ratio?: string;
  /**
   * variation: the growth follows the counter's ups and downs. ratio: both went at a constant pace, which time itself
   * explains as well; the counter was chosen by its simple ratio, and by kinship with the owner where `kin`: a prior, no proof.
   */
  readonly basis?: 'variation' | 'ratio';
  readonly kin?: boolean;
}

export interface Holder {
  readonly pid: number;
  readonly comm: string;
  readonly count: number;
  readonly what: string;
  readonly per_second?: number;
}

export type Standing = 'confirmed' | 'probable' | 'suspected' | 'ruled-out';

export interface CaseStanding {
  readonly id: string;
  readonly standing: Standing;
  readonly for: readonly Reason[];
  readonly against: readonly Reason[];
  readonly unknown: readonly Reason[];
  readonly triggers: readonly TriggerStanding[];
  /** The case's title in each language, so that a record can be read without the casebook it was made with. */
  readonly title?: { readonly en: string; readonly zh: string };
  readonly references?: readonly string[];
  /** The sum of `terms`: what the cases are sorted by within a standing. */
  readonly rank?: number;
  readonly terms?: readonly RankTerm[];
}

/** One summand of a case's rank. */
export interface RankTerm {
  /** The sign as the case writes it, "trigger ID" or "release". */
  readonly of: string;
  readonly points: number;
}

export interface TriggerStanding {
  readonly id: string;
  readonly presence: Presence;
  /** What armed it: the rule, setting or package as found on this host. */
  readonly found: string;
  readonly installed_by: readonly string[];
}

export interface Remedy {
  readonly id: string;
  readonly does: string;
  readonly risk: string;
  readonly reversible: boolean;
  readonly commands: readonly (readonly string[])[];
  /** For the kernel's command line, at the next boot. */
  readonly boot_parameters?: readonly string[];
  /** What it does and its risk in each language, as the case has them. */
  readonly wording?: {
    readonly does: { readonly en: string; readonly zh: string };
    readonly risk: { readonly en: string; readonly zh: string };
  };
}

export interface NextExam {
  readonly exam: 'look' | 'listen' | 'ask' | 'touch' | 'challenge' | 'eliminate' | 'treat';
  readonly why: string;
  readonly burden: string;
  readonly command: readonly string[];
}

export interface Finding {
  readonly where: Where;
  readonly class: FindingClass;
  readonly syndrome: Syndrome;
  readonly growth: Growth;
  readonly attribution: readonly Attribution[];
  /** Share of the growth that no population explains; null where there is none to ask. */
  readonly unexplained_share: number | null;
  readonly driver: Driver | null;
  readonly holders: readonly Holder[];
  readonly callsites: readonly {
    readonly stack: readonly string[];
    readonly outstanding: number;
    readonly bytes: number;
    readonly explained_fraction: number | null;
  }[];
  readonly cases: readonly CaseStanding[];
  readonly remedies: readonly Remedy[];
  readonly next: readonly NextExam[];
  readonly reasons: readonly Reason[];
  /** Caches that grow in a fixed proportion with this one and need no finding of their own. */
  readonly accompanied_by?: readonly { readonly cache: string; readonly objects_per_second: number }[];
}

export interface Diagnosis {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** Why the verdict is what it is, "cannot tell" above all. */
  readonly reasons: readonly Reason[];
  readonly next: readonly NextExam[];
}

export type { Unavailable };
