import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { type Recording, remember } from './remember.ts';

/**
 * raw_tp/percpu_alloc_percpu(call_site, reserved, is_atomic, size, align, base_addr, off, ptr, bytes_alloc, gfp).
 * @param cpus possible CPUs: each has its own copy. `bytes_alloc` counts what memory cgroups keep beside it as well
 *   (mm/percpu.c, pcpu_obj_full_size), which is not per-CPU memory
 */
export function percpuAllocProgram(maps: Maps, cpus: number, how: Recording, second: boolean): Uint8Array {
  const a = assembler();
  a.set('r6', 'r1');
  a.load('r7', ['r6', 56]);
  a.jumpIf('r7', '==', 0, 'out');
  const bytes: Recording['bytes'] = (code) => {
    code.load('r1', ['r6', 24]);
    code.multiply('r1', cpus);
  };
  remember(a, maps, { ...how, bytes }, second);
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
