import type { Unavailable } from './evidence.ts';

/** A value, or why there is none. */
export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly unavailable: Unavailable };

export function available<T>(value: T): Reading<T> {
  return { ok: true, value };
}

export function unavailable(
  what: string,
  reason: Unavailable['reason'],
  detail: string,
  help = '',
): { readonly ok: false; readonly unavailable: Unavailable } {
  return { ok: false, unavailable: { what, reason, detail, help } };
}

/**
 * Text that is not what its format promises. Parsers throw it; whoever read the text turns it into
 * `Unavailable` with reason `malformed`, so that one bad file never stops an examination.
 */
export class Malformed extends Error {
  readonly line: number;
  readonly expected: string;
  /** @param line 1-based; 0 where the format has no lines */
  constructor(line: number, expected: string, found: string) {
    super(`line ${line}: expected ${expected}, found ${JSON.stringify(found.slice(0, 80))}`);
    this.name = 'Malformed';
    this.line = line;
    this.expected = expected;
  }
}
