import type { Host } from '../host/host.ts';
import type { Series } from '../model/evidence.ts';
import { type Population, populations } from './populations.ts';
import type { ProcessCensus } from './process-census.ts';
import { readSource, type Named, type Source } from './source.ts';
import { counted } from './sources.ts';
import { toSeries } from './tape.ts';

/** Of so many network namespaces besides ours at most. */
const mostNetworks = 32;

/** What the populations of other network namespaces count, in all; a population that none of them tells is not here. */
export type ElsewhereCounts = ReadonlyMap<Population, number>;

/**
 * A container's routes and sockets are counted in its own namespace: /proc/net is ours, /proc/PID/net that of the process. A
 * namespace without a process (`ip netns add`) stays unseen, and what grows there unexplained.
 * @param own `net:[INODE]` of our own namespace; null: unknown, and then nothing is read rather than counted twice
 */
export function readElsewhere(host: Host, census: ProcessCensus, own: string | null): ElsewhereCounts {
  const counts = new Map<Population, number>();
  if (own === null) return counts;
  const livesIn = new Map<string, number>();
  for (const [pid, { network }] of census.processes)
    if (network !== null && network !== own && !livesIn.has(network)) livesIn.set(network, pid);
  for (const pid of [...livesIn.values()].slice(0, mostNetworks)) {
    for (const source of counted as readonly Source<Named>[]) {
      const wanted = populations.filter((one) => one.perNetwork === true && one.source === source.id);
      if (wanted.length === 0) continue;
      const reading = readSource(host, { ...source, path: source.path.replace('/proc/net/', `/proc/${pid}/net/`) });
      if (!reading.ok) continue;
      for (const population of wanted) {
        const row = reading.value.names.indexOf(population.row);
        if (row >= 0) counts.set(population, (counts.get(population) ?? 0) + reading.value.values[row]!);
      }
    }
  }
  return counts;
}

/** `net:[INODE]` of the namespace that /proc/net shows. */
export function ownNetwork(host: Host): string | null {
  const entries = host.list('/proc/self/ns');
  return entries.ok ? (entries.value.find(({ name }) => name === 'net')?.target ?? null) : null;
}

/** `population_objects` of the other namespaces, at the window's ends; nothing where there are none. */
export function elsewhereSeries(times: readonly number[], start: ElsewhereCounts, end: ElsewhereCounts): readonly Series[] {
  if (times.length < 2) return [];
  const edges = [times[0]!, times.at(-1)!];
  return populations.flatMap((population) => {
    const after = end.get(population);
    if (after === undefined) return [];
    const by = `${population.by.replace('/proc/net/', '/proc/PID/net/')} of other network namespaces`;
    return [toSeries({ name: 'population_objects', labels: { cache: population.alias, by } }, edges, [start.get(population) ?? 0, after])];
  });
}
