/**
 * Slab lore: what a process must hold for an object of a cache to live, and which caches come along with what.
 * Names are the kernel's, as kmem_cache_create() gives them.
 */
import type { HoldingKind } from '../model/evidence.ts';

/**
 * Alias → what a process holds that keeps its objects alive (measured in shared objects per action on 6.18,
 * and by the creating code: fs/file_table.c, net/socket.c, fs/eventpoll.c, fs/notify/inotify, kernel/time/posix-timers.c,
 * kernel/fork.c, fs/namespace.c, net/core/net_namespace.c).
 */
export const heldBy: Readonly<Record<string, readonly HoldingKind[]>> = {
  filp: ['files'],
  lsm_file_cache: ['files'],
  sock_inode_cache: ['sockets'],
  TCP: ['sockets'],
  TCPv6: ['sockets'],
  UDP: ['sockets'],
  UDPv6: ['sockets'],
  UDPLITE: ['sockets'],
  'UDP-Lite': ['sockets'],
  RAW: ['sockets'],
  RAWv6: ['sockets'],
  PING: ['sockets'],
  PINGv6: ['sockets'],
  UNIX: ['sockets'],
  'UNIX-STREAM': ['sockets'],
  PACKET: ['sockets'],
  NETLINK: ['sockets'],
  tcp_bind_bucket: ['sockets'],
  tcp_bind2_bucket: ['sockets'],
  eventpoll_epi: ['epoll-watches'],
  eventpoll_pwq: ['epoll-watches'],
  inotify_inode_mark: ['inotify-watches'],
  fsnotify_mark_connector: ['inotify-watches'],
  posix_timers_cache: ['posix-timers'],
  pid: ['threads'],
  pid_namespace: ['namespaces'],
  task_struct: ['threads'],
  signal_cache: ['threads'],
  sighand_cache: ['threads'],
  files_cache: ['threads'],
  fs_cache: ['threads'],
  mm_struct: ['threads'],
  cred_jar: ['threads'],
  thread_stack: ['threads'],
  vm_area_struct: ['mappings'],
  anon_vma: ['mappings'],
  anon_vma_chain: ['mappings'],
  maple_node: ['mappings'],
  net_namespace: ['namespaces'],
};

/** Units whose making touches dozens of caches in proportions no table can hold: any constant ratio counts as company. */
export const compositeHoldings: ReadonlySet<HoldingKind> = new Set(['namespaces', 'threads', 'children']);

/**
 * Caches whose owner can be bounded by a setting: growth up to it is traffic, not a leak.
 * sysctl → the file that holds the bound, as examined.
 */
export const boundedBy: Readonly<Record<string, string>> = {
  nf_conntrack: 'net.netfilter.nf_conntrack_max',
};

/** Caches the kernel gives back under pressure: dentries, inodes, radix-tree nodes, buffer heads. */
const reclaimableNames =
  /^(dentry|buffer_head|radix_tree_node|inode_cache|proc_inode_cache|shmem_inode_cache|.*_inode_cache|.*_inode|ext4_extent_status|xfs_ili|kmalloc-rcl-.*)$/;

/**
 * Whether objects of the alias are reclaimed by shrinkers. The sysfs flag `reclaim_account` says it for the whole
 * cache; by name where the flag could not be read. sock_inode_cache is accounted reclaimable but pinned by its socket.
 */
export function isReclaimableName(alias: string): boolean {
  return alias !== 'sock_inode_cache' && alias !== 'shmem_inode_cache' && reclaimableNames.test(alias);
}

/** Caches of things that hardly any machine makes: last to be suspected where nothing counts them. */
export const rareAliases: ReadonlySet<string> = new Set(['UDP-Lite', 'UDPLITE', 'UDPLITEv6', 'PING', 'PINGv6', 'RAW', 'RAWv6']);
