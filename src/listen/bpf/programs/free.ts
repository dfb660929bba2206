import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { count } from './count.ts';
import { forget } from './forget.ts';
import { onlyOf } from './match.ts';

/** raw_tp/kmem_cache_free(call_site, ptr, struct kmem_cache *): an object of the cache is about to be freed. */
export function freeProgram(maps: Maps, caches: readonly bigint[], second: boolean): Uint8Array {
  const a = assembler();
  onlyOf(a, ['r1', 16], caches);
  a.load('r7', ['r1', 8]);
  forget(a, maps, second, 'out');
  if (!second) count(a, maps, 'freedOlder');
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
