import type { Bpf, ProgramInfo } from '../../host/bpf.ts';
import type { Effort } from '../budget.ts';
import type { Target } from '../target.ts';
import type { Maps } from './maps.ts';
import { allocProgram } from './programs/alloc.ts';
import { freeProgram } from './programs/free.ts';
import { kfreeProgram } from './programs/kfree.ts';
import { type KmallocMatch, kmallocProgram } from './programs/kmalloc.ts';
import { pageAllocProgram } from './programs/page-alloc.ts';
import { pageFreeProgram } from './programs/page-free.ts';

/** All a program needs to know of this kernel and this cache. */
export interface Knowledge {
  readonly target: Target;
  /** Addresses of the caches; empty where the target is no cache or the kernel does not tell (kmalloc by gfp). */
  readonly caches: readonly bigint[];
  /** BTF id of the kfunc bpf_get_kmem_cache. */
  readonly getKmemCache: number | undefined;
  /** Set when the cache, or an alias of it, is one of kmalloc's. */
  readonly kmalloc: KmallocMatch | undefined;
}

export interface Attached {
  readonly programs: readonly number[];
  info(): readonly ProgramInfo[];
  detach(): void;
}

interface Part {
  readonly name: string;
  readonly tracepoint: string;
  readonly code: (second: boolean) => Uint8Array;
}

function freeParts(maps: Maps, known: Knowledge): readonly Part[] {
  const { target, caches } = known;
  if (target.kind === 'pages')
    return [{ name: 'kmai_pfree', tracepoint: 'mm_page_free', code: (second) => pageFreeProgram(maps, target.order, second) }];
  const parts: Part[] = [];
  if (caches.length > 0)
    parts.push({ name: 'kmai_free', tracepoint: 'kmem_cache_free', code: (second) => freeProgram(maps, caches, second) });
  parts.push({ name: 'kmai_kfree', tracepoint: 'kfree', code: (second) => kfreeProgram(maps, caches, known.getKmemCache, second) });
  return parts;
}

function allocParts(maps: Maps, known: Knowledge, effort: Effort): readonly Part[] {
  const { target, caches, kmalloc } = known;
  if (target.kind === 'pages')
    return [{ name: 'kmai_palloc', tracepoint: 'mm_page_alloc', code: (second) => pageAllocProgram(maps, target.order, effort, second) }];
  const parts: Part[] = [];
  if (caches.length > 0)
    parts.push({ name: 'kmai_alloc', tracepoint: 'kmem_cache_alloc', code: (second) => allocProgram(maps, caches, effort, second) });
  if (kmalloc !== undefined)
    parts.push({
      name: 'kmai_kmalloc',
      tracepoint: 'kmalloc',
      code: (second) => kmallocProgram(maps, target.objectBytes, kmalloc, effort, second),
    });
  return parts;
}

function attach(bpf: Bpf, parts: readonly Part[], copies: readonly boolean[]): Attached {
  const programs: number[] = [];
  const links: number[] = [];
  const detach = () => {
    for (const fd of [...links.splice(0), ...programs.splice(0)]) bpf.closeFd(fd);
  };
  try {
    for (const part of parts)
      for (const second of copies)
        programs.push(bpf.loadProgram({ name: second ? `${part.name}2` : part.name, type: 'raw_tracepoint', code: part.code(second) }));
    parts.forEach((part, index) =>
      copies.forEach((_, copy) => links.push(bpf.attachRawTracepoint(part.tracepoint, programs[index * copies.length + copy]!))),
    );
  } catch (error) {
    detach();
    throw error;
  }
  return { programs, info: () => programs.map((program) => bpf.programInfo(program)), detach };
}

/** Frees are attached before allocations, and outlive them. */
export function attachFrees(bpf: Bpf, maps: Maps, known: Knowledge): Attached {
  return attach(bpf, freeParts(maps, known), [false, true]);
}

/** Where one in n is recorded there is no second copy: it could not know what the first left out on purpose. */
export function attachAllocations(bpf: Bpf, maps: Maps, known: Knowledge, effort: Effort): Attached {
  return attach(bpf, allocParts(maps, known, effort), effort.sample > 1 ? [false] : [false, true]);
}
