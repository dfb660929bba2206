import type { Host } from '../host/host.ts';
import type { Source } from './source.ts';
import { buddyinfo } from './sources/buddyinfo.ts';
import { allocinfo } from './sources/allocinfo.ts';
import { cgroupFolders, cgroupMemory, cgroups } from './sources/cgroups.ts';
import { fileNr } from './sources/file-nr.ts';
import { dentryState, inodeState } from './sources/fs-state.ts';
import { keyUsers } from './sources/key-users.ts';
import { loadavg } from './sources/loadavg.ts';
import { meminfo } from './sources/meminfo.ts';
import { mountinfo } from './sources/mountinfo.ts';
import { netDev } from './sources/net-dev.ts';
import { netStats } from './sources/net-stat.ts';
import { nfConntrackCount, nfConntrackMax } from './sources/nf-conntrack-count.ts';
import { pageOwner } from './sources/page-owner.ts';
import { pressures } from './sources/pressure.ts';
import { protocols } from './sources/protocols.ts';
import { rt6Stats } from './sources/rt6-stats.ts';
import { slabinfo } from './sources/slabinfo.ts';
import { netstat, snmp, snmp6 } from './sources/snmp.ts';
import { sockstat, sockstat6 } from './sources/sockstat.ts';
import { softnetStat } from './sources/softnet-stat.ts';
import { stat } from './sources/stat.ts';
import { swaps } from './sources/swaps.ts';
import { vmallocinfo } from './sources/vmallocinfo.ts';
import { vmstat } from './sources/vmstat.ts';
import { zoneinfo } from './sources/zoneinfo.ts';

/** Counters of the populations in slab caches. */
const populationSources: readonly Source[] = [
  rt6Stats,
  fileNr,
  dentryState,
  inodeState,
  sockstat,
  sockstat6,
  protocols,
  nfConntrackCount,
  keyUsers,
  loadavg,
];

/** Slab caches and what their objects are: the least that each sample reads. */
export const counted: readonly Source[] = [slabinfo, meminfo, ...populationSources];

/** What the machine does meanwhile, and where its pages are. */
export const driving: readonly Source[] = [snmp6, snmp, netstat, netDev, softnetStat, stat, vmstat, cgroups, ...pressures];

/** At the window's two ends. */
const edges: readonly Source[] = [
  vmallocinfo,
  buddyinfo,
  swaps,
  mountinfo,
  nfConntrackMax,
  cgroupFolders,
  cgroupMemory,
  allocinfo,
  pageOwner,
];

/**
 * Every source, in the order it is read. zoneinfo stands beside meminfo, because a page that moves between a free list and a
 * per-CPU list in between would be missing from the ledger or twice in it.
 */
export function sourcesOf(host: Host): readonly Source[] {
  return [slabinfo, meminfo, zoneinfo, ...populationSources, ...driving, ...netStats(host), ...edges];
}
