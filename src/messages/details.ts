import type { Language } from './sentence.ts';

/** A detail or a help of an `Unavailable` in the reader's language. */
export function tell(text: string, _language: Language): string {
  return text;
}
