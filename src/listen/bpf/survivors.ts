import type { Bpf } from '../../host/bpf.ts';
import { address48, type Symbols } from '../../kernel/symbols.ts';
import { cleanStack } from '../../kernel/stacks.ts';
import { AGE_CLASSES, type Site } from '../engine.ts';
import type { EventWindow } from '../pairing.ts';
import {
  COMM_BYTES,
  type Counter,
  COUNTS_BYTES,
  counterOffset,
  counters,
  KEY_BYTES,
  LARGEST_STACK_ID,
  type Maps,
  NOWHERE,
  SIZED_RECORD_BYTES,
  record,
  STACK_FRAMES,
} from './maps.ts';

interface Held {
  readonly pid: number;
  readonly comm: string;
  count: number;
}

interface Tally {
  allocated: number;
  outstanding: number;
  bytes: number;
  oldest: number;
  readonly byAge: number[];
  readonly processes: Map<number, Held>;
  last: Held | undefined;
  readonly cpus: Set<number>;
}

/** A site as a number: a stack id, or an address, which is above 2^47. */
const siteAt = (view: Buffer, at: number) => {
  const high = view.readUInt32LE(at + 4);
  return high === 0 ? view.readUInt32LE(at) : address48(view.readUInt32LE(at), high);
};

export function readCounts(bpf: Bpf, maps: Maps, cpus: number): Readonly<Record<Counter, number>> {
  const value = bpf.lookup(maps.counts, new Uint8Array(4), COUNTS_BYTES * cpus)!;
  const sum = (counter: Counter) => {
    let total = 0;
    for (let cpu = 0; cpu < cpus; cpu++) total += Number(value.readBigUInt64LE(cpu * COUNTS_BYTES + counterOffset(counter)));
    return total;
  };
  return Object.fromEntries(counters.map((counter) => [counter, sum(counter)])) as Record<Counter, number>;
}

/** @property uncounted sites that found no room: only what survives of them is known, not what they allocated and freed */
export interface Survivors {
  readonly sites: readonly Site[];
  readonly uncounted: number;
}

/** Reads what is still live, by site. Times are seconds of CLOCK_MONOTONIC, which is what bpf_ktime_get_ns tells. */
export function readSites(bpf: Bpf, maps: Maps, window: EventWindow, symbols: Symbols | undefined): Survivors {
  const tallies = new Map<number, Tally>();
  const tallyOf = (site: number, allocated: number): Tally => {
    const tally: Tally = {
      allocated,
      outstanding: 0,
      bytes: 0,
      oldest: Number.POSITIVE_INFINITY,
      byAge: Array.from({ length: AGE_CLASSES }, () => 0),
      processes: new Map(),
      last: undefined,
      cpus: new Set(),
    };
    tallies.set(site, tally);
    return tally;
  };
  bpf.batches(maps.sites, KEY_BYTES, 8, (keys, values, count) => {
    for (let i = 0; i < count; i++) tallyOf(siteAt(keys, i * KEY_BYTES), Number(values.readBigUInt64LE(i * 8)));
  });
  const counted = tallies.size;
  const length = Math.max(1e-9, window.end - window.start);
  // Neighbours in the map have nothing in common, but sites, processes and CPUs are few: the last one is mostly the next.
  let lastSite = Number.NaN;
  let tally: Tally | undefined;
  const { recordBytes } = maps;
  const sized = recordBytes === SIZED_RECORD_BYTES;
  bpf.batches(maps.live, KEY_BYTES, recordBytes, (_keys, values, count) => {
    for (let i = 0, at = 0; i < count; i++, at += recordBytes) {
      const site = siteAt(values, at + record.site);
      if (site !== lastSite) {
        lastSite = site;
        tally = tallies.get(site);
      }
      // A site that found no room among the sites: its survivors are there all the same.
      tally ??= tallyOf(site, 0);
      const time = (values.readUInt32LE(at + record.time) + values.readUInt32LE(at + record.time + 4) * 0x1_0000_0000) / 1e9;
      const weight = values.readUInt16LE(at + record.weight);
      const age = Math.floor(((time - window.start) / length) * AGE_CLASSES);
      tally.outstanding += weight;
      if (sized) tally.bytes += weight * Number(values.readBigUInt64LE(at + record.bytes));
      tally.byAge[Math.min(AGE_CLASSES - 1, Math.max(0, age))]! += weight;
      if (time < tally.oldest) tally.oldest = time;
      tally.cpus.add(values.readUInt16LE(at + record.cpu));
      const pid = values.readUInt32LE(at + record.pid);
      if (tally.last?.pid !== pid) tally.last = processOf(tally, pid, values, at + record.comm);
      tally.last.count += weight;
    }
  });
  const sites = Array.from(tallies, ([site, tally]) => ({
    frames: framesOf(bpf, maps, site, symbols),
    allocated: Math.max(tally.allocated, tally.outstanding),
    outstanding: tally.outstanding,
    ...(sized ? { bytes: tally.bytes } : {}),
    byAge: tally.byAge,
    oldestSeconds: tally.outstanding === 0 ? null : Math.max(0, window.end - tally.oldest),
    processes: [...tally.processes.values()],
    cpus: [...tally.cpus].toSorted((a, b) => a - b),
  }));
  return { sites, uncounted: tallies.size - counted };
}

function processOf(tally: Tally, pid: number, values: Buffer, comm: number): Held {
  const had = tally.processes.get(pid);
  if (had !== undefined) return had;
  const made = { pid, comm: text(values, comm, COMM_BYTES), count: 0 };
  tally.processes.set(pid, made);
  return made;
}

function framesOf(bpf: Bpf, maps: Maps, site: number, symbols: Symbols | undefined): readonly string[] {
  const name = (address: number) => symbols?.symbol(address) ?? `0xffff${address.toString(16).padStart(12, '0')}`;
  if (site === NOWHERE) return [];
  if (site > LARGEST_STACK_ID) return [name(site)];
  const key = Buffer.alloc(4);
  key.writeUInt32LE(site);
  const stack = bpf.lookup(maps.stacks, key, STACK_FRAMES * 8);
  const frames: string[] = [];
  if (stack === undefined) return frames;
  for (let at = 0; at < stack.length; at += 8) {
    const low = stack.readUInt32LE(at);
    const high = stack.readUInt32LE(at + 4);
    if (low === 0 && high === 0) break;
    frames.push(name(address48(low, high)));
  }
  return cleanStack(frames);
}

function text(bytes: Buffer, at: number, length: number): string {
  const end = bytes.indexOf(0, at);
  return bytes.toString('utf8', at, end < 0 || end > at + length ? at + length : end);
}
