/** Dumps that hold what is alive now, by stack: no window, no frees. */
import { cleanStack } from '../../kernel/stacks.ts';
import { AGE_CLASSES, type Site } from '../engine.ts';
import { type Chunks, linesOf, type Malformations, malformed } from './lines.ts';

interface Dumped {
  allocated: number;
  outstanding: number;
  readonly processes: Map<string, { readonly pid: number; readonly comm: string; count: number }>;
}

/** Sites by their stack, which may be met any number of times. */
export function dump() {
  const sites = new Map<string, Dumped>();
  return {
    at(frames: readonly string[]): Dumped {
      const key = cleanStack(frames).join('\n');
      const had = sites.get(key);
      if (had !== undefined) return had;
      const made: Dumped = { allocated: 0, outstanding: 0, processes: new Map() };
      sites.set(key, made);
      return made;
    },
    sites: (): readonly Site[] =>
      Array.from(sites, ([key, site]) => ({
        frames: key === '' ? [] : key.split('\n'),
        allocated: Math.max(site.allocated, site.outstanding),
        outstanding: site.outstanding,
        byAge: Array.from({ length: AGE_CLASSES }, () => 0),
        oldestSeconds: null,
        processes: [...site.processes.values()],
        cpus: [],
      })),
  };
}

/**
 * /sys/kernel/debug/page_owner (mm/page_owner.c, print_page_owner): blocks that end in an empty line,
 *
 *     Page allocated via order 0, mask 0x…(GFP_KERNEL), pid 1, tgid 1 (systemd), ts 123456 ns
 *     PFN 0x1000 type Unmovable Block 8 type Unmovable Flags 0x…
 *      get_page_from_freelist+0x…
 *
 * A block counts as its 2^order pages.
 */
export async function parsePageOwner(chunks: Chunks, bad: Malformations): Promise<readonly Site[]> {
  const found = dump();
  const head = /^Page allocated via order (\d+), mask .*?, pid (\d+)(?:, tgid \d+)?(?: \(([^)]*)\))?(?:, ts (\d+) ns)?/;
  let block: { pages: number; pid: number; comm: string } | undefined;
  let frames: string[] = [];
  let line = 0;
  const settle = () => {
    if (block === undefined) return;
    const site = found.at(frames);
    site.outstanding += block.pages;
    const key = `${block.pid} ${block.comm}`;
    const process = site.processes.get(key);
    if (process === undefined) site.processes.set(key, { pid: block.pid, comm: block.comm, count: block.pages });
    else process.count += block.pages;
    block = undefined;
    frames = [];
  };
  for await (const text of linesOf(chunks)) {
    line++;
    const start = head.exec(text);
    if (start !== null) {
      settle();
      block = { pages: 2 ** Math.min(20, Number(start[1])), pid: Number(start[2]), comm: start[3] ?? '' };
    } else if (text === '') settle();
    else if (block !== undefined && /^\s+\S+$/.test(text)) frames.push(text.trim());
    else if (block === undefined || !/^(PFN |Page has been migrated|Charged|Allocated memory cgroup)/.test(text))
      malformed(bad, line, 'Page allocated via order …', text);
  }
  settle();
  return found.sites();
}

/**
 * /sys/kernel/debug/slab/CACHE/alloc_traces (mm/slub.c, slab_debugfs_show; needs slub_debug=U): a line a site, its
 * stack below it since v5.16,
 *
 *         102 __d_alloc+0x2a/0x1f0 waste=… age=36/2000/40000 pid=1-500 cpus=0-1
 *             kmem_cache_alloc_lru+0x…
 *
 * Ages are in jiffies, and the file does not say how many make a second: they are left alone.
 */
export async function parseAllocTraces(chunks: Chunks, bad: Malformations): Promise<readonly Site[]> {
  const found = dump();
  const head = /^\s*(\d+) (\S+)(?: \[(\S+)\])?(?: waste=\S+)?(?: age=\S+)?(?: pid=\d+(?:-\d+)?)?(?: cpus=\S+)?(?: nodes=\S+)?\s*$/;
  let current: { count: number; caller: string } | undefined;
  let frames: string[] = [];
  let line = 0;
  const settle = () => {
    if (current === undefined) return;
    const site = found.at(frames.length > 0 ? frames : [current.caller]);
    site.outstanding += current.count;
    current = undefined;
    frames = [];
  };
  for await (const text of linesOf(chunks)) {
    line++;
    const start = head.exec(text);
    if (start !== null) {
      settle();
      current = { count: Number(start[1]), caller: start[2]!.replace(/\/0x[0-9a-f]+$/, '') };
    } else if (text.trim() === '') settle();
    else if (current !== undefined && /^\s+\S+(?: \[\S+\])?$/.test(text)) frames.push(text.trim().replace(/\/0x[0-9a-f]+/, ''));
    else malformed(bad, line, 'count, caller, age= pid= cpus=', text);
  }
  settle();
  return found.sites();
}
