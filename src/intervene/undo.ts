import { entries, type Entry, undoEntry } from '../host/journal.ts';
import type { Unavailable } from '../model/evidence.ts';

export interface Undone {
  readonly entry: Entry;
  /** null: it is undone. */
  readonly failed: Unavailable | null;
}

export { entries as pending, type Entry } from '../host/journal.ts';

/** Undoes all that is journaled, the last change first. One that fails stays in the journal, and the others go on. */
export async function undoAll(): Promise<readonly Undone[]> {
  const undone: Undone[] = [];
  for (const entry of entries()) {
    const result = await undoEntry(entry);
    undone.push({ entry, failed: result.ok ? null : result.unavailable });
  }
  return undone;
}
