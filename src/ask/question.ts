import type { Host } from '../host/host.ts';
import type { FactId, FactValue } from '../model/facts.ts';
import type { Unavailable } from '../model/evidence.ts';

export type Answer<Id extends FactId> =
  | { readonly ok: true; readonly value: FactValue<Id>; readonly from: string }
  | { readonly ok: false; readonly unavailable: readonly Unavailable[] };

/** One question to the host. It tries every place the answer may be found, in order, and says where it found it. */
export interface Question<Id extends FactId> {
  readonly id: Id;
  readonly ask: (host: Host) => Promise<Answer<Id>>;
}
