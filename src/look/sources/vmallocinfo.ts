import { cursor, integer, malformed, more, nextLine, restOfLine, word } from '../scan.ts';
import type { Key, Named, Source } from '../source.ts';

/** Areas of one caller. */
export interface VmallocAreas {
  areas: number;
  /** pages that the area owns (`pages=`); 0 for a mapping of somebody else's (ioremap, vmap, per-CPU chunks) */
  pages: number;
  /** bytes of address space, guard page included */
  size: number;
}

export interface Vmallocinfo extends Named {
  readonly callers: ReadonlyMap<string, VmallocAreas>;
}

/** Freed addresses whose area is kept until 32 MiB × log2(CPUs) of them are purged together; mm/vmalloc.c, lazy_max_pages(). */
const unpurged = 'unpurged';
/** Two rows beside the callers: how many areas there are, and how many of them are freed but not purged. */
const totals = ['(areas)', '(unpurged areas)'] as const;

/**
 * Lines `0xADDRESS-0xADDRESS   SIZE caller+0x51/0x90 pages=4 vmalloc N0=4`; mm/vmalloc.c, vmalloc_info_show().
 * A row is a caller (the function without its offset); its value is bytes of pages where the areas own any, of
 * address space where they map what is not theirs. Two rows more count all areas, and those that are freed and not purged.
 */
export function parseVmallocinfo(text: string, like?: Vmallocinfo): Vmallocinfo {
  const c = cursor(text);
  const callers = new Map<string, VmallocAreas>();
  let pageSize = 4096;
  while (more(c)) {
    if (!/^0x[0-9a-f]+-0x[0-9a-f]+$/.test(word(c, 'an address range'))) throw malformed(c, '0xADDRESS-0xADDRESS');
    const size = integer(c, 'the size of the area');
    const rest = restOfLine(c).trim();
    // An area being set up has no caller yet; "unpurged" ones are freed addresses.
    const first = /^[^\s=]+(?=\s|$)/.exec(rest)?.[0] ?? 'unknown';
    const caller = first.split('+')[0]!;
    const pages = Number(/ pages=(\d+)/.exec(rest)?.[1] ?? 0);
    // One guard page each: the smallest area with pages tells how large a page is.
    if (pages > 0 && size % (pages + 1) === 0) pageSize = size / (pages + 1);
    const known = callers.get(caller) ?? { areas: 0, pages: 0, size: 0 };
    callers.set(caller, known);
    known.areas++;
    known.pages += pages;
    known.size += size;
    nextLine(c);
  }
  const counted = [callers.values().reduce((sum, { areas }) => sum + areas, 0), callers.get(unpurged)?.areas ?? 0];
  const byName = [...callers.keys()].toSorted();
  const names = [...byName, ...totals];
  const values = Float64Array.from(names, (name, index) => {
    const caller = callers.get(name);
    if (caller === undefined) return counted[index - byName.length]!;
    return caller.pages > 0 ? caller.pages * pageSize : caller.size;
  });
  const same = like !== undefined && like.names.length === names.length && names.every((name, index) => name === like.names[index]);
  return { names: same ? like.names : names, values, callers };
}

/** Functions that take kernel stacks from vmalloc, as compilers inline alloc_thread_stack_node() into them. */
const stackCallers: ReadonlySet<string> = new Set([
  'alloc_thread_stack_node',
  'dup_task_struct',
  'copy_process',
  'kernel_clone',
  '_do_fork',
  'fork_idle',
  'create_io_thread',
]);

/** Do kernel stacks come from vmalloc (CONFIG_VMAP_STACK)? */
export function stacksInVmalloc(value: Vmallocinfo): boolean {
  return [...value.callers].some(([caller, { pages }]) => pages > 0 && stackCallers.has(caller));
}

/** Has no chunk been added to the per-CPU memory taken at boot (which lies outside MemTotal)? */
export function percpuAtBootOnly(value: Vmallocinfo): boolean {
  return !value.callers.has('pcpu_get_vm_areas');
}

/** Who has how much from vmalloc. About 2 ms: at the edges only. */
export const vmallocinfo: Source<Vmallocinfo> = {
  id: 'vmallocinfo',
  path: '/proc/vmallocinfo',
  cadence: 'edge',
  help: { denied: 'run as root' },
  keep: 400,
  parse: parseVmallocinfo,
  keys: ({ names }) => [
    ...names.slice(0, -totals.length).map((caller): Key => ({ name: 'vmalloc_bytes', labels: { caller } })),
    // A vmap_area is also made for each free range between areas.
    { name: 'population_objects', labels: { cache: 'vmap_area', by: '/proc/vmallocinfo areas', leaves_out: 'free ranges of addresses' } },
    { name: 'population_lazily_freed', labels: { cache: 'vmap_area', by: '/proc/vmallocinfo unpurged areas' } },
  ],
  values: (value) => value.values,
};
