import type { Host } from '../host/host.ts';
import type { Facts } from '../model/facts.ts';
import type { Reading } from '../model/reading.ts';

/** What a remedy may look at to fill in what the casebook leaves open. */
export interface Circumstances {
  readonly host: Host;
  readonly facts: Facts;
  /** The texts of what armed the case on this host: rules, settings. */
  readonly found: readonly string[];
  /** What the operator filled in himself: UNIT=nginx.service. */
  readonly given: Readonly<Record<string, string>>;
}

/** One change, remembered before it is made. */
export interface Step {
  /** The command that makes it, every word of it. */
  readonly argv: readonly string[];
  /** Shell commands that undo it exactly, and do nothing where nothing is to be undone; null: there is no way back. */
  readonly undo: readonly string[] | null;
  /** It outlives a reboot. */
  readonly lasting?: boolean;
}

/** A kind of treatment: recognised by the command a case gives for it. One a file, one line in `remedies.ts`. */
export interface Remedy {
  readonly kind: string;
  readonly recognises: (argv: readonly string[]) => boolean;
  /** Reads how things are, fills in the words in capitals, and says how to undo it. Changes nothing. */
  readonly remember: (
    argv: readonly string[],
    circumstances: Circumstances,
    undo: readonly (readonly string[])[],
  ) => Promise<Reading<readonly Step[]>>;
}

/** PRIORITY, UNIT: a word that is to be filled in. */
export const isPlaceholder = (word: string): boolean => /^[A-Z][A-Z_]{2,}$/.test(word);

/** The words in capitals, filled in by the operator; the first one that is not. */
export function fill(
  argv: readonly string[],
  given: Readonly<Record<string, string>>,
): { readonly ok: true; readonly argv: readonly string[] } | { readonly ok: false; readonly missing: string } {
  const missing = argv
    .flatMap((word) => word.match(/\b[A-Z][A-Z_]{2,}\b/g) ?? [])
    .find((name) => /^[A-Z_]+$/.test(name) && !Object.hasOwn(given, name));
  if (missing !== undefined) return { ok: false, missing };
  return { ok: true, argv: argv.map((word) => word.replaceAll(/\b[A-Z][A-Z_]{2,}\b/g, (name) => given[name] ?? name)) };
}
