import type { Assembler } from '../assembler.ts';
import { COMM_BYTES, counterOffset, type Maps, record, SIZED_RECORD_BYTES } from '../maps.ts';
import { count, pointToCounts } from './count.ts';
import { placeByCaller, placeByStack, placeNowhere } from './place.ts';

/** How an allocation is recorded. */
export interface Recording {
  readonly stacks: boolean;
  /** Record one allocation in so many (1: all). */
  readonly sample: number;
  /** The event's first word is no caller's address. */
  readonly callerUnknown?: boolean;
  /** Puts the object's size into r1; r6 is the context. Set where objects have sizes of their own. */
  readonly bytes?: (a: Assembler) => void;
}

const KEY = -8;
const RECORD = KEY - SIZED_RECORD_BYTES;
const ONE = -72;

const EEXIST = -17;
const BPF_ANY = 0;
const BPF_NOEXIST = 1;

/**
 * Records the allocation of the pointer in r7; r6 is the event's context, whose first word is the caller's address.
 *
 * `second`: the idempotent copy. A program that is running already is skipped on that CPU, so an allocation in an
 * interrupt that arrived inside the first copy is seen by this one alone; what the first copy recorded is left alone.
 */
export function remember(a: Assembler, maps: Maps, how: Recording, second: boolean): void {
  const done = a.fresh('done');
  if (how.sample > 1) {
    // Every n-th by a counter: by pointer would be biased, a loop uses the same few pointers again and again.
    pointToCounts(a, maps, done);
    a.load('r1', ['r0', counterOffset('ticks')]);
    a.add('r1', 1);
    a.store(['r0', counterOffset('ticks')], 'r1');
    a.remainder('r1', how.sample);
    const sampled = a.fresh('sampled');
    a.jumpIf('r1', '==', 0, sampled);
    a.set('r1', 1);
    a.atomicAdd(['r0', counterOffset('unsampled')], 'r1');
    a.jump(done);
    a.label(sampled);
  }
  a.store(['r10', KEY], 'r7');
  if (second) {
    pass(a, maps.live);
    a.call('map_lookup_elem');
    a.jumpIf('r0', '!=', 0, done);
  }
  describe(a, maps, how, second);
  a.map('r1', maps.live);
  argument(a, 'r2', KEY);
  argument(a, 'r3', RECORD);
  a.set('r4', BPF_NOEXIST);
  a.call('map_update_elem');
  const recorded = a.fresh('recorded');
  a.jumpIf32('r0', '==', 0, recorded);
  if (second) {
    a.jump(done);
  } else {
    const live = a.fresh('live already');
    a.jumpIf32('r0', '==', EEXIST, live);
    count(a, maps, 'mapFull');
    a.jump(done);
    a.label(live);
    count(a, maps, 'reallocated');
    a.map('r1', maps.live);
    argument(a, 'r2', KEY);
    argument(a, 'r3', RECORD);
    a.set('r4', BPF_ANY);
    a.call('map_update_elem');
  }
  a.label(recorded);
  count(a, maps, 'allocated');
  if (second) count(a, maps, 'rescuedAllocations');
  tally(a, maps, how.sample);
  a.label(done);
}

/** Fills the record on the frame: when, where, who. */
function describe(a: Assembler, maps: Maps, how: Recording, second: boolean): void {
  const at = (field: keyof typeof record) => RECORD + record[field];
  a.call('ktime_get_ns');
  a.store(['r10', at('time')], 'r0');
  if (how.stacks) placeByStack(a, maps, at('site'), second, how.callerUnknown === true);
  else if (how.callerUnknown === true) placeNowhere(a, at('site'));
  else placeByCaller(a, at('site'));
  if (how.bytes !== undefined) {
    how.bytes(a);
    a.store(['r10', at('bytes')], 'r1');
  }
  a.call('get_current_pid_tgid');
  a.shiftRight('r0', 32);
  a.store(['r10', at('pid')], 'r0', 4);
  a.call('get_smp_processor_id');
  a.store(['r10', at('cpu')], 'r0', 2);
  a.store(['r10', at('weight')], how.sample, 2);
  argument(a, 'r1', at('comm'));
  a.set('r2', COMM_BYTES);
  a.call('get_current_comm');
}

/** sites[site] += weight */
function tally(a: Assembler, maps: Maps, weight: number): void {
  const first = a.fresh('first of its site');
  const done = a.fresh('tallied');
  const site = RECORD + record.site;
  a.map('r1', maps.sites);
  argument(a, 'r2', site);
  a.call('map_lookup_elem');
  a.jumpIf('r0', '==', 0, first);
  a.set('r1', weight);
  a.atomicAdd(['r0', 0], 'r1');
  a.jump(done);
  a.label(first);
  a.store(['r10', ONE], weight, 8);
  a.map('r1', maps.sites);
  argument(a, 'r2', site);
  argument(a, 'r3', ONE);
  a.set('r4', BPF_ANY);
  a.call('map_update_elem');
  a.label(done);
}

/** r1 = map, r2 = address of the key: the first two arguments of every map helper. */
function pass(a: Assembler, map: number): void {
  a.map('r1', map);
  argument(a, 'r2', KEY);
}

/** register = address of a place on the frame */
function argument(a: Assembler, register: 'r1' | 'r2' | 'r3', offset: number): void {
  a.set(register, 'r10');
  a.add(register, offset);
}
