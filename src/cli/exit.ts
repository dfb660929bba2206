/** Exit codes (stable): 0 healthy · 1 abnormal growth found · 2 inconclusive · 64 usage · 70 internal · 77 not permitted. */
import type { Verdict } from '../model/diagnosis.ts';

export const exit = { healthy: 0, abnormal: 1, inconclusive: 2, usage: 64, internal: 70, notPermitted: 77 } as const;

export function exitOf(verdict: Verdict): number {
  if (verdict === 'healthy') return exit.healthy;
  return verdict === 'inconclusive' ? exit.inconclusive : exit.abnormal;
}

/** What the operator asked for can't be done as asked; the message says what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
