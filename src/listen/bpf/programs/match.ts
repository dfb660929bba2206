import type { Assembler, Place } from '../assembler.ts';

/**
 * Goes on only when the word at `place`, an offset from the context in r1, is one of `addresses`; r1 stays as it is.
 *
 * An event of another cache should cost little more than an empty program. The addresses stand in the program as constants, they
 * are the first thing looked at, and what follows is a function of its own: the kernel's compiler saves the registers and makes the room
 * that a function uses as it is entered, and the one that is entered here uses none.
 */
export function onlyOf(a: Assembler, place: Place, addresses: readonly bigint[]): void {
  const ours = a.fresh('ours');
  const rest = a.fresh('the rest');
  a.load('r3', place);
  for (const address of addresses) {
    a.set('r4', address);
    a.jumpIf('r3', '==', 'r4', ours);
  }
  a.set('r0', 0);
  a.exit();
  a.label(ours);
  a.callFunction(rest);
  a.exit();
  a.label(rest);
}
