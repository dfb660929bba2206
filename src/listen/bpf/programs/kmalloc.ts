import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { type Recording, remember } from './remember.ts';

/** How an allocation by size is recognised as one of the cache. */
export type KmallocMatch =
  /** The kernel tells: kfunc bpf_get_kmem_cache by its BTF id, and the cache's addresses. */
  | { readonly by: 'kfunc'; readonly btfId: number; readonly caches: readonly bigint[] }
  /** By what was asked for: bits of gfp that must be set, and must not. */
  | { readonly by: 'gfp'; readonly set: number; readonly clear: number };

/**
 * raw_tp/kmalloc(call_site, ptr, bytes_req, bytes_alloc, gfp, node): the event has no cache. Since v6.1
 * (commit 11e9734bcb6a) these are its arguments.
 * @param bytes the cache's object size: the first thing looked at
 */
export function kmallocProgram(maps: Maps, bytes: number, match: KmallocMatch, how: Recording, second: boolean): Uint8Array {
  const a = assembler();
  a.load('r2', ['r1', 24]);
  a.jumpIf('r2', '!=', bytes, 'out');
  a.set('r6', 'r1');
  a.load('r7', ['r6', 8]);
  a.jumpIf('r7', '==', 0, 'out');
  if (match.by === 'kfunc') {
    a.set('r1', 'r7');
    a.callKernel(match.btfId);
    for (const cache of match.caches) {
      a.set('r2', cache);
      a.jumpIf('r0', '==', 'r2', 'ours');
    }
    a.jump('out');
    a.label('ours');
  } else {
    a.load('r1', ['r6', 32], 4);
    if (match.clear !== 0) a.jumpIf('r1', '&', match.clear, 'out');
    if (match.set !== 0) {
      a.and('r1', match.set);
      a.jumpIf('r1', '!=', match.set, 'out');
    }
  }
  remember(a, maps, how, second);
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
