import type { Assembler } from '../assembler.ts';
import { type Counter, counterOffset, type Maps } from '../maps.ts';

/** Where every program keeps the key 0 while it looks its counters up. */
const ZERO_KEY = -64;

/** counts[counter] += 1, or what is in a register of r6–r9, on this CPU. Uses r0–r5 and the frame's bytes −64…−60. */
export function count(a: Assembler, maps: Maps, counter: Counter, amount?: 'r6' | 'r7' | 'r8' | 'r9'): void {
  const missing = a.fresh('no counters');
  pointToCounts(a, maps, missing);
  a.set('r1', amount ?? 1);
  a.atomicAdd(['r0', counterOffset(counter)], 'r1');
  a.label(missing);
}

/** r0 = this CPU's counters. */
export function pointToCounts(a: Assembler, maps: Maps, missing: string): void {
  a.store(['r10', ZERO_KEY], 0, 4);
  a.map('r1', maps.counts);
  a.set('r2', 'r10');
  a.add('r2', ZERO_KEY);
  a.call('map_lookup_elem');
  a.jumpIf('r0', '==', 0, missing);
}
