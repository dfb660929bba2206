import type { Bpf } from '../../host/bpf.ts';
import type { Unavailable } from '../../model/evidence.ts';
import type { Effort } from '../budget.ts';
import { type Attached, attachAllocations, attachFrees, type Knowledge } from './attach.ts';
import { attachHooks, type Hook } from './hooks.ts';
import type { Maps } from './maps.ts';

/** All programs that are attached at a moment, in the order they may come and go. */
export interface Ears {
  readonly programs: () => readonly number[];
  /** For a cache that is busy: adds the second copies, and hooks where frees fire no event. Once. */
  sharpen(): void;
  /** Goes on recording allocations with less effort, or not at all. */
  ease(effort: Effort): void;
  /** Events skipped so far because they came nested in another of the same kind. */
  nested(): number;
  /** Ways to free that can't be heard on this kernel, and why; known once sharpened. */
  readonly deaf: readonly Unavailable[];
  deafen(): void;
}

export function openEars(bpf: Bpf, maps: Maps, known: Knowledge, given: Effort): Ears {
  const frees: Attached[] = [];
  let allocations: Attached[] = [];
  let effort = given;
  let sharp = false;
  let gone = 0;
  const deaf: Unavailable[] = [];
  const hooked = (hears: Hook['hears']) =>
    attachHooks(
      bpf,
      maps,
      known.caches,
      known.hooks.filter((hook) => hook.hears === hears),
      effort,
      (why) => {
        if (!deaf.some(({ what }) => what === why.what)) deaf.push(why);
      },
    );

  const nestedIn = (attached: readonly Attached[]) =>
    attached.flatMap((each) => each.info()).reduce((sum, info) => sum + (info.recursionMisses ?? 0), 0);
  const drop = (attached: Attached[]) => {
    gone += nestedIn(attached);
    for (const each of attached.splice(0)) each.detach();
  };
  const attachAll = () => {
    if (effort.stopped) return;
    allocations.push(attachAllocations(bpf, maps, known, effort, 'first'));
    // What comes in bulk alone would never be heard, and the cache would seem quiet: hooked at once.
    // Where the cache's address is not known nothing could be told apart there.
    if (known.caches.length > 0) allocations.push(hooked('allocations'));
    // Where one in n is recorded there is no second copy: it could not know what the first left out on purpose.
    if (sharp && effort.sample === 1) allocations.push(attachAllocations(bpf, maps, known, effort, 'second'));
  };
  const deafen = () => {
    drop(allocations);
    drop(frees);
  };

  try {
    frees.push(attachFrees(bpf, maps, known, 'first'));
    attachAll();
  } catch (error) {
    deafen();
    throw error;
  }
  return {
    programs: () => [...frees, ...allocations].flatMap((each) => each.programs),
    sharpen() {
      if (sharp) return;
      sharp = true;
      frees.push(attachFrees(bpf, maps, known, 'second'));
      frees.push(hooked('frees'));
      if (!effort.stopped && effort.sample === 1) allocations.push(attachAllocations(bpf, maps, known, effort, 'second'));
    },
    ease(less) {
      drop(allocations);
      allocations = [];
      effort = less;
      attachAll();
    },
    nested: () => gone + nestedIn([...frees, ...allocations]),
    deaf,
    deafen,
  };
}
