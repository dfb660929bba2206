import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { forget } from './forget.ts';
import { functionArgument } from './function-argument.ts';

/**
 * fentry/kvfree_call_rcu: what kfree_rcu() hands over to be freed later, in bulk and without an event.
 * @param second its second parameter: the object (since v6.3, commit 04a522b7da3d), or before that the offset of the
 *   rcu_head in it, dressed up as a function
 */
export function rcuFreeProgram(maps: Maps, second: 'object' | 'offset'): Uint8Array {
  const a = assembler();
  a.set('r6', 'r1');
  functionArgument(a, 1, 'r7');
  if (second === 'offset') {
    functionArgument(a, 0, 'r8');
    // Without a head the second parameter is the object after all.
    a.jumpIf('r8', '==', 0, 'object');
    a.subtract('r8', 'r7');
    a.set('r7', 'r8');
    a.label('object');
  }
  forget(a, maps, false, 'out');
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
