/**
 * Files of /proc and /sys as the kernel would have shown them, from its memory: what reads them live reads a dump
 * just so. Each is made when asked for; one whose structures are not there is unavailable.
 */
import type { Entry } from '../../host/host.ts';
import type { Kernel } from '../kernel.ts';
import type { Cache, CacheFlag } from '../slab/caches.ts';
import type { SlabView } from '../vmcore.ts';
import { countersByName, percpuCounter } from './counters.ts';
import type { Structs } from './structs.ts';

const sysSlab = '/sys/kernel/slab';
/** Flags by their files in /sys/kernel/slab/CACHE. */
const flagFiles: Readonly<Record<string, CacheFlag>> = {
  reclaim_account: 'reclaim-account',
  cache_dma: 'dma',
  store_user: 'store-user',
  red_zone: 'red-zone',
  poison: 'poison',
  sanity_checks: 'consistency-checks',
  destroy_by_rcu: 'rcu',
  hwcache_align: 'hwcache-align',
};
const taintLetters = 'PFSRMBUDAWCIOELKXTNJ';

/** When the dump was taken by the kernel's own clock, and how long it was up; seconds. */
export function dumpTime(kernel: Kernel, { number }: Structs): { readonly now: number; readonly up: number } {
  // A copy of the timekeeper; part of tk_core since 6b1ef640f4f3 (v6.13).
  const keeper =
    kernel.symbols.address('shadow_timekeeper') === undefined
      ? '((struct tk_data *)&tk_core)->timekeeper'
      : '(*(struct timekeeper *)&shadow_timekeeper)';
  const now = Number(number(`${keeper}.xtime_sec`));
  return { now, up: now + Number(number(`${keeper}.wall_to_monotonic.tv_sec`)) };
}

/** Paths with what makes their text. Each may throw Meaningless, BadDump or Unmapped. */
export function procFiles(kernel: Kernel, given: Structs, view: () => SlabView): ReadonlyMap<string, () => string> {
  const { number, text } = given;
  return new Map<string, () => string>([
    ['/proc/version', () => kernel.memory.string(kernel.symbol('linux_banner'), 1024)],
    ['/proc/sys/kernel/osrelease', () => `${text('init_uts_ns.name.release')}\n`],
    ['/proc/sys/kernel/hostname', () => `${text('init_uts_ns.name.nodename')}\n`],
    ['/proc/cmdline', () => `${text('saved_command_line')}\n`],
    ['/proc/sys/kernel/tainted', () => `${number('*(unsigned long *)&tainted_mask')}\n`],
    ['/proc/uptime', () => `${dumpTime(kernel, given).up}.00 0.00\n`],
    ['/proc/modules', () => modulesText(kernel, given)],
    ['/proc/slabinfo', () => slabinfoText(view())],
    ['/proc/meminfo', () => meminfoText(kernel, given)],
    [
      '/proc/sys/fs/file-nr',
      () => `${percpuCounter(kernel, given, '(*(struct percpu_counter *)&nr_files)')}\t0\t${number('files_stat.max_files')}\n`,
    ],
    ['/proc/net/rt6_stats', () => rt6StatsText(kernel, given)],
  ]);
}

function modulesText(kernel: Kernel, { number }: Structs): string {
  const lines = kernel.modules.map(({ name, address, ranges }) => {
    const own = `((struct module *)${address})`;
    const taints = number(`${own}->taints`);
    const letters = taintLetters
      .split('')
      .filter((_, bit) => ((taints >> BigInt(bit)) & 1n) === 1n)
      .join('');
    const size = ranges.reduce((sum, [from, to]) => sum + to - from, 0n);
    const users = number(`${own}->refcnt.counter`) - 1n; // MODULE_REF_BASE
    return `${name} ${size} ${users} - Live 0x${ranges[0]![0].toString(16)}${letters === '' ? '' : ` (${letters})`}`;
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** Exactly the allocated objects, where slabinfo counts what CPUs keep free as active too. */
function slabinfoText({ caches, objects }: SlabView): string {
  const rows = caches.map((cache) => {
    const own = objects.perCache[cache.index]!;
    return `${cache.name} ${own.allocated} ${own.total} ${cache.size} ${cache.objectsPerSlab} ${cache.pagesPerSlab} : tunables 0 0 0 : slabdata ${own.slabs} ${own.slabs} 0`;
  });
  return `slabinfo - version: 2.1\n# name <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n${rows.join('\n')}\n`;
}

/** Global counters; what CPUs have not added yet (at most 125 pages each) is left out, as in the kernel's own. */
function meminfoText(kernel: Kernel, { number }: Structs): string {
  const zone = countersByName(kernel, 'vm_zone_stat', 'zone_stat_item');
  const node = countersByName(kernel, 'vm_node_stat', 'node_stat_item');
  const pages = new Map([...zone, ...node]);
  const lines: string[] = [];
  const line = (name: string, kibibytes: number | undefined): void => {
    if (kibibytes !== undefined) lines.push(`${`${name}:`.padEnd(15)} ${String(Math.max(0, Math.round(kibibytes))).padStart(8)} kB`);
  };
  const of = (...names: readonly string[]): number | undefined => {
    const known = names.map((name) => pages.get(name));
    return known.some((value) => value === undefined) ? undefined : known.reduce<number>((sum, value) => sum + value! * 4, 0);
  };
  line('MemTotal', Number(number('_totalram_pages.counter')) * 4);
  line('MemFree', of('NR_FREE_PAGES'));
  line('Buffers', 0); // the block devices' own page cache is in Cached here
  line('Cached', of('NR_FILE_PAGES'));
  line('AnonPages', of('NR_ANON_MAPPED'));
  line('Mapped', of('NR_FILE_MAPPED'));
  line('Shmem', of('NR_SHMEM'));
  line('Slab', of('NR_SLAB_RECLAIMABLE_B', 'NR_SLAB_UNRECLAIMABLE_B'));
  line('SReclaimable', of('NR_SLAB_RECLAIMABLE_B'));
  line('SUnreclaim', of('NR_SLAB_UNRECLAIMABLE_B'));
  line('KernelStack', pages.get('NR_KERNEL_STACK_KB'));
  line('PageTables', of('NR_PAGETABLE'));
  line('VmallocUsed', Number(number('*(long *)&nr_vmalloc_pages')) * 4);
  line('Percpu', Number(number('*(unsigned long *)&pcpu_nr_populated')) * Number(number('*(int *)&pcpu_nr_units')) * 4);
  return `${lines.join('\n')}\n`;
}

function rt6StatsText(kernel: Kernel, given: Structs): string {
  const stat = (member: string): number => Number(given.number(`init_net.ipv6.rt6_stats->${member}`));
  const values = [
    stat('fib_nodes'),
    stat('fib_route_nodes'),
    stat('fib_rt_alloc.counter'),
    stat('fib_rt_entries'),
    stat('fib_rt_cache'),
    percpuCounter(kernel, given, 'init_net.ipv6.ip6_dst_ops.pcpuc_entries'),
    stat('fib_discarded_routes'),
  ];
  return `${values.map((value) => value.toString(16).padStart(4, '0')).join(' ')}\n`;
}

/** /sys/kernel/slab: merged caches as a folder that all their names link to. */
export function slabEntries({ caches }: SlabView): readonly Entry[] {
  const entries: Entry[] = [];
  for (const cache of caches) {
    const folder = folderOf(cache);
    entries.push({ name: folder, kind: 'folder' });
    if (folder === cache.name) continue;
    for (const name of [cache.name, ...cache.aliases]) entries.push({ name, kind: 'link', target: folder });
  }
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function folderOf(cache: Cache): string {
  return cache.aliases.length === 0 ? cache.name : `:${cache.index}-${cache.size}`;
}

/** A flag file of a cache's folder; undefined where the path is none. */
export function slabFlag({ caches }: SlabView, path: string): string | undefined {
  const [, folder, file] = new RegExp(`^${sysSlab}/([^/]+)/(\\w+)$`).exec(path) ?? [];
  const flag = flagFiles[file ?? ''];
  const cache = caches.find((one) => folderOf(one) === folder);
  return flag === undefined || cache === undefined ? undefined : `${cache.flags.includes(flag) ? 1 : 0}\n`;
}
