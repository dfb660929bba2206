import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { count } from './count.ts';
import { forget } from './forget.ts';

const PAGE_BYTES = 4096;

/** raw_tp/mm_page_free(struct page *, order): also fires for every page of a batch. */
export function pageFreeProgram(maps: Maps, order: number | undefined, second: boolean): Uint8Array {
  const a = assembler();
  if (order !== undefined) {
    a.load('r2', ['r1', 8], 4);
    a.jumpIf('r2', '!=', order, 'out');
  }
  a.load('r7', ['r1', 0]);
  a.load('r9', ['r1', 8], 4);
  forget(a, maps, second, 'out');
  if (!second) {
    count(a, maps, 'freedOlder');
    a.set('r8', PAGE_BYTES);
    a.shiftLeft('r8', 'r9');
    count(a, maps, 'freedOlderBytes', 'r8');
  }
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
