import type { HoldingKind, Series } from '../model/evidence.ts';
import { heldInAll } from './holdings.ts';
import type { ProcessCensus } from './process-census.ts';
import { type Sampled, tapeOf } from './sampler.ts';
import { hasRow, rowOf, toSeries } from './tape.ts';

/**
 * Which counter of the kernel counts the objects of which alias: the means to split a merged cache's growth.
 * The value is taken from a source's row; how often is the source's own cadence.
 */
export interface Population {
  /** The cache as kmem_cache_create() names it. */
  readonly alias: string;
  readonly source: string;
  readonly row: string;
  /** Path and field, for people. */
  readonly by: string;
  /** Objects of the alias per unit of the counter. */
  readonly objectsPerUnit: number;
  /** Counts one network namespace only: the others are asked too, through a process that lives in each. */
  readonly perNetwork?: true;
  /** Objects that the counter does not count: it can show growth, but its standing still shows nothing. */
  readonly leavesOut?: string;
  /** A part of the count that belongs to another alias. */
  readonly less?: { readonly source: string; readonly row: string };
}

function counted(alias: string, source: string, row: string, by: string, less?: Population['less']): Population {
  return { alias, source, row, by, objectsPerUnit: 1, ...(less === undefined ? {} : { less }) };
}

function perNetwork(alias: string, source: string, row: string, by: string): Population {
  return { ...counted(alias, source, row, by), perNetwork: true };
}

/** inuse counts a TCP or UDP socket when it gets its port (udp_lib_get_port, inet_hash), not when it is made. */
function boundOnly(population: Population): Population {
  return { ...population, leavesOut: 'sockets without a port' };
}

const tcp6 = { source: 'sockstat6', row: 'TCP6 inuse' } as const;

/** By the whole machine unless `perNetwork`. Read with the kernel's sources; the names are of 5.10 to 6.18. */
export const populations: readonly Population[] = [
  counted('filp', 'file-nr', 'allocated', '/proc/sys/fs/file-nr allocated'),
  counted('dentry', 'dentry-state', 'nr_dentry', '/proc/sys/fs/dentry-state nr_dentry'),
  // Not one cache but all inode caches together; each file system has its own.
  counted('inodes', 'inode-state', 'nr_inodes', '/proc/sys/fs/inode-state nr_inodes'),
  // Every IPv6 destination entry, DST_NOCOUNT ones excepted.
  perNetwork('ip6_dst_cache', 'rt6-stats', 'dst_entries', '/proc/net/rt6_stats dst_entries'),
  // ipv4_dst_ops is one for all namespaces. ip_dst_cache was renamed rtable by "ipv4: Simplify the allocation of slab caches in ip_rt_init" (2024)
  counted('ip_dst_cache', 'net-stat-rt_cache', 'entries', '/proc/net/stat/rt_cache entries'),
  counted('rtable', 'net-stat-rt_cache', 'entries', '/proc/net/stat/rt_cache entries'),
  // Of our network namespace: the others' sysctls are not to be seen from here.
  counted('nf_conntrack', 'nf-conntrack-count', 'count', '/proc/sys/net/netfilter/nf_conntrack_count'),
  perNetwork('fib6_node', 'rt6-stats', 'fib_nodes', '/proc/net/rt6_stats fib_nodes'),
  // tcp_sockets_allocated counts IPv4 and IPv6 sockets together; the IPv6 ones that are bound or connected are known
  counted('TCP', 'sockstat', 'TCP alloc', '/proc/net/sockstat TCP alloc', tcp6),
  boundOnly(counted('TCPv6', tcp6.source, tcp6.row, '/proc/net/sockstat6 TCP6 inuse')),
  perNetwork('tw_sock_TCP', 'sockstat', 'TCP tw', '/proc/net/sockstat TCP tw'),
  boundOnly(perNetwork('UDP', 'sockstat', 'UDP inuse', '/proc/net/sockstat UDP inuse')),
  boundOnly(perNetwork('UDPv6', 'sockstat6', 'UDP6 inuse', '/proc/net/sockstat6 UDP6 inuse')),
  perNetwork('RAW', 'sockstat', 'RAW inuse', '/proc/net/sockstat RAW inuse'),
  perNetwork('RAWv6', 'sockstat6', 'RAW6 inuse', '/proc/net/sockstat6 RAW6 inuse'),
  // Counted from socket(2) on, bound or not.
  ...['UNIX', 'UNIX-STREAM', 'PACKET', 'NETLINK', 'AF_VSOCK', 'PING', 'PINGv6', 'MPTCP', 'MPTCPv6', 'SCTP', 'SCTPv6'].map((name) =>
    perNetwork(name, 'protocols', name, `/proc/net/protocols ${name} sockets`),
  ),
  perNetwork('sock_inode_cache', 'sockstat', 'sockets used', '/proc/net/sockstat sockets used'),
  counted('task_struct', 'loadavg', 'all', '/proc/loadavg tasks'),
  counted('pid', 'loadavg', 'all', '/proc/loadavg tasks'),
  // Of our mount namespace, at the edges.
  counted('mnt_cache', 'mountinfo', 'mounts', '/proc/self/mountinfo lines'),
  counted('key_jar', 'key-users', 'keys', '/proc/key-users nkeys'),
];

/**
 * `population_objects{cache, by}` of every population whose counter this host has.
 * @param only of these aliases; all when left out
 */
export function populationSeries(sampled: Sampled, only?: readonly string[]): readonly Series[] {
  return populations.flatMap(({ alias, source, row, by, objectsPerUnit, less, leavesOut }) => {
    if (only !== undefined && !only.includes(alias)) return [];
    const tape = tapeOf(sampled, source);
    if (tape === null || !hasRow(tape, row)) return [];
    const lessTape = less === undefined ? null : tapeOf(sampled, less.source);
    const others = lessTape === null || less === undefined || !hasRow(lessTape, less.row) ? null : rowOf(lessTape, less.row);
    const values = rowOf(tape, row).map((value, at) => (value === null ? null : (value - (others?.[at] ?? 0)) * objectsPerUnit));
    const labels = { cache: alias, by, ...(leavesOut === undefined ? {} : { leaves_out: leavesOut }) };
    return [toSeries({ name: 'population_objects', labels }, tape.times, values)];
  });
}

/** What processes hold, summed, counts an alias as well: known at the window's two ends only. */
const heldPopulations: readonly { readonly kind: HoldingKind; readonly aliases: readonly string[]; readonly by: string }[] = [
  { kind: 'epoll-watches', aliases: ['eventpoll_epi', 'eventpoll_pwq'], by: '/proc/*/fdinfo tfd lines' },
  { kind: 'inotify-watches', aliases: ['inotify_inode_mark'], by: '/proc/*/fdinfo inotify lines' },
  { kind: 'posix-timers', aliases: ['posix_timers_cache'], by: '/proc/*/timers' },
  { kind: 'mappings', aliases: ['vm_area_struct'], by: '/proc/*/maps lines' },
];

const unexamined = 'processes that were not examined';

/** A lower bound: only processes that were examined at both ends count. Network namespaces are seen whole. */
export function heldPopulationSeries(times: readonly number[], start: ProcessCensus, end: ProcessCensus): readonly Series[] {
  if (times.length < 2) return [];
  const edges = [times[0]!, times.at(-1)!];
  const held = heldPopulations.flatMap(({ kind, aliases, by }) => {
    const sums = heldInAll(start, end, kind);
    return sums === null
      ? []
      : aliases.map((cache) => toSeries({ name: 'population_objects', labels: { cache, by, leaves_out: unexamined } }, edges, sums));
  });
  if (start.networkNamespaces === null || end.networkNamespaces === null) return held;
  const key = { name: 'population_objects', labels: { cache: 'net_namespace', by: '/proc/*/ns/net, descriptors and mounts' } } as const;
  return [...held, toSeries(key, edges, [start.networkNamespaces, end.networkNamespaces])];
}
