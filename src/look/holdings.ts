import type { Holding, HoldingKind } from '../model/evidence.ts';
import type { ProcessCensus, ProcessHoldings } from './process-census.ts';

/** A holding that did not change is told from this many on. */
const worthTelling = 100;

/**
 * What each process held at the window's start and at its end. null at the start: it was not there; null at the end: it
 * is gone. Kinds that could be read at only one end of a process that was there at both say nothing and are left out.
 */
export function holdingsBetween(start: ProcessCensus, end: ProcessCensus): readonly Holding[] {
  const pids = new Set([...start.processes.keys(), ...end.processes.keys()]);
  return [...pids]
    .toSorted((a, b) => a - b)
    .flatMap((pid) => {
      const before = start.processes.get(pid);
      const after = end.processes.get(pid);
      // The same pid with another start time is another process.
      if (before !== undefined && after !== undefined && before.stat.startTime !== after.stat.startTime)
        return [...gone(before), ...came(after)];
      if (before === undefined) return after === undefined ? [] : came(after);
      return after === undefined ? gone(before) : changed(before, after);
    });
}

/** Only what a single look can tell: no growth, just who holds much. */
export function holdingsAt(census: ProcessCensus): readonly Holding[] {
  return [...census.processes.values()].flatMap(({ stat, held }) =>
    [...held].flatMap(([what, count]) =>
      count >= worthTelling ? [{ pid: stat.pid, comm: stat.comm, what, at_start: count, at_end: count }] : [],
    ),
  );
}

function came({ stat, held }: ProcessHoldings): readonly Holding[] {
  return [...held].flatMap(([what, count]) =>
    count === 0 ? [] : [{ pid: stat.pid, comm: stat.comm, what, at_start: null, at_end: count }],
  );
}

function gone({ stat, held }: ProcessHoldings): readonly Holding[] {
  return [...held].flatMap(([what, count]) =>
    count === 0 ? [] : [{ pid: stat.pid, comm: stat.comm, what, at_start: count, at_end: null }],
  );
}

function changed(before: ProcessHoldings, after: ProcessHoldings): readonly Holding[] {
  return [...after.held].flatMap(([what, count]) => {
    const was = before.held.get(what);
    if (was === undefined || (was === count && count < worthTelling)) return [];
    return [{ pid: after.stat.pid, comm: after.stat.comm, what, at_start: was, at_end: count }];
  });
}

/**
 * All that the processes of both ends hold of a kind, at each end: a process that came held nothing before, one that went nothing
 * after. An epoll or inotify instance that a child inherited is its parent's: its watches count once.
 */
export function heldInAll(start: ProcessCensus, end: ProcessCensus, kind: HoldingKind): readonly [number, number] | null {
  let [from, to, known] = [0, 0, false];
  for (const pid of new Set([...start.processes.keys(), ...end.processes.keys()])) {
    const was = own(start, pid, kind);
    const is = own(end, pid, kind);
    if (was === undefined || is === undefined) continue;
    from += was;
    to += is;
    known = true;
  }
  return known ? [from, to] : null;
}

const watchedBy: { readonly [Kind in HoldingKind]?: string } = { 'epoll-watches': 'epolls ', 'inotify-watches': 'inotify-watches ' };

/** What a process holds of a kind and did not inherit; 0 when it is not there, undefined when that was not read. */
function own(census: ProcessCensus, pid: number, kind: HoldingKind): number | undefined {
  const process = census.processes.get(pid);
  if (process === undefined) return 0;
  const held = process.held.get(kind);
  const prefix = watchedBy[kind];
  const parent = census.processes.get(process.stat.parent);
  if (held === undefined || prefix === undefined || parent === undefined) return held;
  let inherited = 0;
  // The same descriptor with as many watches: /proc has no identity of the instance to tell more.
  for (const [descriptor, count] of process.watches)
    if (descriptor.startsWith(prefix) && parent.watches.get(descriptor) === count) inherited += count;
  return held - inherited;
}
