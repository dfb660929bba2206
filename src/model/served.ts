/** What `kmai serve` and its page say to each other. */

import type { Verdict } from './diagnosis.ts';
import type { Unavailable } from './evidence.ts';

/** An examination that runs now. */
export interface Running {
  readonly kind: 'diagnose' | 'listen' | 'file';
  /** The cache that is listened to, or the name of the file. */
  readonly about: string;
  /** How long it is to watch; 0 where no time was set. */
  readonly seconds: number;
  readonly elapsed: number;
  /** preparing: probes are being attached, nothing is heard yet. */
  readonly stage: 'preparing' | 'watching' | 'listening' | 'thinking';
  /** Counts up whenever there is more to see of a window that is still open; 0: nothing yet. */
  readonly partial: number;
}

export interface StoredRecord {
  readonly id: number;
  readonly title: string;
  /** ISO 8601 */
  readonly at: string;
  readonly verdict: Verdict;
  /** Made of the machine that serves the page, now; false: of a file. */
  readonly here: boolean;
}

/** A change of kmai's on this machine that waits to be undone. */
export interface Journaled {
  readonly what: string;
  readonly at: string;
  readonly kept: boolean;
}

export interface Served {
  readonly version: string;
  /** null: this machine. */
  readonly from: string | null;
  readonly running: Running | null;
  /** How the last one ended, where it gave no record. */
  readonly ended: { readonly how: 'cancelled' | 'failed'; readonly why: string } | null;
  readonly records: readonly StoredRecord[];
  readonly journal: readonly Journaled[];
}

/** What treating a case would do on this machine. */
export interface Plan {
  readonly case: string;
  readonly fixed_in: readonly string[];
  readonly options: readonly {
    readonly remedy: string;
    /** null: not by kmai, or not now; `why` says so. `undo`: shell commands; null: there is no way back. `lasting`: outlives a reboot. */
    readonly steps:
      | readonly { readonly argv: readonly string[]; readonly undo: readonly string[] | null; readonly lasting: boolean }[]
      | null;
    readonly why: Unavailable | null;
  }[];
}

/** The most seconds a page may ask to watch. */
export const mostSeconds = 3600;
