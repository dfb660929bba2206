import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { count } from './count.ts';
import { forget } from './forget.ts';

/**
 * raw_tp/kfree(call_site, ptr): something was freed that need not have come from kmalloc (skbuff_small_head comes from
 * a cache of its own). The event does not say from which cache, and most of what it tells is another's.
 *
 * Where the kernel tells a pointer's cache (kfunc bpf_get_kmem_cache, v6.13, commit a992d7a3979120fbd7c13435d27b3da8d9ed095a) that is asked
 * first: it costs less than looking into the map, and frees of older objects of this cache are counted too. Elsewhere only what is
 * live is forgotten.
 */
export function kfreeProgram(maps: Maps, caches: readonly bigint[], getKmemCache: number | undefined, second: boolean): Uint8Array {
  const a = assembler();
  a.load('r7', ['r1', 8]);
  a.jumpIf('r7', '==', 0, 'out');
  const told = getKmemCache !== undefined && caches.length > 0;
  if (told) {
    a.set('r1', 'r7');
    a.callKernel(getKmemCache);
    for (const cache of caches) {
      a.set('r2', cache);
      a.jumpIf('r0', '==', 'r2', 'ours');
    }
    a.jump('out');
    a.label('ours');
  }
  forget(a, maps, second, 'out', !told);
  if (told && !second) count(a, maps, 'freedOlder');
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
