import type { Assembler, Register } from '../assembler.ts';

const VALUE = -32;

/**
 * register = the n-th argument of the function an fentry program is attached to, as a plain number. Read from the context
 * itself it would have a type, and of pointers to pointers and to functions older kernels let no program have one.
 * The context is in r6. bpf_get_func_arg is there since v5.17 (commit f92c1e183604).
 */
export function functionArgument(a: Assembler, index: number, register: Register): void {
  a.store(['r10', VALUE], 0, 8);
  a.set('r1', 'r6');
  a.set('r2', index);
  a.set('r3', 'r10');
  a.add('r3', VALUE);
  a.call('get_func_arg');
  a.load(register, ['r10', VALUE]);
}

/** register = what the function returned, in an fexit program. The context is in r6. */
export function functionResult(a: Assembler, register: Register): void {
  a.store(['r10', VALUE], 0, 8);
  a.set('r1', 'r6');
  a.set('r2', 'r10');
  a.add('r2', VALUE);
  a.call('get_func_ret');
  a.load(register, ['r10', VALUE]);
}
