import type { Host } from '../../host/host.ts';
import { available, Malformed, type Reading, unavailable } from '../../model/reading.ts';
import { parseNamed, valueOf } from '../named.ts';
import { cursor, integer, malformed, more, nextLine, word } from '../scan.ts';
import type { Key, Named, Source } from '../source.ts';

/** At most so many folders of a v1 hierarchy are counted. */
const mostFolders = 20_000;
const help = 'mount a cgroup hierarchy with the memory controller';
const unified = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'] as const;
const memoryV1 = '/sys/fs/cgroup/memory';

export interface Subsystem {
  /** 0: not attached, or on the unified (v2) hierarchy */
  readonly hierarchy: number;
  /** removed ones that something still holds included */
  readonly cgroups: number;
}

/** `#subsys_name hierarchy num_cgroups enabled`; kernel/cgroup/cgroup-v1.c, proc_cgroupstats_show(). */
export function parseCgroups(text: string): ReadonlyMap<string, Subsystem> {
  const c = cursor(text);
  if (!text.startsWith('#subsys_name')) throw malformed(c, 'the header "#subsys_name"');
  nextLine(c);
  const found = new Map<string, Subsystem>();
  while (more(c)) {
    const name = word(c, 'a subsystem');
    found.set(name, { hierarchy: integer(c, '<hierarchy>'), cgroups: integer(c, '<num_cgroups>') });
    nextLine(c);
  }
  return found;
}

const stateNames = ['live', 'dying', 'all'] as const;

const nothing: Named = { names: [], values: new Float64Array(0) };

function states(live: number | null, dying: number | null, all: number | null): Named {
  return { names: stateNames, values: Float64Array.of(live ?? Number.NaN, dying ?? Number.NaN, all ?? Number.NaN) };
}

/** v2 counts them itself: `nr_descendants`, `nr_dying_descendants` of the root's cgroup.stat (Documentation/admin-guide/cgroup-v2.rst). */
function readUnified(host: Host): Named | null {
  for (const root of unified) {
    const text = host.read(`${root}/cgroup.stat`);
    if (!text.ok) continue;
    const value = parseNamed(text.value, undefined);
    const live = valueOf(value, 'nr_descendants');
    const dying = valueOf(value, 'nr_dying_descendants');
    return states(live, dying, live === null || dying === null ? null : live + dying);
  }
  return null;
}

/**
 * v1 has no count of removed groups: num_cgroups of /proc/cgroups holds them (the hierarchy's count falls when the last
 * reference does), the folders that are left are the live ones. The root is in both.
 */
function readMemory(host: Host, countFolders: boolean): Reading<Named> {
  const text = host.read('/proc/cgroups');
  const memory = text.ok ? parseCgroups(text.value).get('memory') : undefined;
  if (memory === undefined || memory.hierarchy === 0) {
    // At the edges there is nothing to add to what each sample tells.
    const value = countFolders ? nothing : readUnified(host);
    if (value !== null) return available(value);
    return text.ok ? unavailable('memory cgroups', 'absent', 'no cgroup hierarchy has the memory controller', help) : text;
  }
  if (!countFolders) return available(states(null, null, memory.cgroups));
  const live = foldersBelow(host, memoryV1);
  if (live === null) return unavailable(memoryV1, 'absent', `not readable, or more than ${mostFolders} folders`, help);
  return available(states(live, memory.cgroups - live, memory.cgroups));
}

/** Folders of the tree, the root included; null when it can't be read or is too large to count. */
function foldersBelow(host: Host, root: string): number | null {
  const waiting = [root];
  let count = 0;
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (++count > mostFolders) return null;
    const entries = host.list(path);
    // A group may be removed while we walk; only the root must be there.
    if (!entries.ok && path === root) return null;
    if (entries.ok) for (const entry of entries.value) if (entry.kind === 'folder') waiting.push(`${path}/${entry.name}`);
  }
  return count;
}

function cgroupSource(id: string, cadence: 'tick' | 'edge'): Source<Named> {
  return {
    id,
    path: '/proc/cgroups',
    cadence,
    help: { absent: help },
    gather: (host) => readMemory(host, cadence === 'edge'),
    parse() {
      throw new Malformed(0, 'a host to read', '');
    },
    keys: (value) => value.names.map((state): Key => ({ name: 'cgroups', labels: { state } })),
    values: (value) => value.values,
  };
}

/** Kernel memory among what memory.stat of the v2 root tells, in bytes; Documentation/admin-guide/cgroup-v2.rst. */
const kernelFields: ReadonlySet<string> = new Set([
  'kernel',
  'kernel_stack',
  'pagetables',
  'sec_pagetables',
  'percpu',
  'sock',
  'vmalloc',
  'shmem',
  'zswap',
  'zswapped',
  'slab_reclaimable',
  'slab_unreclaimable',
]);

function readKernelMemory(host: Host): Reading<Named> {
  for (const root of unified) {
    const text = host.read(`${root}/memory.stat`);
    if (text.ok) return available(parseNamed(text.value, undefined));
  }
  const usage = host.read(`${memoryV1}/memory.kmem.usage_in_bytes`);
  if (!usage.ok) return usage;
  return available({ names: ['kernel'], values: Float64Array.of(integer(cursor(usage.value), 'bytes')) });
}

/** Kernel memory as the root memory cgroup accounts for it. */
export const cgroupMemory: Source<Named> = {
  ...cgroupSource('cgroup-memory', 'edge'),
  path: '/sys/fs/cgroup/memory.stat',
  gather: readKernelMemory,
  keys: (value) => value.names.map((field): Key | null => (kernelFields.has(field) ? { name: 'cgroup_bytes', labels: { field } } : null)),
};

/** All memory cgroups, at each sample; on v2 live and dying ones too. */
export const cgroups = cgroupSource('cgroups', 'tick');
/** Live and dying ones on v1, by walking the folders. */
export const cgroupFolders = cgroupSource('cgroup-folders', 'edge');
