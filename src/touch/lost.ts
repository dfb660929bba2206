import { findOrphans } from './slab/orphans.ts';
import { countLost, type Reach } from './slab/reach.ts';
import { type Core, readSlabs, type SlabView } from './vmcore.ts';

export interface Lost {
  readonly view: SlabView;
  readonly reach: Reach;
}

/**
 * Objects that can be reached from nowhere. Live memory moves on while it is read: an object may be freed, or its
 * only pointer be moved from what is still to be read to what has been read. It is looked at twice then, and lost
 * is what was allocated and unreachable both times.
 */
export async function findLost(core: Core, onProgress: (done: number) => void): Promise<Lost> {
  const { kernel, flaws, path, memory } = core;
  const first = readSlabs(core);
  if (!kernel.image.live) return { view: first, reach: await findOrphans(kernel, first.objects, flaws, { path, memory, onProgress }) };
  const before = await findOrphans(kernel, first.objects, flaws, { path, memory, onProgress: (done) => onProgress(done / 2) });
  const view = readSlabs(core);
  const reach = await findOrphans(kernel, view.objects, flaws, { path, memory, onProgress: (done) => onProgress(0.5 + done / 2) });
  const lostBefore = (physical: number): boolean => {
    const object = first.objects.objectAt(physical);
    return object >= 0 && first.objects.allocated[object] === 1 && before.reached[object] === 0;
  };
  for (const cache of view.caches)
    view.objects.each(cache, (_slab, object, physical) => {
      if (reach.reached[object] === 1 || lostBefore(physical)) return;
      reach.reached[object] = 1;
      reach.referenced[object] = 1;
    });
  return { view, reach: { ...reach, perCache: countLost(view.objects, reach.reached, reach.referenced) } };
}
