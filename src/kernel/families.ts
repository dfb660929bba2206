/**
 * Which of the kernel's counters count what a cache's objects are made for. It is a prior, from the code that
 * allocates: where several counters explain a growth equally well, that one is named first, and the others beside it.
 */

interface Family {
  readonly aliases: RegExp;
  /** Beginnings of counter names. */
  readonly counters: readonly string[];
}

const families: readonly Family[] = [
  // net/ipv6/route.c: a dst for a packet received or sent
  { aliases: /^(ip6_dst_cache|fib6_node|rt6_exception.*|ip6_.*)$/, counters: ['Ip6', 'Udp6', 'Icmp6'] },
  // net/ipv4/route.c, fib_trie.c
  { aliases: /^(ip_dst_cache|ip_fib_alias|ip_fib_trie|inet_peer_cache)$/, counters: ['Ip', 'Udp', 'Icmp'] },
  // net/ipv4/tcp*.c: sockets, request sockets, time-wait sockets, bind buckets
  { aliases: /^(TCP|TCPv6|request_sock_.*|tw_sock_.*|tcp_bind2?_bucket)$/, counters: ['Tcp'] },
  { aliases: /^(UDP|UDPv6|UDPLITE|UDPLITEv6|UDP-Lite)$/, counters: ['Udp'] },
  { aliases: /^(RAW|RAWv6|PING|PINGv6)$/, counters: ['Icmp', 'Ip'] },
  { aliases: /^nf_conntrack.*$/, counters: ['nf_conntrack', 'Ip', 'Tcp', 'Udp'] },
  // net/core/skbuff.c
  { aliases: /^skbuff_.*$/, counters: ['rx_packets', 'tx_packets', 'processed', 'Ip', 'Udp', 'Tcp'] },
  // kernel/fork.c and what a new process brings along
  {
    aliases: /^(task_struct|pid|signal_cache|sighand_cache|cred_jar|mm_struct|files_cache|fs_cache|vm_area_struct|anon_vma.*|maple_node)$/,
    counters: ['processes'],
  },
  { aliases: /^(neigh.*|ndisc_cache|arp_cache)$/, counters: ['arp_cache', 'ndisc_cache', 'Icmp6'] },
];

/** Beginnings of the names of counters whose events an alias's objects are made for; empty where none is known. */
export function familyOf(alias: string): readonly string[] {
  return families.find((family) => family.aliases.test(alias))?.counters ?? [];
}

/** Counters that count the growth itself, page by page (mm/page_alloc.c): an effect is never named as the driver. */
const effects = /^(pgalloc_|pgfree|pgmigrate|numa_|pgskip_|nr_|slabs_|pgsteal_|pgscan_|kswapd_|allocstall_|compact_|workingset_|oom_kill)/;

export function countsTheGrowthItself(counter: string): boolean {
  return effects.test(counter);
}

/** Counters that move with all that a machine does, or count bytes: they may be named, but never before a counter of events. */
const bulk = /(octets|bytes|^ctxt|^intr|^softirq|^pg|^processed|^thp_|^unevictable|^drop_)/i;

export function movesWithEverything(counter: string): boolean {
  return bulk.test(counter);
}
