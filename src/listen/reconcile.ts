import { describeEffort } from './budget.ts';
import type { Heard } from './engine.ts';
import { isSized, type Target } from './target.ts';

/**
 * What was heard held against what the cache really grew by. Counts are objects over the window; where objects have sizes of
 * their own, growth was measured in bytes and is told in objects of the survivors' mean size.
 */
export interface Reconciliation {
  readonly target: string;
  readonly object_bytes: number;
  readonly seconds: number;
  /** By a counter that has nothing to do with tracing; null where there is none. */
  readonly growth_objects: number | null;
  /** Allocations less frees, those of older objects included; null where the engine can't count these. */
  readonly net_objects: number | null;
  /** Allocated in the window and not freed by the end of the grace. */
  readonly survivors: number;
  /** `net_objects` (else survivors) over growth; 1: everything is explained. null where the cache hardly grew. */
  readonly explained_fraction: number | null;
  /** Growth less what was heard: below zero frees went unheard, above it allocations; null where growth was not measured. */
  readonly unheard_objects: number | null;
  readonly frees_visible: 'yes' | 'no' | 'unknown';
  readonly growth: 'steady' | 'warm-up' | 'none' | 'unknown';
  /** Changes of the counter that mean nothing: whole slabs a CPU keeps count as in use. */
  readonly noise_objects: number;
  /** Sentences for people. */
  readonly remarks: readonly string[];
}

/** Growth of the later half below this share of the earlier half's: it is levelling off. */
const WARMING = 0.25;
/** More of the pointers than this were given out while live: their frees went unseen. */
const REUSED_UNSEEN = 0.01;

/**
 * @param noiseInUnits what the counter may be off by without anything having happened, in its unit
 */
export function reconcile(heard: Heard, target: Target, noiseInUnits: number): Reconciliation {
  const { population } = heard;
  const survivors = heard.sites.reduce((sum, site) => sum + site.outstanding, 0);
  const objectBytes = objectSize(heard, target, survivors);
  const unit = isSized(target) ? objectBytes : 1;
  const growth = population.length < 2 ? null : Math.round((population.at(-1)!.objects - population[0]!.objects) / unit);
  const noise = noiseInUnits / unit;
  const net = netOf(heard, target, survivors, objectBytes);
  const balance = net ?? survivors;
  const visible = freesVisible(heard, growth, balance, noise, target.kind === 'percpu');
  const explained = growth === null || growth <= noise || visible === 'no' ? null : balance / growth;
  const shape = shapeOf(heard, growth, noise);
  return {
    target: target.name,
    object_bytes: objectBytes,
    seconds: heard.seconds,
    growth_objects: growth,
    net_objects: net,
    survivors,
    explained_fraction: explained,
    unheard_objects: growth === null ? null : growth - balance,
    frees_visible: visible,
    growth: shape,
    noise_objects: Math.ceil(noise),
    remarks: remarks(heard, target, visible, growth, survivors, explained, objectBytes),
  };
}

const PAGE_BYTES = 4096;
const describeStopped = describeEffort({ stacks: false, sample: 1, stopped: true });

/** Bytes of an object; of objects with sizes of their own, the survivors' mean. */
function objectSize(heard: Heard, target: Target, survivors: number): number {
  if (target.kind === 'slab') return target.slabBytes;
  if (target.kind === 'pages' && target.order !== undefined) return target.pageBytes * 2 ** target.order;
  const bytes = heard.sites.reduce((sum, site) => sum + (site.bytes ?? 0), 0);
  return survivors === 0 || bytes === 0 ? PAGE_BYTES : bytes / survivors;
}

function netOf({ flow }: Heard, target: Target, survivors: number, objectBytes: number): number | null {
  if (flow.freedOlder === null) return null;
  if (isSized(target) && flow.freedOlderBytes !== undefined) return Math.round(survivors - flow.freedOlderBytes / objectBytes);
  return flow.allocated - flow.freed - flow.freedOlder;
}

/**
 * Some frees fire no event (bulk and RCU frees of some kernels). Then survivors pile up that are none: the same
 * pointers are given out again, and the cache does not grow by what seems to survive.
 */
function freesVisible(heard: Heard, growth: number | null, balance: number, noise: number, isPercpu: boolean): 'yes' | 'no' | 'unknown' {
  const { flow, losses } = heard;
  if (flow.allocated === 0) return 'unknown';
  // Percpu counts pages that are kept ready, however many objects lie in them: it shows no more than a lower bound of growth.
  if (isPercpu) return flow.freed + (flow.freedOlder ?? 0) > 0 ? 'yes' : 'unknown';
  const reused = flow.reallocated > Math.max(10, flow.allocated * REUSED_UNSEEN);
  if (reused && flow.reallocated > 2 * losses.mapFull) return 'no';
  if (growth === null) return flow.freed > 0 ? 'yes' : 'unknown';
  if (balance > 2 * Math.max(0, growth) + 4 * noise) return losses.mapFull > 0 || (losses.overrun ?? 0) > 0 ? 'unknown' : 'no';
  return 'yes';
}

function shapeOf(heard: Heard, growth: number | null, noise: number): Reconciliation['growth'] {
  const { population, seconds } = heard;
  if (growth === null) return 'unknown';
  if (growth <= noise) return 'none';
  const middle = population.findLast((each) => each.at <= seconds / 2);
  if (middle === undefined || population.length < 4) return 'unknown';
  const earlier = middle.objects - population[0]!.objects;
  const later = population.at(-1)!.objects - middle.objects;
  return later < WARMING * earlier ? 'warm-up' : 'steady';
}

function remarks(
  heard: Heard,
  target: Target,
  visible: Reconciliation['frees_visible'],
  growth: number | null,
  survivors: number,
  explained: number | null,
  objectBytes: number,
): string[] {
  const said: string[] = [];
  const { losses } = heard;
  if (visible === 'no')
    said.push(
      `frees are not visible for this cache: ${survivors} objects seem to survive, but it grew by ${growth ?? 'an unknown number'}` +
        (heard.flow.reallocated > 0 ? ` and ${heard.flow.reallocated} live pointers were given out again` : ''),
    );
  if (isSized(target) && survivors > 0 && (growth ?? 0) !== 0)
    said.push(
      `objects have sizes of their own: growth is told in objects of ${objectBytes.toFixed(0)} bytes, the mean of what is still held`,
    );
  if (growth === null) said.push(`how much ${target.name} grew could not be measured: nothing is called leaking`);
  if (visible === 'yes' && explained !== null && (explained < 0.9 || explained > 1.1))
    said.push(
      `what was heard explains ${(explained * 100).toFixed(0)} % of the growth of ${growth} objects; the rest is not accounted for`,
    );
  if (visible === 'no' || (explained !== null && (explained < 0.9 || explained > 1.1)))
    said.push(...(heard.deaf ?? []).map(({ what, detail }) => `${what} can't be heard: ${detail}`));
  if (target.kind === 'slab' && target.reclaimable)
    said.push('the kernel frees these objects when memory is wanted: what survives may be cached, not lost');
  if (losses.mapFull > 0) said.push(`${losses.mapFull} allocations were not recorded: more objects live than there is room for`);
  if ((losses.stacks ?? 0) > 0) said.push(`${losses.stacks} stacks were lost and stand under their innermost caller`);
  if ((losses.overrun ?? 0) > 0) said.push(`the kernel dropped ${losses.overrun} events`);
  const lost = (losses.nested ?? 0) - losses.rescued;
  if (lost > 0 && losses.nested !== null && losses.nested > heard.flow.allocated * 0.01)
    said.push(`${losses.nested} events came nested in another; ${losses.rescued} of them were caught by the second copy`);
  if (losses.malformedLines > 0) said.push(`${losses.malformedLines} lines could not be read`);
  for (const change of heard.degradations)
    said.push(
      `after ${change.atSeconds.toFixed(1)} s listening cost ${(change.cost * 100).toFixed(1)} % of a CPU: ${change.to === describeStopped ? change.to : `went on with ${change.to}`}`,
    );
  return [...said, ...heard.notes];
}
