import type { Assembler } from '../assembler.ts';
import { type Maps, NOWHERE, path } from '../maps.ts';
import { count } from './count.ts';

/** Compare stacks by their hash alone: a memcmp of 64 frames less an event, for a confusion in 4 billion. */
const BPF_F_FAST_STACK_CMP = 1 << 9;
const BPF_ANY = 0;

const FINGERPRINT = -96;
const PATH = -104;
const SCRATCH = -112;
const POINTER = -120;

/** Kernel stacks are so large and so aligned (16 KiB on x86-64 and arm64; larger ones only make fingerprints finer). */
const STACK_MASK = 0x3fff;
/** From the end of a task's stack: where x86-64 keeps the system call's number (pt_regs.orig_ax). Elsewhere it is some other word that tells entries apart. */
const ENTRY_WORD = -48;
/** Every meeting is walked up to so many, then one in eight. */
const WALKED_AT_FIRST = 64;
const WALKED_THEN = 7;
const AMBIGUOUS = -1;

/**
 * Site = the stack's id. Walking the stack is three quarters of what listening costs, so it is not done every time:
 * calls that come from one address, equally deep in the stack and through the same system call, nearly always came the
 * same way. Such a *fingerprint* keeps the id of its stack; the first meetings and one in eight after them are walked
 * all the same, and as soon as a walk gives another stack the fingerprint is never believed again.
 *
 * Where the event has no caller a fingerprint says too little: every stack is walked.
 *
 * r6 is the context, whose address lies on the stack. Uses r8 and r9.
 */
export function placeByStack(a: Assembler, maps: Maps, site: number, second: boolean, callerUnknown: boolean): void {
  if (callerUnknown) {
    placeByWalk(a, maps, site, second);
    return;
  }
  const walk = a.fresh('walk');
  const lost = a.fresh('stack lost');
  const known = a.fresh('known');
  const placed = a.fresh('placed');
  fingerprint(a);
  a.map('r1', maps.paths);
  argument(a, 'r2', FINGERPRINT);
  a.call('map_lookup_elem');
  a.set('r8', 'r0');
  a.jumpIf('r8', '==', 0, walk);
  a.load('r1', ['r8', path.met], 4);
  a.jumpIf32('r1', '==', AMBIGUOUS, walk);
  a.add('r1', 1);
  a.store(['r8', path.met], 'r1', 4);
  a.jumpIf('r1', '<', WALKED_AT_FIRST, walk);
  a.and('r1', WALKED_THEN);
  a.jumpIf('r1', '==', 0, walk);
  a.load('r9', ['r8', path.stack], 4);
  a.jump(known);

  a.label(walk);
  a.set('r1', 'r6');
  a.map('r2', maps.stacks);
  a.set('r3', BPF_F_FAST_STACK_CMP);
  a.call('get_stackid');
  a.jumpIf32('r0', 's<', 0, lost);
  a.set('r9', 'r0');
  const first = a.fresh('first');
  a.jumpIf('r8', '==', 0, first);
  a.load('r1', ['r8', path.stack], 4);
  a.jumpIf('r1', '==', 'r9', known);
  a.store(['r8', path.met], AMBIGUOUS, 4);
  a.jump(known);
  a.label(first);
  a.store(['r10', PATH + path.stack], 'r9', 4);
  a.store(['r10', PATH + path.met], 0, 4);
  a.map('r1', maps.paths);
  argument(a, 'r2', FINGERPRINT);
  argument(a, 'r3', PATH);
  a.set('r4', BPF_ANY);
  a.call('map_update_elem');
  a.label(known);
  a.store(['r10', site], 'r9');
  a.jump(placed);

  a.label(lost);
  if (!second) count(a, maps, 'stackLost');
  placeByCaller(a, site);
  a.label(placed);
}

function placeByWalk(a: Assembler, maps: Maps, site: number, second: boolean): void {
  const lost = a.fresh('stack lost');
  const placed = a.fresh('placed');
  a.set('r1', 'r6');
  a.map('r2', maps.stacks);
  a.set('r3', BPF_F_FAST_STACK_CMP);
  a.call('get_stackid');
  a.jumpIf32('r0', 's<', 0, lost);
  a.store(['r10', site], 'r0');
  a.jump(placed);
  a.label(lost);
  if (!second) count(a, maps, 'stackLost');
  placeNowhere(a, site);
  a.label(placed);
}

/** Site = one for all: neither a stack nor a caller. */
export function placeNowhere(a: Assembler, site: number): void {
  a.set('r1', BigInt(NOWHERE));
  a.store(['r10', site], 'r1');
}

/** Site = the address the allocator was called from: the event's first word. */
export function placeByCaller(a: Assembler, site: number): void {
  a.load('r1', ['r6', 0]);
  a.store(['r10', site], 'r1');
}

function fingerprint(a: Assembler): void {
  a.load('r1', ['r6', 0]);
  a.store(['r10', FINGERPRINT], 'r1');
  // A program may not calculate with the context's address. Read as any other memory it is a number like any other.
  a.store(['r10', POINTER], 'r6');
  argument(a, 'r1', SCRATCH);
  a.set('r2', 8);
  argument(a, 'r3', POINTER);
  a.call('probe_read_kernel');
  a.load('r3', ['r10', SCRATCH]);
  a.set('r2', 'r3');
  a.and('r2', STACK_MASK);
  a.store(['r10', FINGERPRINT + 8], 'r2');
  a.or('r3', STACK_MASK);
  a.add('r3', 1 + ENTRY_WORD);
  argument(a, 'r1', FINGERPRINT + 16);
  a.set('r2', 8);
  a.call('probe_read_kernel');
}

function argument(a: Assembler, register: 'r1' | 'r2' | 'r3', offset: number): void {
  a.set(register, 'r10');
  a.add(register, offset);
}
