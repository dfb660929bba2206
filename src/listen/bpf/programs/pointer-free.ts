import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { count } from './count.ts';
import { forget } from './forget.ts';

/**
 * raw_tp/free_vmap_area_noflush(address, nr_lazy, nr_lazy_max) and raw_tp/percpu_free_percpu(base_addr, off, ptr): what is
 * freed, and not how large it was.
 * @param word of the event's arguments, the one that is the pointer
 */
export function pointerFreeProgram(maps: Maps, word: number, second: boolean): Uint8Array {
  const a = assembler();
  a.load('r7', ['r1', word * 8]);
  forget(a, maps, second, 'out');
  if (!second) count(a, maps, 'freedOlder');
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
