import type { Host } from '../host/host.ts';
import { available, type Reading, unavailable } from '../model/reading.ts';

/** What is listened to. */
export type Target =
  | {
      readonly kind: 'slab';
      /** The name the kernel's struct kmem_cache bears: the row of /proc/slabinfo. */
      readonly name: string;
      /** All names that share the cache, `name` included, sorted. */
      readonly aliases: readonly string[];
      /** Bytes an object takes in the slab (sysfs `slab_size`), and bytes it may use (`object_size`). */
      readonly slabBytes: number;
      readonly objectBytes: number;
      /** The kernel frees its objects when memory is wanted (SLAB_RECLAIM_ACCOUNT). */
      readonly reclaimable: boolean;
    }
  /** Blocks of pages; `order` undefined: of every order. */
  | { readonly kind: 'pages'; readonly name: 'pages' | `pages:${number}`; readonly order: number | undefined; readonly pageBytes: number }
  /** Areas of the kernel's virtual address space, and per-CPU memory: every object has a size of its own. */
  | { readonly kind: 'vmalloc'; readonly name: 'vmalloc' }
  | { readonly kind: 'percpu'; readonly name: 'percpu' };

export type SlabTarget = Extract<Target, { kind: 'slab' }>;

/** What can be listened to besides caches. */
export const memoryKinds = ['pages', 'vmalloc', 'percpu'] as const;

/** Whether its objects have sizes of their own: then bytes are told beside objects, and growth is counted in bytes. */
export function isSized(target: Target): boolean {
  return target.kind === 'vmalloc' || target.kind === 'percpu' || (target.kind === 'pages' && target.order === undefined);
}

const folder = '/sys/kernel/slab';

/**
 * The cache behind a name: of a merged cache any alias will do. sysfs links every alias to the one folder of the cache
 * (mm/slub.c, sysfs_slab_alias); which of them is the kernel's own name for it only /proc/slabinfo tells.
 */
export function resolveTarget(host: Host, wanted: string): Reading<Target> {
  if (wanted === 'pages' || wanted.startsWith('pages:')) return resolvePages(wanted);
  if (wanted === 'vmalloc' || wanted === 'percpu') return available({ kind: wanted, name: wanted } as Target);
  const rows = slabinfoRows(host);
  if (!rows.ok) return rows;
  const links = host.list(folder);
  let folderName = wanted;
  let aliases: readonly string[] = [wanted];
  if (links.ok) {
    const entry = links.value.find((each) => each.name === wanted);
    folderName = entry?.target?.split('/').at(-1) ?? wanted;
    const group = links.value.filter((each) => each.name === folderName || each.target?.split('/').at(-1) === folderName);
    // A folder like `:0000256` is an identity sysfs made up, no one's name.
    const names = group.map((each) => each.name).filter((name) => !name.startsWith(':'));
    if (names.length > 0) aliases = names.toSorted();
  }
  const name = rows.value.has(wanted) ? wanted : aliases.find((alias) => rows.value.has(alias));
  const row = name === undefined ? undefined : rows.value.get(name);
  if (name === undefined || row === undefined) {
    const near = [...rows.value.keys()].filter((each) => each.includes(wanted)).slice(0, 5);
    const hint =
      near.length > 0
        ? `did you mean ${near.join(', ')}?`
        : 'see `kmai touch caches` for the names; pages, pages:ORDER, vmalloc and percpu are heard too';
    return unavailable(`the slab cache ${wanted}`, 'absent', 'neither a row of /proc/slabinfo nor an alias in /sys/kernel/slab', hint);
  }
  const attribute = (file: string): number | undefined => {
    const text = host.read(`${folder}/${folderName}/${file}`);
    const value = text.ok ? Number(text.value.trim()) : Number.NaN;
    return Number.isFinite(value) ? value : undefined;
  };
  const slabBytes = attribute('slab_size') ?? row;
  return available({
    kind: 'slab',
    name,
    aliases,
    slabBytes,
    objectBytes: attribute('object_size') ?? row,
    reclaimable: attribute('reclaim_account') === 1,
  });
}

function resolvePages(wanted: string): Reading<Target> {
  const text = wanted.slice('pages:'.length);
  if (wanted === 'pages') return available({ kind: 'pages', name: wanted, order: undefined, pageBytes: 4096 });
  const order = Number(text);
  if (!/^\d+$/.test(text) || order > 10)
    return unavailable(`pages of order ${text}`, 'absent', 'an order is 0 to 10', 'pages:0 … pages:10');
  return available({ kind: 'pages', name: `pages:${order}`, order, pageBytes: 4096 });
}

/** Cache name → object size in bytes (slabinfo's `objsize`, metadata included). */
function slabinfoRows(host: Host): Reading<ReadonlyMap<string, number>> {
  const text = host.read('/proc/slabinfo');
  if (!text.ok) return text;
  const rows = new Map<string, number>();
  for (const line of text.value.split('\n')) {
    const row = /^(\S+)\s+\d+\s+\d+\s+(\d+)\s/.exec(line);
    if (row !== null) rows.set(row[1]!, Number(row[2]));
  }
  return available(rows);
}

/** What there is of it, by a counter that has nothing to do with tracing: objects, or bytes where they have sizes of their own; null: not known. */
export function measured(host: Host, target: Target): number | null {
  if (target.kind === 'slab') return activeObjects(host, target.name);
  // Free memory says nothing of one order: only all pages together can be held against it.
  if (target.kind === 'pages' && target.order !== undefined) return null;
  const text = host.read('/proc/meminfo');
  const row = { pages: 'MemFree', vmalloc: 'VmallocUsed', percpu: 'Percpu' }[target.kind];
  const kibibytes = text.ok ? new RegExp(`^${row}:\\s+(\\d+)`, 'm').exec(text.value)?.[1] : undefined;
  if (kibibytes === undefined) return null;
  return (target.kind === 'pages' ? -1 : 1) * Number(kibibytes) * 1024;
}

/**
 * What the counter may be off by without anything having happened, in its own unit. /proc/slabinfo counts the whole of a
 * slab that a CPU holds as in use: two slabs a CPU may come and go without any object having been allocated. Free pages lie
 * in lists of each CPU, and the per-CPU allocator keeps a few pages ready.
 */
export function noiseOf(host: Host, target: Target): number {
  const cpus = host.read('/sys/devices/system/cpu/online');
  const count = cpus.ok ? Number(/(\d+)\s*$/.exec(cpus.value)?.[1] ?? 0) + 1 : 1;
  if (target.kind === 'pages') return 1024 * count * (target.order === undefined ? target.pageBytes : 1);
  if (target.kind === 'vmalloc') return 32 * 4096 * count;
  if (target.kind === 'percpu') return 4 * 4096 * count;
  const slabs = host.read('/proc/slabinfo');
  const row = slabs.ok ? slabs.value.split('\n').find((line) => line.startsWith(`${target.name} `)) : undefined;
  const objectsPerSlab = Number(row?.split(/\s+/)[4] ?? 16);
  return Math.max(32, 2 * count * objectsPerSlab);
}

/** Active objects of a cache by /proc/slabinfo; null when it can't be read or the cache is not in it. */
export function activeObjects(host: Host, cache: string): number | null {
  const text = host.read('/proc/slabinfo');
  if (!text.ok) return null;
  const at = text.value.indexOf(`\n${cache} `);
  if (at < 0) return null;
  const active = Number(/^\S+\s+(\d+)/.exec(text.value.slice(at + 1))?.[1] ?? Number.NaN);
  return Number.isFinite(active) ? active : null;
}
