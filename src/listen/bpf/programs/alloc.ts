import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { onlyOf } from './match.ts';
import { type Recording, remember } from './remember.ts';

/**
 * raw_tp/kmem_cache_alloc(call_site, ptr, struct kmem_cache *, gfp, node): an object of the cache was allocated.
 * The arguments are words in the context; the cache is there since v6.1 (commit 2c1d697fb8ba).
 */
export function allocProgram(maps: Maps, caches: readonly bigint[], how: Recording, second: boolean): Uint8Array {
  const a = assembler();
  onlyOf(a, ['r1', 16], caches);
  a.set('r6', 'r1');
  a.load('r7', ['r6', 8]);
  a.jumpIf('r7', '==', 0, 'out');
  remember(a, maps, how, second);
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
