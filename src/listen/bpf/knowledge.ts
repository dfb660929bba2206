import type { Bpf } from '../../host/bpf.ts';
import type { Host } from '../../host/host.ts';
import { type Btf, decodeBtf } from '../../kernel/btf.ts';
import { available, Malformed, type Reading, unavailable } from '../../model/reading.ts';
import type { Request } from '../engine.ts';
import type { SlabTarget, Target } from '../target.ts';
import { pause } from '../window.ts';
import type { Knowledge } from './attach.ts';
import { learnCache, listCaches } from './caches.ts';
import { findHooks } from './hooks.ts';

/** What is not known of this kernel and this cache before anything is attached. */
export async function learn(bpf: Bpf, host: Host, request: Request): Promise<Reading<Knowledge>> {
  const { target } = request;
  const cpus = possibleCpus(host);
  const told = bpf.kernelBtf();
  const bytes = told === undefined ? host.readBytes('/sys/kernel/btf/vmlinux') : available(told);
  if (!bytes.ok) return bytes;
  const btf = readBtf(bytes.value);
  if (!btf.ok) return btf;
  if (target.kind !== 'slab') return learnMemory(btf.value, target, cpus);
  const place = btf.value.member('kmem_cache', 'name');
  if (place === undefined) return unavailable('struct kmem_cache', 'absent', 'not in /sys/kernel/btf/vmlinux', '');
  // Before v6.1 the allocation event had no cache (commit 2c1d697fb8ba): its third argument was a size.
  const third = argument(btf.value, 'kmem_cache_alloc', 2);
  if (third !== 'ptr')
    return unavailable(
      'the cache of kmem_cache_alloc',
      'unsupported',
      `the event's third argument is ${third ?? 'missing'}, not a cache`,
      '',
    );
  const hooks = findHooks(btf.value);
  const getKmemCache = btf.value.find('bpf_get_kmem_cache', 'func');
  const kmalloc = kmallocTraits(target.aliases);
  const listed = listCaches(bpf, btf.value, target.name, place.offset);
  let caches = listed;
  if (caches === undefined) {
    const until = request.seconds * 1000 + performance.now();
    const wait = async (milliseconds: number) => performance.now() < until && (await pause(milliseconds, request.signal));
    // kmalloc's own caches never appear in the events that would teach their address.
    const address = kmalloc === undefined ? await learnCache(bpf, target.name, place.offset, wait) : undefined;
    caches = address === undefined ? [] : [address];
  }
  if (kmalloc === undefined) return available({ target, cpus, caches, getKmemCache, kmalloc: undefined, hooks });
  const byKernel = getKmemCache !== undefined && caches.length > 0;
  return available({
    target,
    cpus,
    caches,
    getKmemCache,
    hooks,
    kmalloc: byKernel ? { by: 'kfunc', btfId: getKmemCache, caches } : { by: 'gfp', ...kmalloc },
  });
}

/** Number of arguments its allocation event must have for the program's words to be the right ones. */
const events = {
  pages: { event: 'mm_page_alloc', arguments: 4 },
  vmalloc: { event: 'alloc_vmap_area', arguments: 6 },
  // Its caller and the bytes of all CPUs came together.
  percpu: { event: 'percpu_alloc_percpu', arguments: 10 },
} as const;

function learnMemory(btf: Btf, target: Exclude<Target, SlabTarget>, cpus: number): Reading<Knowledge> {
  const { event, arguments: expected } = events[target.kind];
  const found = parametersOf(btf, event);
  if (found === undefined)
    return unavailable(`the event ${event}`, 'absent', `this kernel has no event for ${target.kind}`, 'a younger kernel has one');
  if (found.length !== expected)
    return unavailable(`the event ${event}`, 'unsupported', `it has ${found.length} arguments, ${expected} are known`, '');
  return available({ target, cpus, caches: [], getKmemCache: undefined, kmalloc: undefined, hooks: [] });
}

function readBtf(bytes: Uint8Array): Reading<Btf> {
  try {
    return available(decodeBtf(bytes));
  } catch (error) {
    if (error instanceof Malformed) return unavailable('/sys/kernel/btf/vmlinux', 'malformed', error.message);
    throw error;
  }
}

/** Kind of an argument of a tracepoint, by the typedef every tracepoint leaves in BTF; its first parameter is the probe's own. */
function argument(btf: Btf, tracepoint: string, index: number): string | undefined {
  const parameter = parametersOf(btf, tracepoint)?.[index];
  return parameter === undefined ? undefined : btf.resolve(parameter.type).kind;
}

function parametersOf(btf: Btf, tracepoint: string) {
  const id = btf.find(`btf_trace_${tracepoint}`, 'typedef');
  return id === undefined ? undefined : btf.parameters(btf.resolve(btf.type(id).type).type).slice(1);
}

const GFP_DMA = 0x01;
const GFP_RECLAIMABLE = 0x10;
const GFP_ACCOUNT = 0x40_0000;

/** Which kmalloc cache an alias is, as gfp bits (mm/slab.h, kmalloc_type()); undefined when none is. */
export function kmallocTraits(aliases: readonly string[]): { readonly set: number; readonly clear: number } | undefined {
  const name = aliases.map((alias) => /^(dma-)?kmalloc-(cg-|rcl-|rnd-\d+-)?\d+[kM]?$/.exec(alias)).find((match) => match !== null);
  if (name === undefined) return undefined;
  const family = name?.[1] ?? name?.[2] ?? '';
  if (family === 'dma-') return { set: GFP_DMA, clear: 0 };
  if (family === 'rcl-') return { set: GFP_RECLAIMABLE, clear: GFP_DMA };
  if (family === 'cg-') return { set: GFP_ACCOUNT, clear: GFP_DMA | GFP_RECLAIMABLE };
  return { set: 0, clear: GFP_DMA | GFP_RECLAIMABLE | GFP_ACCOUNT };
}

/** Per-CPU values come for every CPU that could be there (num_possible_cpus), not only those that are. */
function possibleCpus(host: Host): number {
  const text = host.read('/sys/devices/system/cpu/possible');
  const last = text.ok ? /(\d+)\s*$/.exec(text.value)?.[1] : undefined;
  if (last === undefined) throw new Malformed(1, 'a range of CPUs in /sys/devices/system/cpu/possible', text.ok ? text.value : '');
  return Number(last) + 1;
}
