import type { FactValue } from '../../model/facts.ts';
import type { Question } from '../question.ts';
import { command, file, firstOf, lines } from '../places.ts';

type Line = FactValue<'kernelLog'>[number];

/** Lines of the kernel's log by which known leaks and exhaustion show. */
export const kernelLog: Question<'kernelLog'> = {
  id: 'kernelLog',
  ask: (host) =>
    firstOf<'kernelLog'>(
      command(host, ['dmesg'], 'install util-linux', parseLog),
      // What some sosreports have instead; then what syslog kept of this boot.
      command(host, ['dmesg', '-T'], 'install util-linux', parseLog),
      file(host, '/var/log/dmesg', parseLog),
      file(host, '/var/log/kern.log', (text) => parseLog(sinceBoot(text))),
      file(host, '/var/log/messages', (text) => parseLog(sinceBoot(text))),
    ),
};

/** From the last boot on, where the file has its first line; else all of it. */
export function sinceBoot(text: string): string {
  const boot = text.lastIndexOf('Linux version ');
  return boot < 0 ? text : text.slice(text.lastIndexOf('\n', boot) + 1);
}

/** At most so many lines for each pattern, the last ones: the first may be long gone from the ring, the last are of now. */
const perPattern = 5;

/** Message by message with where the kernel prints it. */
const patterns: readonly RegExp[] = [
  /unregister_netdevice: waiting for/, // net/core/dev.c
  /page allocation (failure|stalls)/, // mm/page_alloc.c
  /Out of memory|oom-kill:|invoked oom-killer/, // mm/oom_kill.c
  /SLUB: Unable to allocate/, // mm/slub.c
  /Objects remaining (in|on)|kmem_cache_destroy|Slab cache still has objects/, // mm/slab_common.c, mm/slub.c
  /nf_conntrack: .*table full/, // net/netfilter/nf_conntrack_core.c
  /Route cache is full|dst cache overflow|dst_cache_overflow/, // net/core/dst.c
  /page_pool_release_retry|page_pool.*stalled/, // net/core/page_pool.c
  /kmemleak/, // mm/kmemleak.c
  /Busy inodes after unmount|still in use \(\d+\) \[unmount/, // fs/super.c, fs/dcache.c
  /neighbour: .*table overflow|Neighbour table overflow/, // net/core/neighbour.c
  /audit: (backlog limit exceeded|kauditd hold queue overflow|audit_backlog=)/, // kernel/audit.c
  /TCP: out of memory|TCP: too many orphaned sockets/, // net/ipv4/tcp.c
  /bpf_jit|errno 524/, // kernel/bpf/core.c
  /Bad page state|Bad rss-counter|non-zero pgtables_bytes/, // mm/page_alloc.c, kernel/fork.c
  /VM memory stats for proc .* is non-zero/, // drivers/gpu/drm/amd/amdgpu
  /msdu_done bit in attention is not set/, // drivers/net/wireless/ath/ath11k
  /vmap allocation for size|vmalloc error/, // mm/vmalloc.c
  /page_owner is disabled|cgroup: cgroup2: unknown option|cgroup: fork rejected by pids controller/, // mm/page_owner.c, kernel/cgroup
  /refcount_t: (underflow|saturated|leaked|addition on 0)/, // lib/refcount.c
  /rpfilter_DROP: /, // a reverse-path filter that logs
];

/**
 * `[ 1234.567890] text`, `[Tue Nov 24 22:50:11 2026] text` or syslog's `Nov 24 22:50:11 host kernel: [ 1234.5] text`.
 * seconds: since boot as printed, −1 where the line carries no such time. Lines keep their order.
 */
export function parseLog(text: string): Line[] {
  const counts = patterns.map(() => 0);
  const kept: Line[] = [];
  for (const whole of lines(text).toReversed()) {
    // printk's own limit is 1,024 bytes; what is longer is no line of the kernel's.
    const line = whole.slice(0, 2048);
    const which = patterns.findIndex((pattern) => pattern.test(line));
    if (which < 0 || (counts[which] ?? 0) >= perPattern) continue;
    // Other programs' lines in /var/log/messages may quote the same words.
    const syslog = /^\S+ +(?:\d+ [\d:]+ )?\S+ ([^\s:[]+)(?:\[\d+\])?: /.exec(line);
    if (syslog !== null && !line.startsWith('[') && syslog[1] !== 'kernel') continue;
    counts[which] = (counts[which] ?? 0) + 1;
    const time = /\[ *(\d{1,10}\.\d{1,9})\]/.exec(line);
    kept.push({
      seconds: time === null ? -1 : Number(time[1]),
      text: line
        .replace(/^.*?\bkernel: /, '')
        .replace(/^(?:<\d+>)?\[[^\]]*\] */, '')
        .slice(0, 300),
    });
  }
  return kept.toReversed();
}
