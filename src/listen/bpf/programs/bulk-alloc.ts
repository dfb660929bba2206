import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { functionArgument, functionResult } from './function-argument.ts';
import { MOST_IN_BULK } from './bulk-free.ts';
import { type Recording, remember } from './remember.ts';

const OBJECTS = -136;
const POINTER = -144;

/**
 * fexit/kmem_cache_alloc_bulk(struct kmem_cache *, gfp, size, void **): allocations that fire no event. It returns how many
 * there are, and their pointers lie in the array.
 */
export function bulkAllocProgram(maps: Maps, caches: readonly bigint[], how: Recording): Uint8Array {
  const a = assembler();
  a.set('r6', 'r1');
  functionArgument(a, 0, 'r7');
  for (const cache of caches) {
    a.set('r4', cache);
    a.jumpIf('r7', '==', 'r4', 'ours');
  }
  a.jump('out');
  a.label('ours');
  functionResult(a, 'r7');
  // An int: what is above it in the word is anything.
  a.and('r7', 0x7fff_ffff);
  a.store(['r10', OBJECTS], 'r7');
  functionArgument(a, 3, 'r8');
  a.set('r9', 0);
  a.label('next');
  a.jumpIf('r9', '>=', MOST_IN_BULK, 'out');
  a.load('r1', ['r10', OBJECTS]);
  a.jumpIf('r9', '>=', 'r1', 'out');
  a.add('r9', 1);
  a.set('r1', 'r10');
  a.add('r1', POINTER);
  a.set('r2', 8);
  a.set('r3', 'r8');
  a.add('r8', 8);
  a.call('probe_read_kernel');
  a.load('r7', ['r10', POINTER]);
  a.jumpIf('r7', '==', 0, 'next');
  // Walked without r8 and r9, which are the loop's.
  remember(a, maps, { ...how, callerUnknown: true }, false);
  a.jump('next');
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
