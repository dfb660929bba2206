import type { Host } from '../host/host.ts';
import type { Unavailable } from '../model/evidence.ts';
import type { Reading } from '../model/reading.ts';
import type { Target } from './target.ts';

export const engineIds = ['bpf', 'tracefs', 'perf', 'bpftrace'] as const;
export type EngineId = (typeof engineIds)[number];

/** The window is cut into so many equal parts; survivors are counted by the part they were allocated in. */
export const AGE_CLASSES = 8;

export interface Request {
  readonly target: Target;
  /** Length of the window: allocations are recorded for so long. */
  readonly seconds: number;
  /** How long frees are still listened to afterwards: an object whose free waits for RCU is not a survivor. */
  readonly graceSeconds: number;
  readonly stacks: boolean;
  /** Record one allocation in so many (1: all). */
  readonly sample: number;
  /** Share of one CPU that listening may cost; Infinity: no limit. */
  readonly budget: number;
  /** Live objects that can be told apart; undefined: as memory allows. */
  readonly capacity: number | undefined;
  /** Ends the window early; what was heard until then is given. */
  readonly signal: AbortSignal | undefined;
  /** How many objects there are now (bytes where they have sizes of their own), by someone who counts them; null: not known. */
  readonly measure: () => number | null;
  /** Told when allocations are being recorded: what is done from now on is heard. */
  readonly onReady: (() => void) | undefined;
}

/** What one path of allocation did. Numbers are objects; with sampling, estimates. */
export interface Site {
  /** Innermost first, tracing frames stripped. */
  readonly frames: readonly string[];
  readonly allocated: number;
  readonly outstanding: number;
  /** What the outstanding take, where objects have sizes of their own. */
  readonly bytes?: number;
  /** Outstanding, by the part of the window they were allocated in. */
  readonly byAge: readonly number[];
  /** Seconds since the oldest survivor was allocated, at the window's end; null when none survived. */
  readonly oldestSeconds: number | null;
  readonly processes: readonly { readonly pid: number; readonly comm: string; readonly count: number }[];
  readonly cpus: readonly number[];
}

/** All that flowed in and out within the window. `null`: this engine can't tell. */
export interface Flow {
  readonly allocated: number;
  readonly freed: number;
  /** Frees of objects that were allocated before the window. */
  readonly freedOlder: number | null;
  /** What these took, where the free tells. */
  readonly freedOlderBytes?: number;
  /** Pointers that were allocated while live: their free was not seen. */
  readonly reallocated: number;
}

/** What was not heard, and why. Zero means none; null, that this engine has no counter for it. */
export interface Losses {
  readonly mapFull: number;
  readonly stacks: number | null;
  /** Events skipped because one interrupted another, and those of them that the second copy caught. */
  readonly nested: number | null;
  readonly rescued: number;
  /** Events the kernel's ring buffer overwrote. */
  readonly overrun: number | null;
  readonly malformedLines: number;
}

export interface Degradation {
  readonly atSeconds: number;
  readonly to: string;
  /** Share of one CPU it cost before. */
  readonly cost: number;
}

export interface Heard {
  readonly engine: EngineId | 'file';
  readonly seconds: number;
  readonly sites: readonly Site[];
  /** At the window's end, before the grace. */
  readonly flow: Flow;
  /** What `measure` counted, by seconds since the window began. */
  readonly population: readonly { readonly at: number; readonly objects: number }[];
  readonly losses: Losses;
  /** Share of one CPU that listening cost; null where it could not be measured. */
  readonly cost: number | null;
  readonly degradations: readonly Degradation[];
  /** Ways to allocate or free that could not be heard, and why: of interest when what was heard does not fit the growth. */
  readonly deaf?: readonly Unavailable[];
  /** Anything a reader must know to judge the numbers. */
  readonly notes: readonly string[];
}

export interface Doors {
  readonly host: Host;
}

/** One way to listen. It refuses as a value; once it listens it gives what it heard. */
export interface Engine {
  readonly id: EngineId;
  readonly listen: (request: Request, doors: Doors) => Promise<Reading<Heard>>;
}
