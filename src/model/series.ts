import type { Series, Unit } from './evidence.ts';

/**
 * The names of all series: what the examinations give and the diagnosis may ask for.
 * Names follow Prometheus: base units, `_total` for counters (values that only grow until reboot).
 */
export const seriesNames = {
  slab_active_objects: { unit: 'objects', labels: ['cache'], help: 'active objects of a slab cache, /proc/slabinfo column 2' },
  slab_objects: { unit: 'objects', labels: ['cache'], help: 'all objects, free ones included, /proc/slabinfo column 3' },
  slab_bytes: { unit: 'bytes', labels: ['cache'], help: 'pages held by the cache: num_slabs × pagesperslab × page size' },
  population_objects: {
    unit: 'objects',
    labels: ['cache', 'by', 'leaves_out'],
    help: 'objects of an alias as its own counter knows them; cache is the alias, by the counter (/proc path and field); leaves_out, where it is there: objects the counter does not count',
  },
  population_limit: {
    unit: 'objects',
    labels: ['cache', 'by'],
    help: 'the most objects of an alias that a limit of the kernel allows (file-max, nf_conntrack_max, key quotas)',
  },
  population_lazily_freed: {
    unit: 'objects',
    labels: ['cache', 'by'],
    help: 'objects of an alias that their owner gave up and the kernel frees later, many together',
  },
  meminfo_bytes: { unit: 'bytes', labels: ['field'], help: 'a line of /proc/meminfo' },
  ledger_bytes: { unit: 'bytes', labels: ['part'], help: 'a part of the ledger; part "unaccounted" is what is left of MemTotal' },
  vmstat_pages: { unit: 'pages', labels: ['field'], help: 'a gauge of /proc/vmstat (nr_*)' },
  vmstat_total: { unit: 'events', labels: ['counter'], help: 'a counter of /proc/vmstat' },
  snmp_total: {
    unit: 'events',
    labels: ['counter'],
    help: 'a counter of /proc/net/snmp, snmp6 or netstat; counter is e.g. Ip6InReceives, TcpPassiveOpens, TcpExtListenDrops',
  },
  netdev_total: { unit: 'events', labels: ['device', 'counter'], help: 'rx_packets, tx_packets, rx_bytes … of /proc/net/dev' },
  softnet_total: {
    unit: 'events',
    labels: ['counter'],
    help: 'processed, dropped, time_squeeze of /proc/net/softnet_stat, summed over CPUs',
  },
  netstat_cache_total: {
    unit: 'events',
    labels: ['table', 'counter'],
    help: 'a counter of /proc/net/stat/TABLE (rt_cache, arp_cache, nf_conntrack …), summed over CPUs',
  },
  netstat_cache_entries: { unit: 'objects', labels: ['table'], help: 'the entries column of /proc/net/stat/TABLE: its size now' },
  swap_bytes: { unit: 'bytes', labels: ['device', 'field'], help: '/proc/swaps: size and used' },
  stat_total: { unit: 'events', labels: ['counter'], help: 'ctxt, intr, processes (forks), softirq of /proc/stat' },
  sockets: {
    unit: 'objects',
    labels: ['protocol', 'state'],
    help: 'a socket count of /proc/net/sockstat and sockstat6; state is inuse, orphan, tw, alloc, used',
  },
  socket_bytes: { unit: 'bytes', labels: ['protocol'], help: 'the memory field of sockstat (fragments waiting for reassembly)' },
  socket_pages: { unit: 'pages', labels: ['protocol'], help: 'the mem field of sockstat' },
  vmalloc_bytes: { unit: 'bytes', labels: ['caller'], help: 'vmalloc areas by caller, /proc/vmallocinfo' },
  zone_pages: {
    unit: 'pages',
    labels: ['node', 'zone', 'field'],
    help: '/proc/zoneinfo: free, managed, present, min, low, high; pcp: on the per-CPU lists',
  },
  buddy_free_blocks: { unit: 'objects', labels: ['node', 'zone', 'order'], help: '/proc/buddyinfo' },
  cgroups: { unit: 'objects', labels: ['state'], help: 'memory cgroups: state live (directories), dying (removed, still charged) or all' },
  cgroup_bytes: { unit: 'bytes', labels: ['field'], help: 'kernel parts of the root memory.stat' },
  allocation_bytes: { unit: 'bytes', labels: ['site'], help: '/proc/allocinfo by file:line function' },
  page_owner_pages: { unit: 'pages', labels: ['stack'], help: 'page_owner show_stacks by stack' },
  page_owner_allocations: {
    unit: 'objects',
    labels: ['stack'],
    help: 'page_owner show_stacks by stack, of kernels that count allocations and not pages',
  },
  pressure_stall_seconds_total: { unit: 'seconds', labels: ['resource', 'share'], help: 'PSI totals; share is some or full' },
  load_tasks: { unit: 'objects', labels: ['state'], help: '/proc/loadavg: runnable and all tasks' },
  uptime_seconds: { unit: 'seconds', labels: [], help: '/proc/uptime' },
} as const satisfies Record<string, { unit: Unit; labels: readonly string[]; help: string }>;

export type SeriesName = keyof typeof seriesNames;

/** Counters only ever grow: their increments are candidate drivers; gauges are not. */
export function isCounter(name: string): boolean {
  return name.endsWith('_total');
}

/** "Ip6InReceives", or "eth0 rx_packets" where one counter exists per device or table; null for a gauge. */
export function counterName(series: Series): string | null {
  if (!isCounter(series.name)) return null;
  const { counter, ...others } = series.labels;
  return [...Object.values(others), counter ?? series.name].join(' ');
}
