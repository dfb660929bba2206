import type { FactValue } from '../../model/facts.ts';
import { Malformed, unavailable } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { firstOf, lines, parsed, type Place } from '../places.ts';
import type { Host } from '../../host/host.ts';

/** Settings that bound a cache, arm a known leak or decide what may be observed. One that the kernel does not have is left out. */
const names = [
  'kernel.dmesg_restrict',
  'kernel.kptr_restrict',
  'kernel.modules_disabled',
  'kernel.numa_balancing',
  'kernel.perf_event_paranoid',
  'kernel.unprivileged_bpf_disabled',
  'kernel.pid_max',
  'kernel.threads-max',
  'kernel.keys.maxkeys',
  'vm.vfs_cache_pressure',
  'vm.min_free_kbytes',
  'vm.overcommit_memory',
  'vm.panic_on_oom',
  'vm.swappiness',
  'vm.nr_hugepages',
  'vm.nr_overcommit_hugepages',
  'vm.max_map_count',
  'vm.mem_profiling',
  'fs.file-max',
  'fs.nr_open',
  'fs.pipe-user-pages-soft',
  'fs.inotify.max_user_watches',
  'fs.inotify.max_user_instances',
  'fs.epoll.max_user_watches',
  'fs.aio-max-nr',
  'user.max_net_namespaces',
  'user.max_user_namespaces',
  'net.core.bpf_jit_enable',
  'net.core.bpf_jit_limit',
  'net.core.rmem_max',
  'net.core.rmem_default',
  'net.core.wmem_max',
  'net.core.optmem_max',
  'net.core.netdev_max_backlog',
  'net.ipv4.ip_forward',
  'net.ipv4.conf.all.forwarding',
  'net.ipv4.conf.all.rp_filter',
  'net.ipv4.conf.default.rp_filter',
  'net.ipv4.tcp_mem',
  'net.ipv4.udp_mem',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_max_orphans',
  'net.ipv4.tcp_max_tw_buckets',
  'net.ipv4.tcp_max_syn_backlog',
  'net.ipv4.neigh.default.gc_thresh3',
  'net.ipv4.route.max_size',
  'net.ipv4.ipfrag_high_thresh',
  'net.ipv6.conf.all.disable_ipv6',
  'net.ipv6.conf.all.forwarding',
  'net.ipv6.conf.all.accept_ra',
  'net.ipv6.neigh.default.gc_thresh3',
  'net.ipv6.route.max_size',
  'net.ipv6.route.gc_thresh',
  'net.ipv6.ip6frag_high_thresh',
  'net.netfilter.nf_conntrack_max',
  'net.netfilter.nf_conntrack_buckets',
  'net.netfilter.nf_conntrack_expect_max',
  'net.netfilter.nf_conntrack_tcp_timeout_established',
  'net.netfilter.nf_conntrack_udp_timeout',
] as const;

export const sysctls: Question<'sysctls'> = {
  id: 'sysctls',
  ask: (host) => firstOf<'sysctls'>(procSys(host), printed(host)),
};

function procSys(host: Host): Place<FactValue<'sysctls'>> {
  return {
    from: '/proc/sys',
    read: () => {
      const values = names.flatMap((name) => {
        const reading = host.read(`/proc/sys/${name.replaceAll('.', '/')}`);
        return reading.ok ? [[name, reading.value.trim().replaceAll(/\s+/g, ' ')] as const] : [];
      });
      return values.length > 0
        ? { ok: true, value: Object.fromEntries(values) }
        : unavailable('/proc/sys', 'absent', 'none of the settings is there', 'mount /proc');
    },
  };
}

/** `sysctl -a`, which sosreports keep. It fails for settings that only root may read, having printed the others: what it printed counts. */
function printed(host: Host): Place<FactValue<'sysctls'>> {
  const from = 'sysctl -a';
  return {
    from,
    read: async () => {
      const reading = await host.run(['sysctl', '-a']);
      return reading.ok ? parsed(from, reading.value.stdout, parseSysctls) : reading;
    },
  };
}

/** `net.ipv4.tcp_mem = 1 2 3`; a blank stands between the numbers of one value. */
export function parseSysctls(text: string): FactValue<'sysctls'> {
  const wanted = new Set<string>(names);
  const values = lines(text).flatMap((line) => {
    const equals = line.indexOf(' =');
    const name = line.slice(0, Math.max(equals, 0)).trim();
    return wanted.has(name)
      ? [
          [
            name,
            line
              .slice(equals + 2)
              .trim()
              .replaceAll(/\s+/g, ' '),
          ] as const,
        ]
      : [];
  });
  if (values.length === 0) throw new Malformed(1, 'name = value', text);
  return Object.fromEntries(values);
}
