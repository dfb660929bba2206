import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { forget } from './forget.ts';

const POINTER = -24;
/** What skbs are freed by at a time (NAPI_SKB_CACHE_SIZE); longer lists are heard so far. */
const MOST = 64;

/**
 * fentry/kmem_cache_free_bulk(struct kmem_cache *, size, void **): frees that fire no event. kfree_bulk() comes here without
 * a cache. Older objects are not counted: the matching bulk allocations are not heard either.
 */
export function bulkFreeProgram(maps: Maps, caches: readonly bigint[]): Uint8Array {
  const a = assembler();
  a.load('r3', ['r1', 0]);
  a.jumpIf('r3', '==', 0, 'any cache');
  for (const cache of caches) {
    a.set('r4', cache);
    a.jumpIf('r3', '==', 'r4', 'any cache');
  }
  a.jump('out');
  a.label('any cache');
  a.load('r6', ['r1', 8]);
  a.load('r8', ['r1', 16]);
  a.set('r9', 0);
  a.label('next');
  a.jumpIf('r9', '>=', MOST, 'out');
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
  a.jump('next');
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
