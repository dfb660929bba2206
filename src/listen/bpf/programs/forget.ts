import type { Assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { count } from './count.ts';

const KEY = -8;
const ENOENT = -2;

/**
 * Forgets the pointer in r7: it was freed. Falls through to `unknown` when it was not live, so that the caller can say
 * what that means; jumps to `done` otherwise.
 *
 * `second`: the idempotent copy (see `remember`); it looks before it deletes, since it is nearly always late and
 * looking takes no lock.
 * @param seldom most pointers are none of ours: the first copy looks too
 */
export function forget(a: Assembler, maps: Maps, second: boolean, done: string, seldom = false): void {
  const unknown = a.fresh('unknown');
  a.store(['r10', KEY], 'r7');
  if (second || seldom) {
    keyed(a, maps);
    a.call('map_lookup_elem');
    a.jumpIf('r0', '==', 0, second ? done : unknown);
  }
  keyed(a, maps);
  a.call('map_delete_elem');
  const freed = a.fresh('freed');
  a.jumpIf32('r0', '==', 0, freed);
  a.jumpIf32('r0', '==', ENOENT, unknown);
  if (second) count(a, maps, 'busy');
  a.jump(done);
  a.label(freed);
  count(a, maps, 'freed');
  if (second) count(a, maps, 'rescuedFrees');
  a.jump(done);
  a.label(unknown);
}

function keyed(a: Assembler, maps: Maps): void {
  a.map('r1', maps.live);
  a.set('r2', 'r10');
  a.add('r2', KEY);
}
