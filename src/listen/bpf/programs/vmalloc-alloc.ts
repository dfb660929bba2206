import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { type Recording, remember } from './remember.ts';

/** Every area ends in a page that is mapped to nothing (mm/vmalloc.c, __get_vm_area_node). */
const GUARD_BYTES = 4096;

/**
 * raw_tp/alloc_vmap_area(address, size, align, vstart, vend, failed): an area of the kernel's virtual addresses was taken, by
 * vmalloc() or by whoever maps pages of its own there. The event has no caller.
 */
export function vmallocAllocProgram(maps: Maps, how: Recording, second: boolean): Uint8Array {
  const a = assembler();
  a.load('r2', ['r1', 40], 4);
  a.jumpIf('r2', '!=', 0, 'out');
  a.set('r6', 'r1');
  a.load('r7', ['r6', 0]);
  const bytes: Recording['bytes'] = (code) => {
    code.load('r1', ['r6', 8]);
    code.subtract('r1', GUARD_BYTES);
  };
  remember(a, maps, { ...how, callerUnknown: true, bytes }, second);
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
