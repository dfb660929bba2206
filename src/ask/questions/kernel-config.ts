import { gunzipSync } from 'node:zlib';
import type { Host } from '../../host/host.ts';
import type { FactValue } from '../../model/facts.ts';
import { Malformed, type Reading, unavailable } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { file, firstOf, lines, parsed, type Place } from '../places.ts';
import { readRelease } from '../running.ts';

/** How the kernel was configured. */
export const kernelConfig: Question<'kernelConfig'> = {
  id: 'kernelConfig',
  ask: (host) => {
    const name = readRelease(host);
    const byRelease = name === null ? [] : [`/boot/config-${name}`, `/lib/modules/${name}/config`, `/usr/lib/modules/${name}/config`];
    return firstOf<'kernelConfig'>(configGz(host), ...byRelease.map((path) => file(host, path, parseConfig)));
  },
};

/** A configuration is about 300 KiB; more than this is no configuration, whatever a capture says. */
const maxConfigBytes = 8 * 1024 * 1024;

function configGz(host: Host): Place<FactValue<'kernelConfig'>> {
  const from = '/proc/config.gz';
  return {
    from,
    read: (): Reading<FactValue<'kernelConfig'>> => {
      const bytes = host.readBytes(from);
      if (!bytes.ok) {
        const why = bytes.unavailable;
        return why.reason === 'absent' && why.help === ''
          ? unavailable(from, 'absent', why.detail, 'a kernel built with CONFIG_IKCONFIG_PROC')
          : bytes;
      }
      let text: string;
      try {
        text = gunzipSync(bytes.value, { maxOutputLength: maxConfigBytes }).toString('utf8');
      } catch (error) {
        return unavailable(from, 'malformed', `not gzip: ${error instanceof Error ? error.message : String(error)}`);
      }
      return parsed(from, text, parseConfig);
    },
  };
}

/**
 * `CONFIG_X=y`, `CONFIG_X=m`, `CONFIG_X="text"`, `# CONFIG_X is not set`. Kept are the symbols that matter to
 * memory and to known triggers; one of them that the file does not mention was not even offered, so it is "n".
 */
export function parseConfig(text: string): FactValue<'kernelConfig'> {
  const all = new Map<string, string>();
  for (const [index, line] of lines(text).entries()) {
    const set = /^CONFIG_([A-Za-z0-9_]+)=(.*)$/.exec(line);
    if (set?.[1] !== undefined) all.set(set[1], (set[2] ?? '').replace(/^"(.*)"$/, '$1'));
    else if (line.trim() !== '' && !line.startsWith('#')) throw new Malformed(index + 1, 'CONFIG_NAME=value', line);
  }
  if (all.size === 0) throw new Malformed(1, 'CONFIG_NAME=value', text);
  return Object.fromEntries(symbols.map((name) => [name, all.get(name) ?? 'n']));
}

/** Each decides what can be observed (debugging aids), whether caches merge, or whether a known leak's code is there. */
const symbols = (
  'SLUB SLAB SLOB SLUB_DEBUG SLUB_DEBUG_ON SLUB_TINY SLUB_STATS SLAB_MERGE_DEFAULT SLAB_FREELIST_HARDENED SLAB_FREELIST_RANDOM RANDOM_KMALLOC_CACHES SLAB_BUCKETS ' +
  'PAGE_OWNER PAGE_EXTENSION DEBUG_KMEMLEAK MEM_ALLOC_PROFILING MEM_ALLOC_PROFILING_ENABLED_BY_DEFAULT KASAN KFENCE DEBUG_PAGEALLOC DEBUG_INFO_BTF DEBUG_INFO ' +
  'KALLSYMS KALLSYMS_ALL PROC_KCORE KPROBES KPROBE_EVENTS FTRACE FUNCTION_TRACER TRACEPOINTS BPF BPF_SYSCALL BPF_JIT BPF_JIT_ALWAYS_ON PERF_EVENTS UPROBES HIST_TRIGGERS STACKTRACE ' +
  'KEXEC CRASH_DUMP PROC_VMCORE STRICT_DEVMEM IKCONFIG_PROC SECURITY_LOCKDOWN_LSM MODULE_SIG_FORCE ' +
  'MEMCG MEMCG_KMEM MEMCG_V1 CGROUPS CGROUP_BPF CGROUP_PIDS BLK_CGROUP SWAP ZSWAP ZRAM TRANSPARENT_HUGEPAGE HUGETLBFS NUMA NUMA_BALANCING KSM COMPACTION PSI SHMEM TMPFS MEMORY_BALLOON VIRTIO_BALLOON HYPERV_BALLOON ' +
  'IPV6 IPV6_MULTIPLE_TABLES IPV6_SUBTREES IP_MULTIPLE_TABLES NET_NS USER_NS NETFILTER NF_TABLES NF_TABLES_INET NF_TABLES_IPV6 NFT_FIB NFT_FIB_INET NFT_FIB_IPV6 NFT_SOCKET NFT_COMPAT ' +
  'NF_CONNTRACK NF_CT_NETLINK IP6_NF_IPTABLES IP6_NF_IPTABLES_LEGACY IP6_NF_MATCH_RPFILTER IP_NF_IPTABLES IP_NF_MATCH_RPFILTER WIREGUARD NET_VRF XFRM NET_CLS_BPF PAGE_POOL PAGE_POOL_STATS ' +
  'NFSD NFS_FS CIFS SUNRPC BTRFS_FS XFS_FS OVERLAY_FS AUDIT AUDITSYSCALL IO_URING INOTIFY_USER FANOTIFY SECURITY_SELINUX SECCOMP_FILTER KEYS PREEMPT_RT PREEMPT_DYNAMIC HZ NR_CPUS'
).split(' ');
