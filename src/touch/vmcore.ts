import { Malformed, type Reading, available, unavailable } from '../model/reading.ts';
import { BadDump, type Flaws, flaws, Unmapped } from './damage.ts';
import { type Kernel, openKernel } from './kernel.ts';
import { openDump } from './memory/dump.ts';
import { type Cache, readCaches } from './slab/caches.ts';
import { type Objects, walkObjects } from './slab/objects.ts';
import { findSlabs } from './slab/slabs.ts';

/** A kernel whose memory is examined, with what was found broken in it so far. */
export interface Core {
  readonly path: string;
  readonly kernel: Kernel;
  readonly flaws: Flaws;
  /** Bytes that the tables of mark and sweep may take (--memory). */
  readonly memory?: number | undefined;
}

/** What mark and sweep may take where nothing is said; bytes. */
const usualMemory = 2 ** 31;

/** Opens a dump, or live memory through /proc/kcore, and finds the kernel in it. */
export async function openCore(path: string, memory: number = usualMemory): Promise<Reading<Core>> {
  const image = await openDump(path);
  if (!image.ok) return image;
  try {
    return available({ path, kernel: openKernel(image.value), flaws: flaws(), memory });
  } catch (error) {
    image.value.close();
    return refused(path, error);
  }
}

/** A dump's damage as a reason; any other error is ours and goes on. */
export function refused(path: string, error: unknown): Reading<never> {
  if (error instanceof BadDump && error.where === '--memory') return unavailable(path, 'unsupported', error.message, 'a larger --memory');
  if (error instanceof BadDump || error instanceof Malformed || error instanceof Unmapped)
    return unavailable(path, 'malformed', error.message, 'a whole dump of a kernel with BTF and kallsyms (6.0 or later)');
  throw error;
}

export interface SlabView {
  readonly caches: readonly Cache[];
  readonly objects: Objects;
}

/** All caches and which of their objects are allocated. @throws BadDump, Unmapped */
export function readSlabs({ kernel, flaws: found }: Core): SlabView {
  const caches = readCaches(kernel, found);
  return { caches, objects: walkObjects(kernel, caches, findSlabs(kernel, caches, found), found) };
}
