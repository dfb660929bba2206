import { assembler } from '../assembler.ts';
import type { Maps } from '../maps.ts';
import { forget } from './forget.ts';

const WORD = -24;
const COPY = -32;

/**
 * fentry/kvfree_call_rcu: what kfree_rcu() hands over to be freed later, in bulk and without an event.
 * @param second its second parameter: the object (since v6.2, commit 04a522b7da3d), or before that the offset of the
 *   rcu_head in it, dressed up as a function
 */
export function rcuFreeProgram(maps: Maps, second: 'object' | 'offset'): Uint8Array {
  const a = assembler();
  a.load('r7', ['r1', 8]);
  if (second === 'offset') {
    // Both are pointers to the verifier, which does not subtract them: read back from the frame they are numbers.
    const number = (register: 'r8' | 'r9') => {
      a.set('r1', 'r10');
      a.add('r1', COPY);
      a.set('r2', 8);
      a.set('r3', 'r10');
      a.add('r3', WORD);
      a.call('probe_read_kernel');
      a.load(register, ['r10', COPY]);
    };
    a.load('r6', ['r1', 0]);
    a.store(['r10', WORD], 'r6');
    number('r8');
    a.store(['r10', WORD], 'r7');
    number('r9');
    a.set('r7', 'r9');
    // Without a head the second parameter is the object after all.
    a.jumpIf('r8', '==', 0, 'object');
    a.subtract('r8', 'r9');
    a.set('r7', 'r8');
    a.label('object');
  }
  forget(a, maps, false, 'out');
  a.label('out');
  a.set('r0', 0);
  a.exit();
  return a.assemble();
}
