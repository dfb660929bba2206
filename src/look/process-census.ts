import type { HoldingKind, Unavailable } from '../model/evidence.ts';
import type { ProcessStat } from './process-stat.ts';

/** How much of /proc is looked at. Counts, not times: a replay must ask for what the recording asked for. */
export interface ProcessLimits {
  /** processes whose descriptors are counted (one readdir each) */
  readonly processes: number;
  /** descriptors whose kind is read (one readlink each, 5–20 µs), those of the largest tables first */
  readonly links: number;
  /** epoll and inotify descriptors whose watches are counted */
  readonly watchers: number;
  /** processes whose mappings are counted (about 1 µs a mapping), the largest first */
  readonly maps: number;
}

export const defaultLimits: ProcessLimits = { processes: 4096, links: 20_000, watchers: 1000, maps: 48 };

export interface ProcessHoldings {
  readonly stat: ProcessStat;
  /** A kind that is not here was not read. */
  readonly held: ReadonlyMap<HoldingKind, number>;
  /** `net:[INODE]` that the process lives in; null: not known. */
  readonly network: string | null;
  /** Namespaces it has descriptors of, `net:[INODE]`. */
  readonly namespaces: ReadonlySet<string>;
  /** Watches by the descriptor of their epoll or inotify instance. */
  readonly watches: ReadonlyMap<string, number>;
}

/** What the processes hold at one moment. */
export interface ProcessCensus {
  readonly processes: ReadonlyMap<number, ProcessHoldings>;
  /** Network namespaces that a process lives in, holds a descriptor of, or that are mounted; null: not known. */
  readonly networkNamespaces: number | null;
  readonly unavailable: readonly Unavailable[];
}

/** A process while it is being read. */
export interface Found {
  readonly stat: ProcessStat;
  readonly held: Map<HoldingKind, number>;
  readonly namespaces: Set<string>;
  readonly watches: Map<string, number>;
  network: string | null;
  /** The same process at the window's start. */
  readonly before: ProcessHoldings | null;
}

/** What a limit left out is told, never silently. */
export function leftOut(what: string, detail: string, help = ''): Unavailable {
  return { what, reason: 'unsupported', detail, help };
}
