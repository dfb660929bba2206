import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bootFor, machineOf, setUp, type Say } from './lab.ts';
import type { KernelSeries } from './packages.ts';
import { cache } from './paths.ts';
import { kmaiInGuest } from './run.ts';
import type { Scenario } from './scenario.ts';

/** What is written beside a dump, by the guest itself; to compare with, so it must not come from kmai. */
const beside: readonly (readonly [name: string, script: string])[] = [
  ['truth', `cat $parameters/truth 2>/dev/null || echo 'no module'`],
  ['rt6_stats', 'cat /proc/net/rt6_stats'],
  ['meminfo', 'cat /proc/meminfo'],
  ['aliases', 'ls -l /sys/kernel/slab | while read -r _ _ _ _ _ _ _ _ name _ to; do echo "$name ${to:-$name}"; done'],
  ['modules', 'cat /proc/modules'],
  ['iomem', 'cat /proc/iomem'],
  ['kallsyms', 'cat /proc/kallsyms'],
  ['version', 'cat /proc/version'],
];

/** What kmai says of /proc/kcore in the guest, as JSON in a file each. */
const liveVerbs: readonly (readonly [name: string, verb: string])[] = [
  ['live-caches', 'caches'],
  ['live-orphans', 'orphans'],
  ['live-read', 'read "init_net.ipv6.ip6_dst_ops.kmem_cachep->name"'],
];

export interface DumpOptions {
  readonly memoryMebibytes: number;
  /** Ask kmai in the guest too, of its live memory. */
  readonly live: boolean;
  /** Dump the guest's virtual memory as well: drgn 0.0.22 reads no other dump of QEMU's. */
  readonly paging: boolean;
}
const pagingDump = 'memory-paging.elf';

/** The last thing the guest does before it is stopped is to read slabinfo, twice, and then nothing (programs/still.c). */
const settleSeconds = 4;
const holdSeconds = 8;
const shrink = 'for cache in /sys/kernel/slab/*; do [ -L "$cache" ] || echo 1 > "$cache/shrink"; done';

/**
 * Dumps a guest's memory after the scenario's burst: ELF and kdump (zlib, flattened, as QEMU writes it), with
 * VMCOREINFO, and what the guest said about itself just before; with `live`, also what kmai in the guest says of
 * the same memory through /proc/kcore; with `paging`, one more ELF. Gives the folder.
 */
export async function dump(
  scenario: Scenario,
  series: KernelSeries,
  { memoryMebibytes, live, paging }: DumpOptions,
  say: Say,
): Promise<string> {
  const lab = setUp(series, say);
  const folder = join(cache, 'dumps', `${scenario.id}-${series}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await using guest = await bootFor(lab, scenario, { ...machineOf(scenario), memoryMebibytes });
  if (scenario.burst !== '') {
    const burst = await guest.run(scenario.burst, 300);
    if (burst.status !== 0) throw new Error(`${scenario.id}: burst ended with ${burst.status}: ${burst.stderr}`);
    writeFileSync(join(folder, 'burst'), burst.stdout);
  }
  await guest.run('sleep 3', 20); // RCU-deferred frees: what is still to be freed is not lost
  for (const [name, verb] of live ? liveVerbs : []) {
    const { stdout, stderr, status } = await guest.run(`exec ${kmaiInGuest} touch ${verb} --json`, 300);
    if (status !== 0 && status !== 1) throw new Error(`${scenario.id}: ${name}: ended with ${status}: ${stderr.slice(-2000)}`);
    writeFileSync(join(folder, `${name}.json`), stdout);
    say(`${name}: ${stderr.trim().split('\n').at(-1)}`);
  }
  for (const [name, script] of beside) {
    const { stdout, stderr, status } = await guest.run(script, 60);
    if (status !== 0) throw new Error(`${scenario.id}: ${name}: ${stderr}`);
    writeFileSync(join(folder, name), stdout);
  }
  const btf = await guest.run('base64 /sys/kernel/btf/vmlinux', 60);
  writeFileSync(join(folder, 'vmlinux.btf'), Buffer.from(btf.stdout, 'base64'));
  await guest.run(shrink, 60);
  const slabinfo = guest.run(`exec /opt/lab/bin/still /proc/slabinfo ${settleSeconds} ${holdSeconds}`, 120);
  await sleep((settleSeconds + holdSeconds / 2) * 1000);
  await guest.monitor.execute('stop');
  for (const [format, name] of [['elf', 'memory.elf'], ['kdump-zlib', 'memory.kdump'], ...(paging ? [['elf', pagingDump]] : [])]) {
    const started = performance.now();
    await guest.monitor.execute('dump-guest-memory', { paging: name === pagingDump, protocol: `file:${join(folder, name!)}`, format });
    say(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  await guest.monitor.execute('cont');
  const [first = '', second = ''] = (await slabinfo).stdout.split('again\n');
  if (second === '') throw new Error(`${scenario.id}: slabinfo: ${(await slabinfo).stderr}`);
  writeFileSync(join(folder, 'slabinfo'), second);
  writeFileSync(join(folder, 'slabinfo-before'), first);
  return folder;
}
