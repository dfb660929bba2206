import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { type Recording, remember } from './remember.ts';

/**
 * raw_tp/mm_page_alloc(struct page *, order, gfp, migratetype). Recorded under the page's address. The event has no
 * caller: without stacks the site is the page itself, so stacks are always taken.
 * @param order only blocks of this order; undefined: all
 */
export function pageAllocProgram(maps: Maps, order: number | undefined, how: Recording, second: boolean): Uint8Array {
  const a = assembler();
  if (order !== undefined) {
    a.load('r2', ['r1', 8], 4);
    a.jumpIf('r2', '!=', order, 'out');
  }
  a.set('r6', 'r1');
  a.load('r7', ['r6', 0]);
  a.jumpIf('r7', '==', 0, 'out');
  remember(a, maps, { ...how, stacks: true }, second);
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
