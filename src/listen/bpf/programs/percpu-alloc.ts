import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { type Recording, remember } from './remember.ts';

/**
 * raw_tp/percpu_alloc_percpu(call_site, reserved, is_atomic, size, align, base_addr, off, ptr, bytes_alloc, gfp). `bytes_alloc`
 * is what it takes on all CPUs together (mm/percpu.c, pcpu_obj_full_size).
 */
export function percpuAllocProgram(maps: Maps, how: Recording, second: boolean): Uint8Array {
  const a = assembler();
  a.set('r6', 'r1');
  a.load('r7', ['r6', 56]);
  a.jumpIf('r7', '==', 0, 'out');
  remember(a, maps, { ...how, bytes: (code) => code.load('r1', ['r6', 64]) }, second);
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
