import { type Bpf, BpfRefused } from '../../host/bpf.ts';
import type { Btf } from '../../kernel/btf.ts';
import type { Attached } from './attach.ts';
import type { Maps } from './maps.ts';
import { bulkFreeProgram } from './programs/bulk-free.ts';
import { rcuFreeProgram } from './programs/rcu-free.ts';

/** A function of the kernel through which objects are freed without any event, and the program that hears it. */
export interface Hook {
  readonly name: string;
  readonly btfId: number;
  readonly code: (maps: Maps, caches: readonly bigint[]) => Uint8Array;
}

/** The hooks this kernel has functions for. */
export function findHooks(btf: Btf): readonly Hook[] {
  const hooks: Hook[] = [];
  const bulk = btf.find('kmem_cache_free_bulk', 'func');
  if (bulk !== undefined) hooks.push({ name: 'kmem_cache_free_bulk', btfId: bulk, code: bulkFreeProgram });
  const rcu = btf.find('kvfree_call_rcu', 'func');
  const second = rcu === undefined ? undefined : btf.parameters(rcu)[1];
  if (rcu !== undefined && second !== undefined) {
    const isFunction = btf.resolve(btf.resolve(second.type).type).kind === 'func_proto';
    hooks.push({ name: 'kvfree_call_rcu', btfId: rcu, code: (maps) => rcuFreeProgram(maps, isFunction ? 'offset' : 'object') });
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
  deaf: (why: string) => void,
): Attached {
  const programs: number[] = [];
  const links: number[] = [];
  for (const { name, btfId, code } of hooks) {
    try {
      const attach = { type: 'trace_fentry', btfId } as const;
      const program = bpf.loadProgram({ name: `kmai_${name}`, type: 'tracing', code: code(maps, caches), attach });
      programs.push(program);
      links.push(bpf.attachTracing(program));
    } catch (error) {
      if (!(error instanceof BpfRefused)) throw error;
      deaf(`frees through ${name} can't be heard: ${error.message}`);
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
