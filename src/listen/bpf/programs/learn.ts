import { assembler } from '../assembler.ts';

/** The longest cache name that is told apart, its NUL included. */
export const NAME_BYTES = 48;
const NAME = -NAME_BYTES;
const POINTER = NAME - 8;
const KEY = POINTER - 8;

/**
 * raw_tp/kmem_cache_alloc or kmem_cache_free, for as long as the cache's address is not known: compares the name of the
 * event's cache and leaves the address in the map.
 * @param learnt an array map with one 8-byte value
 * @param nameOffset byte offset of `name` in struct kmem_cache, from BTF
 */
export function learnProgram(learnt: number, name: string, nameOffset: number): Uint8Array {
  const wanted = Buffer.alloc(NAME_BYTES);
  wanted.write(name.slice(0, NAME_BYTES - 1), 'latin1');
  const a = assembler();
  a.load('r8', ['r1', 16]);
  for (let offset = 0; offset < NAME_BYTES; offset += 8) a.store(['r10', NAME + offset], 0, 8);
  a.set('r1', 'r10');
  a.add('r1', POINTER);
  a.set('r2', 8);
  a.set('r3', 'r8');
  a.add('r3', nameOffset);
  a.call('probe_read_kernel');
  a.load('r3', ['r10', POINTER]);
  a.set('r1', 'r10');
  a.add('r1', NAME);
  a.set('r2', NAME_BYTES);
  a.call('probe_read_kernel_str');
  for (let offset = 0; offset < NAME_BYTES; offset += 8) {
    a.load('r1', ['r10', NAME + offset]);
    a.set('r2', wanted.readBigUInt64LE(offset));
    a.jumpIf('r1', '!=', 'r2', 'out');
  }
  a.store(['r10', KEY], 0, 4);
  a.map('r1', learnt);
  a.set('r2', 'r10');
  a.add('r2', KEY);
  a.call('map_lookup_elem');
  a.jumpIf('r0', '==', 0, 'out');
  a.store(['r0', 0], 'r8');
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
