import type { Unavailable } from '../model/evidence.ts';

/** An intervention that was refused before anything was changed: the operator lacks a right. The front ends with 77. */
export class NotPermitted extends Error {
  override readonly name = 'NotPermitted';
}

/** Refused before anything was changed: what was asked for is not there or not as it was said. The front ends with 64. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

export function refuse({ what, reason, detail, help }: Unavailable): never {
  const text = `${what}: ${detail}${help === '' ? '' : `; what would help: ${help}`}`;
  throw reason === 'denied' ? new NotPermitted(text) : new Refused(text);
}
