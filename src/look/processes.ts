import type { Host } from '../host/host.ts';
import type { HoldingKind, Unavailable } from '../model/evidence.ts';
import { Malformed } from '../model/reading.ts';
import { countLines, kindOf } from './descriptors.ts';
import { parseProcessStat, type ProcessStat } from './process-stat.ts';

/** How much of /proc is looked at. Counts, not times: a replay must ask for what the recording asked for. */
export interface ProcessLimits {
  /** processes whose descriptors are counted (one readdir each) */
  readonly processes: number;
  /** descriptors whose kind is read (one readlink each, 5–20 µs), those of the largest tables first */
  readonly links: number;
  /** epoll and inotify descriptors whose watches are counted */
  readonly watchers: number;
  /** processes whose mappings are counted (about 1 µs a mapping), the largest first */
  readonly maps: number;
}

export const defaultLimits: ProcessLimits = { processes: 4096, links: 20_000, watchers: 1000, maps: 48 };

/** A table of this size is not read again when it has as many descriptors as before. */
const smallTable = 64;

export interface ProcessHoldings {
  readonly stat: ProcessStat;
  /** A kind that is not here was not read. */
  readonly held: ReadonlyMap<HoldingKind, number>;
  /** `net:[INODE]` that the process lives in; null: not known. */
  readonly network: string | null;
  /** Namespaces it has descriptors of, `net:[INODE]`. */
  readonly namespaces: ReadonlySet<string>;
  /** Watches by the descriptor of their epoll or inotify instance. */
  readonly watches: ReadonlyMap<string, number>;
}

/** What the processes hold at one moment. */
export interface ProcessCensus {
  readonly processes: ReadonlyMap<number, ProcessHoldings>;
  /** Network namespaces that a process lives in, holds a descriptor of, or that are mounted; null: not known. */
  readonly networkNamespaces: number | null;
  readonly unavailable: readonly Unavailable[];
}

interface Found {
  readonly stat: ProcessStat;
  readonly held: Map<HoldingKind, number>;
  readonly namespaces: Set<string>;
  readonly watches: Map<string, number>;
  network: string | null;
  /** The same process at the window's start. */
  readonly before: ProcessHoldings | null;
}

/** Everything a descriptor can be: 0 when a process has none of a kind. */
const descriptorKinds = [
  'regular',
  'sockets',
  'pipes',
  'eventfds',
  'epolls',
  'epoll-watches',
  'inotify-watches',
  'timerfds',
  'signalfds',
  'bpf',
  'anon-inodes',
] as const;

/**
 * Reads /proc/PID of all processes within the limits; what was left out is said. Kernel threads hold nothing and are skipped.
 * @param start the census of the window's start: small tables of as many descriptors as then, and the namespaces of
 * processes that were there, are taken from it
 */
export function readProcesses(host: Host, limits: ProcessLimits = defaultLimits, start?: ProcessCensus): ProcessCensus {
  const entries = host.list('/proc');
  if (!entries.ok) return { processes: new Map(), networkNamespaces: null, unavailable: [entries.unavailable] };
  const left: Unavailable[] = [];
  const pids = entries.value.flatMap(({ name }) => (/^\d+$/.test(name) ? [name] : []));
  const found = readStats(host, pids, limits, left, start);
  countDescriptors(host, found, left);
  readKinds(host, found, limits, left);
  readMappings(host, found, limits, start !== undefined);
  readTimers(host, found);
  const networkNamespaces = readNamespaces(host, found);
  return {
    processes: new Map(
      found.map(({ stat, held, network, namespaces, watches }) => [stat.pid, { stat, held, network, namespaces, watches }]),
    ),
    networkNamespaces,
    unavailable: left,
  };
}

function leftOut(what: string, detail: string, help = ''): Unavailable {
  return { what, reason: 'unsupported', detail, help };
}

function readStats(
  host: Host,
  pids: readonly string[],
  limits: ProcessLimits,
  left: Unavailable[],
  start?: ProcessCensus,
): readonly Found[] {
  const taken = pids.toSorted((a, b) => Number(a) - Number(b)).slice(0, limits.processes);
  if (taken.length < pids.length)
    left.push(
      leftOut(
        '/proc/PID',
        `${pids.length - taken.length} of ${pids.length} processes were not looked at: the limit is ${limits.processes}`,
      ),
    );
  const children = new Map<number, number>();
  const found: Found[] = [];
  for (const pid of taken) {
    const text = host.read(`/proc/${pid}/stat`);
    if (!text.ok) continue;
    const stat = tolerant(() => parseProcessStat(text.value));
    if (stat === null) continue;
    children.set(stat.parent, (children.get(stat.parent) ?? 0) + 1);
    if (stat.kernelThread) continue;
    const earlier = start?.processes.get(stat.pid);
    const before = earlier?.stat.startTime === stat.startTime ? earlier : null;
    found.push({
      stat,
      held: new Map([['threads', stat.threads]]),
      namespaces: new Set(),
      watches: new Map(),
      network: before?.network ?? null,
      before,
    });
  }
  for (const { stat, held } of found) held.set('children', children.get(stat.pid) ?? 0);
  return found;
}

function tolerant<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

/** /proc/PID/fdinfo holds plain files, so that counting them reads no link. */
function countDescriptors(host: Host, found: readonly Found[], left: Unavailable[]): void {
  let denied = 0;
  for (const { stat, held } of found) {
    const entries = host.list(`/proc/${stat.pid}/fdinfo`);
    if (entries.ok) held.set('files', entries.value.length);
    else if (entries.unavailable.reason === 'denied') denied++;
  }
  if (denied > 0)
    left.push({
      what: '/proc/PID/fd',
      reason: 'denied',
      detail: `the descriptors of ${denied} of ${found.length} processes may not be listed`,
      help: 'run as root (CAP_SYS_PTRACE)',
    });
}

/** As many descriptors as at the start, and few: of the same kinds. */
function takenFromBefore({ before, held, namespaces, watches }: Found, files: number): boolean {
  if (before === null || files > smallTable || before.held.get('files') !== files) return false;
  for (const kind of descriptorKinds) {
    const count = before.held.get(kind);
    if (count !== undefined) held.set(kind, count);
  }
  for (const each of before.namespaces) namespaces.add(each);
  for (const [descriptor, count] of before.watches) watches.set(descriptor, count);
  return true;
}

function readKinds(host: Host, found: readonly Found[], limits: ProcessLimits, left: Unavailable[]): void {
  let links = limits.links;
  let watchers = limits.watchers;
  let skipped = 0;
  let unwatched = 0;
  for (const one of found.toSorted((a, b) => (b.held.get('files') ?? 0) - (a.held.get('files') ?? 0))) {
    const files = one.held.get('files');
    if (files === undefined || takenFromBefore(one, files)) continue;
    if (files > links) {
      skipped++;
      continue;
    }
    links -= files;
    const entries = host.list(`/proc/${one.stat.pid}/fd`);
    if (!entries.ok) continue;
    const counts = new Map<HoldingKind, number>(descriptorKinds.map((kind) => [kind, 0]));
    const add = (kind: HoldingKind, count: number): void => void counts.set(kind, (counts.get(kind) ?? 0) + count);
    for (const { name, target } of entries.value) {
      // A descriptor that was closed meanwhile has no target any more.
      if (target === undefined) continue;
      const kind = kindOf(target);
      if (kind === 'namespaces') one.namespaces.add(target);
      if (kind !== 'namespaces' && kind !== 'inotify-watches') add(kind, 1);
      if (kind !== 'epolls' && kind !== 'inotify-watches') continue;
      if (watchers-- <= 0) {
        unwatched++;
        continue;
      }
      const info = host.read(`/proc/${one.stat.pid}/fdinfo/${name}`);
      if (!info.ok) continue;
      const count = countLines(info.value, kind === 'epolls' ? 'tfd:' : 'inotify wd');
      add(kind === 'epolls' ? 'epoll-watches' : kind, count);
      one.watches.set(`${kind} ${name}`, count);
    }
    // As one moment: the table may have changed since it was counted.
    one.held.set('files', entries.value.length);
    for (const [kind, count] of counts) one.held.set(kind, count);
  }
  if (skipped > 0)
    left.push(
      leftOut(
        '/proc/PID/fd',
        `the kinds of descriptors of ${skipped} processes were not read: the limit is ${limits.links} in all; they are counted`,
      ),
    );
  if (unwatched > 0)
    left.push(
      leftOut(
        '/proc/PID/fdinfo',
        `the watches of ${unwatched} epoll and inotify descriptors were not counted: the limit is ${limits.watchers}`,
      ),
    );
}

/** The largest address spaces at the start, the same ones at the end. */
function readMappings(host: Host, found: readonly Found[], limits: ProcessLimits, again: boolean): void {
  const chosen = again
    ? found.filter(({ before }) => before?.held.has('mappings') === true)
    : found.toSorted((a, b) => b.stat.virtualBytes - a.stat.virtualBytes).slice(0, limits.maps);
  for (const { stat, held } of chosen) {
    const maps = host.read(`/proc/${stat.pid}/maps`);
    if (maps.ok) held.set('mappings', countLines(maps.value));
  }
}

/** `ID: 0` and four more lines a timer; needs CONFIG_CHECKPOINT_RESTORE, so the first absence ends it. */
function readTimers(host: Host, found: readonly Found[]): void {
  let absent = 0;
  for (const { stat, held } of found) {
    const timers = host.read(`/proc/${stat.pid}/timers`);
    if (timers.ok) held.set('posix-timers', countLines(timers.value, 'ID:'));
    else if (timers.unavailable.reason === 'absent' && ++absent > 3) return;
  }
}

/**
 * Which network namespaces a process keeps: by descriptors, or by children that live in another than its own.
 * @returns how many there are in all
 */
function readNamespaces(host: Host, found: readonly Found[]): number | null {
  const all = new Set<string>();
  for (const one of found) {
    if (one.network === null) {
      const entries = host.list(`/proc/${one.stat.pid}/ns`);
      one.network = (entries.ok ? entries.value.find(({ name }) => name === 'net')?.target : undefined) ?? null;
    }
    if (one.network !== null) all.add(one.network);
    for (const each of one.namespaces) if (each.startsWith('net:')) all.add(each);
  }
  if (found.every(({ network }) => network === null)) return null;
  const byPid = new Map(found.map((one) => [one.stat.pid, one]));
  const kept = new Map(found.map((one) => [one, new Set(one.namespaces)]));
  for (const { stat, network } of found) {
    const parent = byPid.get(stat.parent);
    if (parent !== undefined && network !== null && parent.network !== null && network !== parent.network) kept.get(parent)!.add(network);
  }
  for (const [one, namespaces] of kept) one.held.set('namespaces', namespaces.size);
  // `ip netns add` keeps a namespace by a mount, with no process in it.
  const mounts = host.read('/proc/self/mountinfo');
  if (mounts.ok) for (const [mounted] of mounts.value.matchAll(/net:\[\d+\]/g)) all.add(mounted);
  return all.size;
}
