import type { Flaws } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import type { Alive } from './pointers.ts';
import { recordPages } from './rcu-pages.ts';
import type { Slabs } from './slabs.ts';
import { liveStacks } from './stacks.ts';

/** Pages of the kernel's own that are dead in part: what is written there is no pointer any more. */
export function aliveParts(kernel: Kernel, slabs: Slabs, found: Flaws): Alive {
  return new Map([...liveStacks(kernel, slabs, found), ...recordPages(kernel, slabs, found)]);
}
