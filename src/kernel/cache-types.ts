/** Which cache a type's objects are allocated from, by the code that creates it; where names differ. */
const cacheOf: Readonly<Record<string, string>> = {
  rt6_info: 'ip6_dst_cache', // net/ipv6/route.c
  rtable: 'ip_dst_cache', // net/ipv4/route.c; "rtable" since v6.11
  file: 'filp',
  inode: 'inode_cache',
  sk_buff: 'skbuff_head_cache',
  k_itimer: 'posix_timers_cache',
  cred: 'cred_jar',
  key: 'key_jar',
  mount: 'mnt_cache',
  files_struct: 'files_cache',
  fs_struct: 'fs_cache',
  signal_struct: 'signal_cache',
  sighand_struct: 'sighand_cache',
  xa_node: 'radix_tree_node',
  epitem: 'eventpoll_epi',
  eppoll_entry: 'eventpoll_pwq',
  nf_conn: 'nf_conntrack',
  net: 'net_namespace',
  socket_alloc: 'sock_inode_cache',
  proc_inode: 'proc_inode_cache',
  kernfs_node: 'kernfs_node_cache',
  tcp_sock: 'TCP',
  tcp6_sock: 'TCPv6',
  udp_sock: 'UDP',
  udp6_sock: 'UDPv6',
  unix_sock: 'UNIX',
  inet_peer: 'inet_peer_cache',
  fib6_node: 'fib6_nodes',
  mempolicy: 'numa_policy',
  user_struct: 'uid_cache',
  file_lock: 'file_lock_cache',
  file_lock_context: 'file_lock_ctx',
};

/** The alias among a merged cache's names that objects of a type belong to; undefined where none is known to. */
export function aliasOfType(type: string, aliases: readonly string[]): string | undefined {
  const stem = cacheOf[type];
  return (
    aliases.find((alias) => alias === stem) ??
    aliases.find((alias) => alias === type || alias === `${type}_cache` || alias === `${type}_cachep`)
  );
}

/** Structs that a cache's objects may be, by its name: the likely ones first. */
export function typesOfCache(cache: string): readonly string[] {
  const own = Object.keys(cacheOf).filter((type) => cacheOf[type] === cache);
  return [...own, cache, cache.replace(/_cachep?$/, '')];
}
