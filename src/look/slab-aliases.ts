import type { Host } from '../host/host.ts';
import type { CacheSpecimen } from '../model/evidence.ts';
import { available, type Reading } from '../model/reading.ts';
import { type Slabinfo, slabObjects, slabsOf } from './sources/slabinfo.ts';

const folder = '/sys/kernel/slab';
const help = 'run as root on a kernel with CONFIG_SLUB and CONFIG_SYSFS (slab_nomerge shows every cache by its own name)';

/** Flag files of sysfs whose 1 matters to a diagnosis. */
const flags = [
  'reclaim_account',
  'cache_dma',
  'store_user',
  'red_zone',
  'poison',
  'sanity_checks',
  'trace',
  'destroy_by_rcu',
  'hwcache_align',
] as const;

/** Caches that share one slab: a folder of /sys/kernel/slab and all names that link to it. */
export interface AliasGroup {
  /** `:A-0000256`, or the cache's own name where it is not merged */
  readonly folder: string;
  readonly names: readonly string[];
}

/**
 * Who is merged with whom. In /sys/kernel/slab a merged cache is a folder with a made-up name (`:A-0000256`) that
 * every one of its names links to; an unmerged one is a folder under its own name. mm/slub.c, create_unique_id().
 */
export function readAliasGroups(host: Host): Reading<readonly AliasGroup[]> {
  const entries = host.list(folder);
  if (!entries.ok) return { ok: false, unavailable: { ...entries.unavailable, help } };
  const groups = new Map<string, string[]>();
  for (const entry of entries.value) {
    const target = entry.kind === 'link' ? (entry.target ?? '').split('/').at(-1)! : entry.name;
    const names = groups.get(target) ?? [];
    groups.set(target, names);
    if (entry.kind === 'link' || !entry.name.startsWith(':')) names.push(entry.name);
  }
  return available([...groups].map(([name, names]) => ({ folder: name, names: names.toSorted() })));
}

/**
 * Every cache with its aliases, sizes and flags. Read once a consultation (a sysfs file costs 5–10 µs, there are
 * hundreds): flags only for `detailed` folders' names, all when left out.
 *
 * The name /proc/slabinfo shows is one of the group's names: whichever cache was created first. Without
 * sysfs nobody can say who is merged: `aliases` of the slabinfo rows alone would read as "none", so such
 * specimens are not made and the reason is given instead.
 */
export function readCaches(host: Host, shown: Slabinfo | null, detailed?: (name: string) => boolean): Reading<readonly CacheSpecimen[]> {
  const groups = readAliasGroups(host);
  if (!groups.ok) return groups;
  const rows = new Map((shown?.names ?? []).map((name, row) => [name, row]));
  const specimens: CacheSpecimen[] = [];
  for (const group of groups.value) {
    if (group.names.length === 0) continue;
    const name = group.names.find((each) => rows.has(each)) ?? group.names[0]!;
    const row = rows.get(name);
    const size = row === undefined || shown === null ? number(host, `${folder}/${group.folder}/slab_size`) : shown.sizes.objectSize[row]!;
    if (size === null) continue;
    const known = readFlags(host, group.folder, detailed === undefined || detailed(name));
    specimens.push({
      kind: 'cache',
      name,
      aliases: group.names,
      object_size: size,
      objects: row === undefined || shown === null ? null : slabObjects(shown, row),
      slabs: row === undefined || shown === null ? null : slabsOf(shown, row),
      ...(row === undefined || shown === null ? {} : { objects_per_slab: shown.sizes.objectsPerSlab[row]! }),
      ...(known === null ? {} : { flags: known, reclaimable: known.includes('reclaim_account') }),
    });
  }
  return available(specimens);
}

/** Which flags are set; null when they were not asked for or can't be read, which is not "none". */
function readFlags(host: Host, group: string, wanted: boolean): readonly string[] | null {
  // The made-up name carries the flags a merge depends on (d, D, a, F, A, t): create_unique_id().
  if (!wanted) return /^:[a-zA-Z]*-?\d/.test(group) && group.slice(0, group.search(/\d/)).includes('a') ? ['reclaim_account'] : null;
  const set: string[] = [];
  for (const flag of flags) {
    const value = number(host, `${folder}/${group}/${flag}`);
    if (value === null && flag === 'reclaim_account') return null;
    if (value === 1) set.push(flag);
  }
  return set;
}

function number(host: Host, path: string): number | null {
  const text = host.read(path);
  if (!text.ok) return null;
  const value = Number.parseInt(text.value, 10);
  return Number.isNaN(value) ? null : value;
}
