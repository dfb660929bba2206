import type { Assembler, Place } from '../assembler.ts';

/**
 * Goes on only when the word at `place` is one of `addresses`. They stand in the program as constants, and this is the
 * first thing a program does: an event of another cache costs four instructions. r1, the context, stays as it is.
 */
export function matchAddress(a: Assembler, place: Place, addresses: readonly bigint[], otherwise: string): void {
  const matched = a.fresh('the cache');
  a.load('r3', place);
  addresses.forEach((address, index) => {
    a.set('r4', address);
    if (index === addresses.length - 1) a.jumpIf('r3', '!=', 'r4', otherwise);
    else a.jumpIf('r3', '==', 'r4', matched);
  });
  a.label(matched);
}
