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
  | { readonly kind: 'pages'; readonly name: string; readonly order: number | undefined; readonly pageBytes: number };

export type SlabTarget = Extract<Target, { kind: 'slab' }>;

const folder = '/sys/kernel/slab';

/**
 * The cache behind a name: of a merged cache any alias will do. sysfs links every alias to the one folder of the cache
 * (mm/slub.c, sysfs_slab_alias); which of them is the kernel's own name for it only /proc/slabinfo tells.
 */
export function resolveTarget(host: Host, wanted: string): Reading<Target> {
  if (wanted === 'pages' || wanted.startsWith('pages:')) return resolvePages(wanted);
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
      near.length > 0 ? `did you mean ${near.join(', ')}?` : 'see `kmai touch caches` for the names; pages:ORDER listens to pages';
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
  return available({ kind: 'pages', name: wanted, order, pageBytes: 4096 });
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

/** Active objects of a cache by /proc/slabinfo; null when it can't be read or the cache is not in it. */
export function activeObjects(host: Host, cache: string): number | null {
  const text = host.read('/proc/slabinfo');
  if (!text.ok) return null;
  const at = text.value.indexOf(`\n${cache} `);
  if (at < 0) return null;
  const active = Number(/^\S+\s+(\d+)/.exec(text.value.slice(at + 1))?.[1] ?? Number.NaN);
  return Number.isFinite(active) ? active : null;
}
