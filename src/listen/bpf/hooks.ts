import { type Bpf, BpfRefused } from '../../host/bpf.ts';
import type { Btf } from '../../kernel/btf.ts';
import type { Unavailable } from '../../model/evidence.ts';
import type { Attached } from './attach.ts';
import type { Maps } from './maps.ts';
import { bulkAllocProgram } from './programs/bulk-alloc.ts';
import { bulkFreeProgram } from './programs/bulk-free.ts';
import { rcuFreeProgram } from './programs/rcu-free.ts';
import type { Recording } from './programs/remember.ts';

/** A function of the kernel through which objects come or go without any event, and the program that hears it. */
export interface Hook {
  readonly name: string;
  readonly btfId: number;
  readonly hears: 'allocations' | 'frees';
  readonly code: (maps: Maps, caches: readonly bigint[], how: Recording) => Uint8Array;
}

/** The hooks this kernel has functions for. */
export function findHooks(btf: Btf): readonly Hook[] {
  const hooks: Hook[] = [];
  const hook = (name: string, hears: Hook['hears'], code: Hook['code']) => {
    const btfId = btf.find(name, 'func');
    if (btfId !== undefined) hooks.push({ name, btfId, hears, code });
    return btfId;
  };
  // The suffix came with allocation profiling (v6.10); then the name without it is a macro.
  if (hook('kmem_cache_alloc_bulk_noprof', 'allocations', bulkAllocProgram) === undefined)
    hook('kmem_cache_alloc_bulk', 'allocations', bulkAllocProgram);
  hook('kmem_cache_free_bulk', 'frees', bulkFreeProgram);
  const rcu = btf.find('kvfree_call_rcu', 'func');
  const second = rcu === undefined ? undefined : btf.parameters(rcu)[1];
  if (second !== undefined) {
    const isFunction = btf.resolve(btf.resolve(second.type).type).kind === 'func_proto';
    hook('kvfree_call_rcu', 'frees', (maps) => rcuFreeProgram(maps, isFunction ? 'offset' : 'object'));
  }
  return hooks;
}

/**
 * Attaches the hooks that load: they need the kernel's function tracer.
 * @param deaf told of each that does not, and why
 */
export function attachHooks(
  bpf: Bpf,
  maps: Maps,
  caches: readonly bigint[],
  hooks: readonly Hook[],
  how: Recording,
  deaf: (why: Unavailable) => void,
): Attached {
  const programs: number[] = [];
  const links: number[] = [];
  for (const { name, btfId, hears, code } of hooks) {
    try {
      const attach = { type: hears === 'frees' ? 'trace_fentry' : 'trace_fexit', btfId } as const;
      const program = bpf.loadProgram({ name: `kmai_${name}`, type: 'tracing', code: code(maps, caches, how), attach });
      programs.push(program);
      links.push(bpf.attachTracing(program));
    } catch (error) {
      if (!(error instanceof BpfRefused)) throw error;
      const denied = error.errorName === 'EPERM';
      const help = denied ? 'this kernel lets no function be hooked' : '';
      deaf({ what: `${hears} through ${name}`, reason: denied ? 'denied' : 'unsupported', detail: error.message, help });
    }
  }
  return {
    programs,
    info: () => programs.map((program) => bpf.programInfo(program)),
    detach() {
      for (const fd of [...links.splice(0), ...programs.splice(0)]) bpf.closeFd(fd);
    },
  };
}
