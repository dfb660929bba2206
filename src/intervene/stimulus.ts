import type { Counted } from '../host/datagrams.ts';
import type { Host } from '../host/host.ts';
import type { Reading } from '../model/reading.ts';
import type { Arm } from './protocol.ts';

export type Family = 4 | 6;
export type Target = 'loopback' | 'own' | 'on-link' | 'off-link';

/** Something that can be done to the machine in counted doses. One kind a file, one line in `stimuli.ts`. */
export interface Stimulus {
  readonly kind: string;
  /** One of what: a word of the messages (`event_…`). */
  readonly event: string;
  /** `network`: its id ends in a target, and it is sent to an address. `server`: to an address the operator names, wherever it is. */
  readonly reach: 'network' | 'server' | 'here';
  readonly family?: Family;
  readonly needs: { readonly root: boolean; readonly tools: readonly string[] };
  /** Made ready outside of the measured slots: sockets are open, folders there. */
  prepare(arm: Arm, world: World): Promise<Reading<Prepared>>;
}

/** What an arm may use: the machine to read from, and where it is aimed. */
export interface World {
  readonly host: Host;
  readonly target: Target | null;
  /** The address itself, resolved and checked; empty where the stimulus has none. */
  readonly address: string;
}

export interface Prepared {
  burst(count: number, signal?: AbortSignal): Promise<Counted>;
  /** Leaves nothing behind. */
  close(): Promise<void>;
}
