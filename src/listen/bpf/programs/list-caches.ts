import { assembler } from '../assembler.ts';

export const LISTED_NAME_BYTES = 64;
/** What one cache gives: its address, then its name padded with NUL. */
export const LISTED_BYTES = 8 + LISTED_NAME_BYTES;

/**
 * iter/kmem_cache (v6.13, commit 4971266e1595): writes the address and name of every slab cache.
 * The context is struct bpf_iter__kmem_cache { meta; s }; meta begins with the seq_file.
 */
export function listCachesProgram(nameOffset: number): Uint8Array {
  const a = assembler();
  const start = -LISTED_BYTES;
  a.set('r6', 'r1');
  a.load('r7', ['r6', 8]);
  a.jumpIf('r7', '==', 0, 'out');
  for (let offset = 0; offset < LISTED_BYTES; offset += 8) a.store(['r10', start + offset], 0, 8);
  a.store(['r10', start], 'r7');
  a.load('r3', ['r7', nameOffset]);
  a.set('r1', 'r10');
  a.add('r1', start + 8);
  a.set('r2', LISTED_NAME_BYTES);
  a.call('probe_read_kernel_str');
  a.load('r1', ['r6', 0]);
  a.load('r1', ['r1', 0]);
  a.set('r2', 'r10');
  a.add('r2', start);
  a.set('r3', LISTED_BYTES);
  a.call('seq_write');
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
