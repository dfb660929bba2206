import type { Host } from '../host/host.ts';
import type { Unavailable } from '../model/evidence.ts';
import { Malformed } from '../model/reading.ts';
import { countLines } from './descriptors.ts';
import { defaultLimits, type Found, leftOut, type ProcessCensus, type ProcessLimits } from './process-census.ts';
import { countDescriptors, readKinds } from './process-descriptors.ts';
import { readNamespaces } from './process-namespaces.ts';
import { parseProcessStat } from './process-stat.ts';

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
