/**
 * The four kinds of evidence, each with its provenance. Field names are those of the Record JSON
 * (docs/record.schema.json), so that a Record is written and read without any mapping.
 */

/** Why something could not be read, and what would help. Absent never reads as zero or false. */
export interface Unavailable {
  /** The path, command or quantity that was wanted. */
  readonly what: string;
  readonly reason: 'absent' | 'denied' | 'unsupported' | 'malformed';
  /** What was seen: an errno, a line number with what was expected there, an exit code. */
  readonly detail: string;
  /** The knob, package or privilege that would make it readable; empty when nothing is known to. */
  readonly help: string;
}

export type Unit = 'objects' | 'bytes' | 'pages' | 'events' | 'seconds' | 'ratio';

/**
 * One quantity over time. `name` is a Prometheus name of the table in `series.ts`; counters end in `_total`.
 * `times` are unix seconds; a value that could not be read at a tick is null, never 0.
 */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly unit: Unit;
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

/** A kernel stack (innermost first, tracing frames stripped) with what it allocated, freed and still holds. */
export interface CallSite {
  readonly cache: string;
  readonly stack: readonly string[];
  readonly allocated: number;
  readonly freed: number;
  readonly outstanding: number;
  readonly bytes: number;
  readonly oldest_seconds: number | null;
  readonly leaking: 'yes' | 'no' | 'unknown';
  /** Outstanding objects over what the cache grew by while this was listened to; null where that was not measured. */
  readonly explained_fraction?: number | null;
  readonly processes?: readonly { readonly pid: number; readonly comm: string; readonly count: number }[];
  readonly cpus?: readonly number[];
}

/** A typed answer to a question; the types of the values stand in `facts.ts`. `from` names path or command. */
export interface Fact<T = unknown> {
  readonly id: string;
  readonly value: T;
  readonly from: string;
}

/** A slab cache as the kernel describes it: its canonical name and every alias merged into it. */
export interface CacheSpecimen {
  readonly kind: 'cache';
  /** The name /proc/slabinfo shows. */
  readonly name: string;
  /** All names that share the cache, `name` included, sorted. */
  readonly aliases: readonly string[];
  /** Bytes an object takes in the slab, metadata and padding included (sysfs `slab_size`). */
  readonly object_size: number;
  readonly objects: number | null;
  readonly slabs: number | null;
  /** How many objects slabinfo's count moves by: the free objects of per-CPU slabs count as active. */
  readonly objects_per_slab?: number;
  readonly reclaimable?: boolean;
  readonly flags?: readonly string[];
}

export interface CensusSpecimen {
  readonly kind: 'census';
  readonly cache: string;
  readonly objects: number;
  readonly offsets: readonly { readonly offset: number; readonly points_to: string; readonly share: number }[];
  /** Structs that the objects are, by the kernel's own types; `score` is the share of the objects, 0 to 1. */
  readonly types: readonly { readonly type: string; readonly score: number }[];
}

export interface OrphansSpecimen {
  readonly kind: 'orphans';
  readonly cache: string;
  readonly objects: number;
  /** Objects that nothing points to. */
  readonly unreferenced: number;
  /** Objects that no chain of pointers leads to from outside of the slabs. */
  readonly unreachable: number;
  /** The struct that explains the unreachable objects best. */
  readonly type?: string;
  /** Addresses of some unreachable objects. */
  readonly samples?: readonly string[];
  /** Of objects that are reachable, but many: the places that hold most pointers to them. */
  readonly holders?: readonly { readonly place: string; readonly pointers: number }[];
}

/** Every page frame of RAM by what it is used for. */
export interface PagesSpecimen {
  readonly kind: 'pages';
  /** Pages of all zones, by the kernel's own count; the parts sum to it. */
  readonly present: number;
  /** Of them, what the page allocator was given: MemTotal. */
  readonly managed: number;
  readonly parts: readonly { readonly id: string; readonly pages: number }[];
  /** Allocated, of no kind that can be told, and nothing in the kernel's memory points to them. */
  readonly unowned: {
    readonly pages: number;
    readonly orders: readonly { readonly order: number; readonly blocks: number }[];
    /** Addresses of some, in the direct map. */
    readonly samples: readonly string[];
  };
  /** What points to pages of no known kind. */
  readonly holders: readonly { readonly place: string; readonly pages: number }[];
  /** Pages of vmalloc space by the function that asked for it. */
  readonly vmalloc: readonly { readonly caller: string; readonly pages: number }[];
}

/** What was read from kernel memory, or from the kernel's own description of it. */
export type Specimen = CacheSpecimen | CensusSpecimen | OrphansSpecimen | PagesSpecimen;

/** What a process holds of the kernel: a count at the window's start and at its end. */
export interface Holding {
  readonly pid: number;
  readonly comm: string;
  /** files, sockets, eventpoll, inotify watches, timers, pipes, netns, threads, mappings, … */
  readonly what: HoldingKind;
  /** null: not readable at that moment (the process was not there yet, or may not be read). */
  readonly at_start: number | null;
  readonly at_end: number | null;
}

export const holdingKinds = [
  'files',
  'regular',
  'sockets',
  'pipes',
  'eventfds',
  'epolls',
  'epoll-watches',
  'inotify-watches',
  'timerfds',
  'posix-timers',
  'signalfds',
  'bpf',
  'namespaces',
  'threads',
  'mappings',
  'children',
  'anon-inodes',
] as const;
export type HoldingKind = (typeof holdingKinds)[number];

/** Every byte of MemTotal in a named part; `unaccounted_bytes` is what is left, and may be negative (an error to report). */
export interface Ledger {
  /** unix seconds */
  readonly at: number;
  readonly total_bytes: number;
  /** `estimate`: why the part is one, where the kernel does not count it exactly. */
  readonly parts: readonly { readonly id: string; readonly bytes: number; readonly estimate?: string }[];
  readonly unaccounted_bytes: number;
  /** Amounts that lie within parts (or within what is unaccounted): told, not added. */
  readonly of_which?: readonly { readonly id: string; readonly within: string; readonly bytes: number }[];
  /** Set when the parts sum to more than there is: some memory was counted twice. */
  readonly reconciliation_error?: string;
}

export interface Machine {
  readonly hostname: string;
  readonly release: string;
  readonly arch: string;
  readonly distribution: string;
  readonly memory_bytes: number | null;
  /** ISO 8601, or null where unknown. */
  readonly boot_time: string | null;
}

/** ISO 8601; start equals end for a single look. */
export interface Window {
  readonly start: string;
  readonly end: string;
}

/** All evidence of one consultation: what the examinations give and the diagnosis takes. */
export interface Evidence {
  readonly machine: Machine;
  readonly window: Window;
  readonly series: readonly Series[];
  readonly callsites: readonly CallSite[];
  readonly facts: readonly Fact[];
  readonly specimens: readonly Specimen[];
  readonly holdings: readonly Holding[];
  readonly ledger: Ledger | null;
  readonly unavailable: readonly Unavailable[];
  readonly outcomes: readonly Outcome[];
}

/** What conducting a protocol showed. */
export interface Outcome {
  readonly protocol: string;
  readonly arms: readonly OutcomeArm[];
  /** Of a treatment: did the growth stop? null for a challenge. */
  readonly verified: 'stopped' | 'slowed' | 'unchanged' | 'cannot-tell' | null;
  readonly kind?: 'challenge' | 'elimination' | 'treatment';
  /** ISO 8601, when it ended. */
  readonly at?: string;
  /** The alias whose objects were counted, and by which counter. */
  readonly cache?: string;
  readonly by?: string;
  readonly seed?: number;
  /** Set when it ended before its plan did. */
  readonly stopped?: 'interrupted' | 'memory' | 'pressure' | 'time';
  readonly elimination?: EliminationOutcome;
  readonly treatment?: TreatmentOutcome;
}

/** Who drives the growth, found by pausing. */
export interface EliminationOutcome {
  /** How many processes or services could be paused. */
  readonly candidates: number;
  readonly rounds: number;
  /** Objects per second with nobody paused. */
  readonly rate: number;
  /** Growth that goes on while all of them are paused, as a share of `rate`. */
  readonly remains: number;
  readonly culprits: readonly { readonly name: string; readonly pids: readonly number[]; readonly share: number }[];
  /** What was never paused, and why: a name of `src/intervene/spared.ts`, or the operator. */
  readonly spared: number;
}

/** Growth before and after a remedy, per event at equal dose or per second. */
export interface TreatmentOutcome {
  readonly remedy: string;
  readonly per: 'event' | 'second';
  readonly before: number;
  readonly before95: readonly [number, number];
  /** null: it could not be measured (it was ended early). */
  readonly after: number | null;
  readonly after95: readonly [number, number] | null;
  /** Seconds of watching that would decide, where this could not. */
  readonly needs_seconds?: number;
  /** Objects that dropping the caches gave back: cache, not leak. */
  readonly gave_back?: number;
}

export interface OutcomeArm {
  readonly stimulus: string;
  readonly events: number;
  readonly objects_per_event: number;
  readonly interval95: readonly [number, number];
  readonly p: number;
  readonly convicted: boolean;
  /** Neither convicted nor acquitted, and why. Without it an arm that is not convicted is acquitted. */
  readonly undecided?: 'wide' | 'unanswered' | 'not-reproduced' | 'too-few';
  /** Of the events, those that the other side answered. */
  readonly answers?: number;
  readonly bytes_per_event?: number;
  /** r² of objects over dose, within the arm. */
  readonly dose_response?: number;
  /** Objects per event after the washout alone. */
  readonly rechallenge?: number;
  readonly address?: string;
}
