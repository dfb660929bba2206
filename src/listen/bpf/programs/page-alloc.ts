import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { type Recording, remember } from './remember.ts';

const PAGE_BYTES = 4096;

/**
 * raw_tp/mm_page_alloc(struct page *, order, gfp, migratetype). Recorded under the page's address. The event has no caller.
 * @param order only blocks of this order; undefined: all, with their sizes
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
  const sized = (): Pick<Recording, 'bytes'> => ({
    bytes(code) {
      code.load('r2', ['r6', 8], 4);
      code.set('r1', PAGE_BYTES);
      code.shiftLeft('r1', 'r2');
    },
  });
  remember(a, maps, { ...how, callerUnknown: true, ...(order === undefined ? sized() : {}) }, second);
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
