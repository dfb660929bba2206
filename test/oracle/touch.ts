/**
 * What kmai reads out of a dump against what drgn reads out of the same memory with a gigabyte of debuginfo: values of
 * expressions, and the allocated objects of each cache. By hand, for it needs the -dbg package of the guest's kernel
 * and python3-drgn:
 *   npm run lab -- dump seed-opensuse --paging
 *   node test/oracle/touch.ts .cache/lab/dumps/seed-opensuse-6.1 /usr/lib/debug/boot/vmlinux-…
 * Ends with 1 where the two differ.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { evaluate, isPointer, scalar } from '../../src/touch/btf/evaluate.ts';
import { formatValue } from '../../src/touch/btf/format.ts';
import type { Kernel } from '../../src/touch/kernel.ts';
import { openCore, readSlabs } from '../../src/touch/vmcore.ts';

/** The same thing in kmai's C and in drgn's Python. */
const pairs: readonly (readonly [c: string, python: string])[] = [
  ['init_net.ipv6.ip6_dst_ops.kmem_cachep->name', "prog['init_net'].ipv6.ip6_dst_ops.kmem_cachep.name"],
  ['init_net.ipv6.ip6_dst_ops.kmem_cachep->object_size', "prog['init_net'].ipv6.ip6_dst_ops.kmem_cachep.object_size"],
  ['init_net.ipv6.rt6_stats->fib_rt_alloc.counter', "prog['init_net'].ipv6.rt6_stats.fib_rt_alloc.counter"],
  ['init_net.ipv6.sysctl.bindv6only', "prog['init_net'].ipv6.sysctl.bindv6only"],
  ['init_net.ipv6.fib6_null_entry', "prog['init_net'].ipv6.fib6_null_entry"],
  ['init_net.loopback_dev->name', "prog['init_net'].loopback_dev.name"],
  ['init_net.loopback_dev->mtu', "prog['init_net'].loopback_dev.mtu"],
  ['init_net.loopback_dev->netdev_ops', "prog['init_net'].loopback_dev.netdev_ops"],
  ['init_net.user_ns', "prog['init_net'].user_ns"],
  ['init_net.ipv4.sysctl_tcp_rmem[2]', "prog['init_net'].ipv4.sysctl_tcp_rmem[2]"],
  ['init_task.comm', "prog['init_task'].comm"],
  ['init_task.flags', "prog['init_task'].flags"],
  ['init_task.prio', "prog['init_task'].prio"],
  ['init_task.cred->uid.val', "prog['init_task'].cred.uid.val"],
  ['init_task.files->fdt->max_fds', "prog['init_task'].files.fdt.max_fds"],
  ['init_task.nsproxy->net_ns', "prog['init_task'].nsproxy.net_ns"],
  ['init_task.thread_pid', "prog['init_task'].thread_pid"],
  ['init_mm.pgd', "prog['init_mm'].pgd"],
  ['init_mm.mm_users.counter', "prog['init_mm'].mm_users.counter"],
  ['init_mm.mmap_lock.count.counter', "prog['init_mm'].mmap_lock.count.counter"],
  ['init_uts_ns.name.release', "prog['init_uts_ns'].name.release"],
  ['init_uts_ns.name.nodename', "prog['init_uts_ns'].name.nodename"],
  ['init_user_ns.owner.val', "prog['init_user_ns'].owner.val"],
  ['init_pid_ns.level', "prog['init_pid_ns'].level"],
  ['init_cred.usage.counter', "prog['init_cred'].usage.counter"],
  ['tcp_prot.name', "prog['tcp_prot'].name"],
  ['tcp_prot.slab->object_size', "prog['tcp_prot'].slab.object_size"],
  ['tcp_prot.init', "prog['tcp_prot'].init"],
  ['udpv6_prot.obj_size', "prog['udpv6_prot'].obj_size"],
  ['ip6_dst_ops_template.gc_thresh', "prog['ip6_dst_ops_template'].gc_thresh"],
  ['slab_caches.next', "prog['slab_caches'].next"],
  ['jiffies_64', "prog['jiffies_64']"],
  ['_totalram_pages.counter', "prog['_totalram_pages'].counter"],
  ['max_pfn', "prog['max_pfn']"],
  ['nr_cpu_ids', "prog['nr_cpu_ids']"],
  ['((struct kmem_cache *)*(unsigned long *)&dentry_cache)->name', "prog['dentry_cache'].name"],
  ['dentry_cache->cpu_slab', "prog['dentry_cache'].cpu_slab"],
  ['per_cpu(runqueues, 1).cpu', "per_cpu(prog['runqueues'], 1).cpu"],
  ['per_cpu(runqueues, 0).clock', "per_cpu(prog['runqueues'], 0).clock"],
  ['per_cpu(dentry_cache->cpu_slab, 1)->tid', "per_cpu_ptr(prog['dentry_cache'].cpu_slab, 1).tid"],
  ['per_cpu(runqueues, 1).idle->comm', "per_cpu(prog['runqueues'], 1).idle.comm"],
  ['*(unsigned long *)&vmemmap_base', "prog['vmemmap_base']"],
  ['&init_net.ipv6.ip6_dst_ops', "prog['init_net'].ipv6.ip6_dst_ops.address_of_()"],
];

const [folder, vmlinux] = process.argv.slice(2);
if (folder === undefined || vmlinux === undefined) {
  process.stderr.write('usage: node test/oracle/touch.ts FOLDER_OF_A_DUMP VMLINUX\n');
  process.exit(64);
}

/** A number, an address or a text, as drgn_says.py says it. */
function plain(kernel: Kernel, expression: string): string {
  const value = evaluate(kernel, expression);
  const number = scalar(kernel, value);
  const text = /"(.*)"$/.exec(formatValue(kernel, value))?.[1];
  if (number === undefined || /char/.test(formatValue(kernel, value).split(')')[0]!)) return text ?? 'neither number nor text';
  return isPointer(value.type) ? `0x${number.toString(16)}` : String(number);
}

const ran = spawnSync(
  '/usr/bin/python3',
  [
    join(import.meta.dirname, 'drgn_says.py'),
    join(folder, 'memory-paging.elf'),
    vmlinux,
    JSON.stringify(pairs.map(([, python]) => python)),
  ],
  { encoding: 'utf8', maxBuffer: 1 << 26 },
);
if (ran.status !== 0) throw new Error(`drgn: ${ran.stderr.trim().split('\n').at(-1)}`);
const oracle = JSON.parse(ran.stdout) as { values: string[]; caches: Record<string, [number, number] | string> };

const opened = await openCore(join(folder, 'memory.kdump'));
if (!opened.ok) throw new Error(opened.unavailable.detail);
let differ = 0;
pairs.forEach(([c], i) => {
  const own = plain(opened.value.kernel, c);
  const equal = own === oracle.values[i];
  if (!equal) differ++;
  process.stdout.write(`${equal ? 'equal ' : 'DIFFER'} ${c}: ${own}${equal ? '' : `, drgn ${oracle.values[i]}`}\n`);
});
const view = readSlabs(opened.value);
let same = 0;
for (const cache of view.caches) {
  const said = oracle.caches[cache.name];
  const own = `${view.objects.perCache[cache.index]!.allocated} objects of ${cache.objectSize} bytes`;
  const theirs = said === undefined ? 'no such cache' : typeof said === 'string' ? said : `${said[0]} objects of ${said[1]} bytes`;
  if (own === theirs) same++;
  else {
    differ++;
    process.stdout.write(`DIFFER ${cache.name}: ${own}, drgn ${theirs}\n`);
  }
}
process.stdout.write(
  `${pairs.length} expressions; ${same} of ${view.caches.length} caches equal, drgn has ${Object.keys(oracle.caches).length}\n`,
);
process.exitCode = differ === 0 ? 0 : 1;
