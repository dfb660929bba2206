import { pathOf } from '../kernel/stacks.ts';
import type { CallSite } from '../model/evidence.ts';
import type { Site } from './engine.ts';
import type { Reconciliation } from './reconcile.ts';

/** A site must hold this share of the growth, and so many objects, to be called leaking. */
const LEAST_SHARE = 0.05;
const LEAST_OBJECTS = 16;
/** Shares of the survivors that must come from the earlier and the later half of the window. */
const LEAST_EARLIER = 0.25;
const LEAST_LATER = 0.15;
/** They must come from so many of its eight parts: a burst is not a leak yet. */
const LEAST_PARTS = 5;
const PROCESSES_SHOWN = 8;

/** Sites of one path are one: the stack of the one that holds most stands for all. Most outstanding first. */
export function groupSites(sites: readonly Site[]): readonly Site[] {
  const groups = Map.groupBy(sites, (site) => pathOf(site.frames));
  return [...groups.values()].map(joinSites).toSorted((a, b) => b.outstanding - a.outstanding || b.allocated - a.allocated);
}

function joinSites(sites: readonly Site[]): Site {
  const standing = sites.reduce((best, site) => (weight(site) > weight(best) ? site : best));
  if (sites.length === 1) return standing;
  const processes = new Map<string, { pid: number; comm: string; count: number }>();
  for (const process of sites.flatMap((site) => site.processes)) {
    const key = `${process.pid} ${process.comm}`;
    const had = processes.get(key);
    if (had === undefined) processes.set(key, { ...process });
    else had.count += process.count;
  }
  const oldest = sites.map((site) => site.oldestSeconds).filter((seconds) => seconds !== null);
  return {
    frames: standing.frames,
    allocated: sites.reduce((sum, site) => sum + site.allocated, 0),
    outstanding: sites.reduce((sum, site) => sum + site.outstanding, 0),
    ...(standing.bytes === undefined ? {} : { bytes: sites.reduce((sum, site) => sum + (site.bytes ?? 0), 0) }),
    byAge: standing.byAge.map((_, part) => sites.reduce((sum, site) => sum + site.byAge[part]!, 0)),
    oldestSeconds: oldest.length === 0 ? null : Math.max(...oldest),
    processes: [...processes.values()],
    cpus: [...new Set(sites.flatMap((site) => site.cpus))].toSorted((a, b) => a - b),
  };
}

const weight = (site: Site) => site.outstanding * 1e9 + site.allocated;

/** What each path allocated, freed and holds, and whether it leaks. */
export function callSites(sites: readonly Site[], found: Reconciliation, reclaimable: boolean): readonly CallSite[] {
  return groupSites(sites).map((site) => ({
    cache: found.target,
    stack: site.frames,
    allocated: site.allocated,
    freed: Math.max(0, site.allocated - site.outstanding),
    outstanding: site.outstanding,
    bytes: site.bytes ?? site.outstanding * found.object_bytes,
    oldest_seconds: site.oldestSeconds,
    leaking: leaking(site, found, reclaimable),
    processes: site.processes.toSorted((a, b) => b.count - a.count).slice(0, PROCESSES_SHOWN),
    cpus: site.cpus,
  }));
}

/** It allocated enough to tell, and freed next to nothing: a counter too coarse to show the growth does not acquit it. */
function neverFrees({ allocated, outstanding }: Site): boolean {
  return outstanding >= LEAST_OBJECTS && outstanding >= 0.9 * allocated;
}

/**
 * Outstanding is not leaking. It takes a cache that grows steadily, frees that are seen, and survivors of every age:
 * from the window's earlier half (they outlive what is healthy) and from its later half (it goes on).
 */
function leaking(site: Site, found: Reconciliation, reclaimable: boolean): 'yes' | 'no' | 'unknown' {
  if (found.frees_visible === 'no') return 'unknown';
  if (site.outstanding === 0) return 'no';
  if (found.growth_objects === null || found.growth === 'unknown') return 'unknown';
  if (found.growth === 'warm-up') return 'no';
  if (found.growth === 'none') return neverFrees(site) ? 'unknown' : 'no';
  const half = site.byAge.length / 2;
  const share = (parts: readonly number[]) => parts.reduce((a, b) => a + b, 0) / site.outstanding;
  if (share(site.byAge.slice(0, half)) < LEAST_EARLIER) return 'no';
  if (share(site.byAge.slice(half)) < LEAST_LATER) return 'no';
  const weighty = site.outstanding >= Math.max(LEAST_OBJECTS, LEAST_SHARE * found.growth_objects);
  const spread = site.byAge.filter((objects) => objects > 0).length >= LEAST_PARTS;
  if (!weighty || !spread || found.frees_visible === 'unknown' || reclaimable) return 'unknown';
  return 'yes';
}
