import type { Bpf } from '../../host/bpf.ts';

/**
 * What the programs share with this process.
 *
 * | map | key | value |
 * |---|---|---|
 * | live | pointer | who allocated it: `record`; its size only where objects have sizes of their own |
 * | sites | site | allocations made there |
 * | stacks | stack id | return addresses, innermost first |
 * | paths | fingerprint of a path | its stack id, and how often it was met |
 * | counts | 0 | `counters`, one set a CPU |
 *
 * A *site* is a stack id, or where there is no stack the address the allocator was called from: kernel addresses are
 * far above any stack id.
 */
export interface Maps {
  readonly live: number;
  readonly sites: number;
  readonly stacks: number;
  readonly paths: number;
  readonly counts: number;
  /** Bytes of a value of `live`. */
  readonly recordBytes: number;
}

/** Byte offsets in a value of `live`. */
export const record = { time: 0, site: 8, pid: 16, cpu: 20, weight: 22, comm: 24, bytes: 40 } as const;
export const RECORD_BYTES = 40;
export const SIZED_RECORD_BYTES = 48;
export const COMM_BYTES = 16;
export const KEY_BYTES = 8;

/** Deep enough for a packet's way from the socket to the far end of nftables; more frames cost nothing but memory. */
export const STACK_FRAMES = 48;
/**
 * One more than a power of two: the kernel makes the next one of buckets, 16,384, and as many stacks as are said here. A bucket
 * holds one stack; when half of them are taken, nearly half of what is new finds its own taken, and room for more would lie idle.
 */
export const STACKS = 8_193;
/** All stacks, and callers for those that found no room. */
export const SITES = 12_288;
/** A path that finds no room is walked each time. */
export const PATHS = 4_096;
/** Key of `paths`: the caller's address, the depth of the stack, a word of the entry from user space. */
export const FINGERPRINT_BYTES = 24;
/** Value of `paths`: stack id, then times met (both u32). */
export const path = { stack: 0, met: 4 } as const;
export const PATH_BYTES = 8;
/** Sites above this are addresses. */
export const LARGEST_STACK_ID = 0xffff_ffff;
/** The site where there is neither a stack nor a caller; no address of a kernel is so low. */
export const NOWHERE = 0x1_0000_0000;

/** Everything that is counted, in the order it lies in the value of `counts`. */
export const counters = [
  /** allocations recorded (each stands for `weight`) */
  'allocated',
  /** of those, freed again */
  'freed',
  /** frees of objects that were allocated before the window, or not recorded */
  'freedOlder',
  /** bytes of these, where the free tells */
  'freedOlderBytes',
  /** a pointer allocated that was live already: its free was not seen */
  'reallocated',
  /** not recorded: the map was full */
  'mapFull',
  /** a free could not be recorded: it interrupted the map's own lock. Its object seems to survive */
  'busy',
  /** recorded under the caller's address: no stack could be stored */
  'stackLost',
  /** seen only by the second copy: the first was interrupted */
  'rescuedAllocations',
  'rescuedFrees',
  /** not recorded: sampling left it out */
  'unsampled',
  'ticks',
] as const;
export type Counter = (typeof counters)[number];
export const COUNTS_BYTES = counters.length * 8;
export const counterOffset = (counter: Counter) => counters.indexOf(counter) * 8;

/** @param sized whether objects have sizes of their own */
export async function createMaps(bpf: Bpf, capacity: number, sized: boolean): Promise<Maps> {
  const recordBytes = sized ? SIZED_RECORD_BYTES : RECORD_BYTES;
  const [live, stacks, paths, sites, counts] = (await bpf.createMaps([
    { name: 'kmai_live', type: 'hash', keyBytes: KEY_BYTES, valueBytes: recordBytes, entries: capacity },
    { name: 'kmai_stacks', type: 'stack_trace', keyBytes: 4, valueBytes: STACK_FRAMES * 8, entries: STACKS },
    { name: 'kmai_paths', type: 'hash', keyBytes: FINGERPRINT_BYTES, valueBytes: PATH_BYTES, entries: PATHS },
    { name: 'kmai_sites', type: 'hash', keyBytes: KEY_BYTES, valueBytes: 8, entries: SITES },
    { name: 'kmai_counts', type: 'percpu_array', keyBytes: 4, valueBytes: COUNTS_BYTES, entries: 1 },
  ])) as [number, number, number, number, number];
  return { recordBytes, live, stacks, paths, sites, counts };
}

export function closeMaps(bpf: Bpf, maps: Maps): void {
  for (const fd of [maps.live, maps.sites, maps.stacks, maps.paths, maps.counts]) bpf.closeFd(fd);
}
