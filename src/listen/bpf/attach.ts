import type { Bpf, ProgramInfo } from '../../host/bpf.ts';
import type { Effort } from '../budget.ts';
import type { Target } from '../target.ts';
import type { Hook } from './hooks.ts';
import type { Maps } from './maps.ts';
import { allocProgram } from './programs/alloc.ts';
import { freeProgram } from './programs/free.ts';
import { kfreeProgram } from './programs/kfree.ts';
import { type KmallocMatch, kmallocProgram } from './programs/kmalloc.ts';
import { pageAllocProgram } from './programs/page-alloc.ts';
import { pageFreeProgram } from './programs/page-free.ts';
import { percpuAllocProgram } from './programs/percpu-alloc.ts';
import { pointerFreeProgram } from './programs/pointer-free.ts';
import { vmallocAllocProgram } from './programs/vmalloc-alloc.ts';

/** All a program needs to know of this kernel and this cache. */
export interface Knowledge {
  /** Possible CPUs. */
  readonly cpus: number;
  readonly target: Target;
  /** Addresses of the caches; empty where the target is no cache or the kernel does not tell (kmalloc by gfp). */
  readonly caches: readonly bigint[];
  /** BTF id of the kfunc bpf_get_kmem_cache. */
  readonly getKmemCache: number | undefined;
  /** Set when the cache, or an alias of it, is one of kmalloc's. */
  readonly kmalloc: KmallocMatch | undefined;
  readonly hooks: readonly Hook[];
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
  if (target.kind === 'vmalloc')
    return [{ name: 'kmai_vfree', tracepoint: 'free_vmap_area_noflush', code: (second) => pointerFreeProgram(maps, 0, second) }];
  if (target.kind === 'percpu')
    return [{ name: 'kmai_cfree', tracepoint: 'percpu_free_percpu', code: (second) => pointerFreeProgram(maps, 2, second) }];
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
  if (target.kind === 'vmalloc')
    return [{ name: 'kmai_valloc', tracepoint: 'alloc_vmap_area', code: (second) => vmallocAllocProgram(maps, effort, second) }];
  if (target.kind === 'percpu')
    return [
      { name: 'kmai_calloc', tracepoint: 'percpu_alloc_percpu', code: (second) => percpuAllocProgram(maps, known.cpus, effort, second) },
    ];
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

function attach(bpf: Bpf, parts: readonly Part[], second: boolean): Attached {
  const programs: number[] = [];
  const links: number[] = [];
  const detach = () => {
    for (const fd of [...links.splice(0), ...programs.splice(0)]) bpf.closeFd(fd);
  };
  try {
    for (const { name, code } of parts)
      programs.push(bpf.loadProgram({ name: second ? `${name}2` : name, type: 'raw_tracepoint', code: code(second) }));
    parts.forEach(({ tracepoint }, index) => links.push(bpf.attachRawTracepoint(tracepoint, programs[index]!)));
  } catch (error) {
    detach();
    throw error;
  }
  return { programs, info: () => programs.map((program) => bpf.programInfo(program)), detach };
}

/**
 * Each program has two copies. A program that is running already is skipped on that CPU, so an event in an interrupt
 * that arrived inside the first copy is seen by the second alone. A quiet cache needs no second copy, and is
 * spared its cost.
 */
export type Copy = 'first' | 'second';

/** Frees are attached before allocations, and outlive them. */
export function attachFrees(bpf: Bpf, maps: Maps, known: Knowledge, copy: Copy): Attached {
  return attach(bpf, freeParts(maps, known), copy === 'second');
}

export function attachAllocations(bpf: Bpf, maps: Maps, known: Knowledge, effort: Effort, copy: Copy): Attached {
  return attach(bpf, allocParts(maps, known, effort), copy === 'second');
}
