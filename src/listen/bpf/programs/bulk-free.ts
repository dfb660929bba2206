import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { count } from './count.ts';
import { forget } from './forget.ts';
import { functionArgument } from './function-argument.ts';

const POINTER = -24;
const OF_CACHE = -40;
/** What skbs are freed by at a time (NAPI_SKB_CACHE_SIZE); longer lists are heard so far. */
export const MOST_IN_BULK = 64;

/**
 * fentry/kmem_cache_free_bulk(struct kmem_cache *, size, void **): frees that fire no event. kfree_bulk() comes here without
 * a cache, and then only what is live is forgotten.
 */
export function bulkFreeProgram(maps: Maps, caches: readonly bigint[]): Uint8Array {
  const a = assembler();
  a.set('r6', 'r1');
  functionArgument(a, 0, 'r7');
  a.store(['r10', OF_CACHE], 'r7');
  a.jumpIf('r7', '==', 0, 'any cache');
  for (const cache of caches) {
    a.set('r4', cache);
    a.jumpIf('r7', '==', 'r4', 'any cache');
  }
  a.jump('out');
  a.label('any cache');
  functionArgument(a, 1, 'r7');
  functionArgument(a, 2, 'r8');
  a.set('r6', 'r7');
  a.set('r9', 0);
  a.label('next');
  a.jumpIf('r9', '>=', MOST_IN_BULK, 'out');
  a.jumpIf('r9', '>=', 'r6', 'out');
  a.add('r9', 1);
  a.set('r1', 'r10');
  a.add('r1', POINTER);
  a.set('r2', 8);
  a.set('r3', 'r8');
  a.add('r8', 8);
  a.call('probe_read_kernel');
  a.load('r7', ['r10', POINTER]);
  forget(a, maps, false, 'next');
  a.load('r1', ['r10', OF_CACHE]);
  a.jumpIf('r1', '==', 0, 'next');
  count(a, maps, 'freedOlder');
  a.jump('next');
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
