import { AGE_CLASSES, type Flow, type Site } from './engine.ts';

/**
 * Pairs allocations with frees by pointer, outside the kernel: for engines that hand over events, and for traces that
 * were taken elsewhere. Live objects lie in typed arrays, about 80 bytes each with their entry in the index.
 */
export interface Pairing {
  /** The number of a stack; the same frames must come with the same `key`. */
  site(key: string, frames: () => readonly string[]): number;
  /** @param pointer any number that tells live objects apart; NaN where the event has none: counted, never paired */
  allocate(pointer: number, seconds: number, site: number, pid: number, comm: string, cpu: number): void;
  /** @param ours false: a free that is known to be another cache's; it still ends what stood at the pointer */
  free(pointer: number, seconds: number, ours: boolean): void;
  finish(): { readonly sites: readonly Site[]; readonly flow: Flow; readonly seconds: number };
}

/** Seconds, of the clock the events bear. Allocations outside are left out; later frees end what lives, and are not counted. */
export interface EventWindow {
  readonly start: number;
  readonly end: number;
}

interface Tally {
  allocated: number;
  outstanding: number;
  oldest: number;
  readonly byAge: number[];
  readonly processes: Map<number, number>;
  readonly cpus: Set<number>;
}

/** @param window asked at each event: its end may not be known yet (Infinity); undefined: from the first event to the last */
export function pairing(window?: () => EventWindow): Pairing {
  const index = new Map<number, number>();
  const keys = new Map<string, number>();
  const stacks: (readonly string[])[] = [];
  const comms = new Map<number, string>();
  const allocatedAt: number[] = [];
  let room = 4096;
  let times = new Float64Array(room);
  let sites = new Uint32Array(room);
  let pids = new Uint32Array(room);
  let cpus = new Uint16Array(room);
  const free: number[] = [];
  let used = 0;
  let allocated = 0;
  let freed = 0;
  let freedOlder = 0;
  let reallocated = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;

  const slot = (): number => {
    const again = free.pop();
    if (again !== undefined) return again;
    if (used === room) {
      room *= 2;
      times = grown(times, new Float64Array(room));
      sites = grown(sites, new Uint32Array(room));
      pids = grown(pids, new Uint32Array(room));
      cpus = grown(cpus, new Uint16Array(room));
    }
    return used++;
  };

  return {
    site(key, frames) {
      const had = keys.get(key);
      if (had !== undefined) return had;
      keys.set(key, stacks.length);
      allocatedAt.push(0);
      return stacks.push(frames()) - 1;
    },
    allocate(pointer, seconds, site, pid, comm, cpu) {
      if (window !== undefined && (seconds < window().start || seconds > window().end)) {
        index.delete(pointer);
        return;
      }
      allocated++;
      allocatedAt[site]!++;
      if (seconds < first) first = seconds;
      if (seconds > last) last = seconds;
      if (Number.isNaN(pointer)) return;
      if (comms.get(pid) !== comm) comms.set(pid, comm);
      let at = index.get(pointer);
      if (at === undefined) {
        at = slot();
        index.set(pointer, at);
      } else {
        reallocated++;
      }
      times[at] = seconds;
      sites[at] = site;
      pids[at] = pid;
      cpus[at] = cpu;
    },
    free(pointer, seconds, ours) {
      const at = index.get(pointer);
      const counts = window === undefined || (seconds >= window().start && seconds <= window().end);
      if (at === undefined) {
        if (ours && counts) freedOlder++;
        return;
      }
      index.delete(pointer);
      free.push(at);
      if (counts) freed++;
    },
    finish() {
      const start = window?.().start ?? first;
      const end = window?.().end ?? last;
      const seconds = end > start ? end - start : 0;
      const tallies = stacks.map(
        (_, site): Tally => ({
          allocated: allocatedAt[site]!,
          outstanding: 0,
          oldest: Number.POSITIVE_INFINITY,
          byAge: Array.from({ length: AGE_CLASSES }, () => 0),
          processes: new Map(),
          cpus: new Set(),
        }),
      );
      for (const at of index.values()) {
        const tally = tallies[sites[at]!]!;
        const age = seconds === 0 ? 0 : Math.floor(((times[at]! - start) / seconds) * AGE_CLASSES);
        tally.outstanding++;
        tally.byAge[Math.min(AGE_CLASSES - 1, Math.max(0, age))]!++;
        tally.oldest = Math.min(tally.oldest, times[at]!);
        tally.processes.set(pids[at]!, (tally.processes.get(pids[at]!) ?? 0) + 1);
        tally.cpus.add(cpus[at]!);
      }
      return {
        seconds,
        flow: { allocated, freed, freedOlder, reallocated },
        sites: tallies.map((tally, site) => ({
          frames: stacks[site]!,
          allocated: tally.allocated,
          outstanding: tally.outstanding,
          byAge: tally.byAge,
          oldestSeconds: tally.outstanding === 0 ? null : Math.max(0, end - tally.oldest),
          processes: Array.from(tally.processes, ([pid, count]) => ({ pid, comm: comms.get(pid) ?? '', count })),
          cpus: [...tally.cpus].toSorted((a, b) => a - b),
        })),
      };
    },
  };
}

function grown<T extends Float64Array | Uint32Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
