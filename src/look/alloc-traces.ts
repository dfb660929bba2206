import type { Host } from '../host/host.ts';
import type { CallSite } from '../model/evidence.ts';
import { available, Malformed, type Reading, unavailable } from '../model/reading.ts';

/**
 * Of one cache whose owners the kernel stores (slub_debug=U): `   338 function+0x…/0x… age=… pid=… cpus=…`, then, since 5.19,
 * the stack, a tab and a frame a line, and a blank line; Documentation/mm/slub.rst, "DebugFS files for SLUB" (commit
 * 64dd68497be7 "mm: slub: move sysfs slab alloc/free interfaces to debugfs", in v5.14). Only objects that live are counted.
 */
export function parseAllocTraces(text: string, cache: string, objectSize: number): readonly CallSite[] {
  const sites: { count: number; stack: string[] }[] = [];
  let stack: string[] | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const head = /^ *(\d+) (\S+)(?: \[\S+\])?(?: .*)?$/.exec(line);
    if (line.trim() === '' || line.startsWith('No data')) stack = null;
    else if (line.startsWith('\t')) {
      if (stack === null) throw new Malformed(index + 1, 'a count before its stack', line);
      stack.push(line.trim());
    } else if (head === null) throw new Malformed(index + 1, 'COUNT FUNCTION age=…', line);
    else {
      stack = [];
      sites.push({ count: Number(head[1]), stack });
      // Before stacks were kept the caller alone is known.
      if (head[2] !== '<not-available>') stack.push(head[2]!);
    }
  }
  return sites
    .toSorted((a, b) => b.count - a.count)
    .map(({ count, stack: frames }) => ({
      cache,
      stack: frames.length > 1 ? frames.slice(1) : frames,
      allocated: count,
      freed: 0,
      outstanding: count,
      bytes: count * objectSize,
      oldest_seconds: null,
      leaking: 'unknown',
    }));
}

/** Who allocated the objects of `cache` that live now, where the kernel stores it. */
export function readAllocTraces(host: Host, cache: string, objectSize: number): Reading<readonly CallSite[]> {
  const path = `/sys/kernel/debug/slab/${cache}/alloc_traces`;
  const text = host.read(path);
  if (!text.ok)
    return { ok: false, unavailable: { ...text.unavailable, help: `boot with slub_debug=U,${cache}, mount debugfs, run as root` } };
  try {
    return available(parseAllocTraces(text.value, cache, objectSize));
  } catch (error) {
    if (error instanceof Malformed) return unavailable(path, 'malformed', error.message);
    throw error;
  }
}
