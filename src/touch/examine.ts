/** The verbs of `kmai touch`: each examines a core and gives specimens with the text that shows them. */
import { bytes as bytesText, duration } from '../kernel/units.ts';
import type { CacheSpecimen, CallSite, Specimen } from '../model/evidence.ts';
import { evaluate, findType, isPointer, scalar, typeText } from './btf/evaluate.ts';
import { formatValue } from './btf/format.ts';
import { formatLayout } from './btf/layout.ts';
import { allocationSites } from './call-sites.ts';
import { findLost } from './lost.ts';
import { type Core, readSlabs, type SlabView } from './vmcore.ts';
import { hex, Meaningless } from './damage.ts';
import { alsoNamed, type Cache, findCache } from './slab/caches.ts';
import { findHolders } from './slab/holders.ts';
import type { Reach } from './slab/reach.ts';
import { type Group, splitByType } from './slab/split.ts';
import { cacheSpecimens, censusSpecimen, orphansSpecimen } from './specimens.ts';

/** What a verb gives: evidence for the Record, and what people read. */
export interface Examination {
  readonly specimens: readonly Specimen[];
  /** Who allocated what is lost, where caches store their users. */
  readonly callsites?: readonly CallSite[];
  readonly text: string;
  /** Does it show a loss? */
  readonly abnormal: boolean;
  /** Why the question can't be answered from this dump; what was found nevertheless is in the text. */
  readonly unanswered?: string;
  /** What the verb found that is no specimen of the Record: a value, an object, a page. */
  readonly answer?: unknown;
}

type Progress = (text: string) => void;

/** Unreachable objects of one cache from which on it is a loss and not a few conservative misses. */
const lossObjects = 64;
const ranked = 4;
const sampled = 5;
const shownSites = 3;

function named(view: SlabView, name: string): Cache {
  const cache = findCache(view.caches, name);
  if (cache === undefined) throw new Meaningless('no_cache', { name });
  return cache;
}

export function examineCaches(core: Core): Examination {
  const view = readSlabs(core);
  const specimens = cacheSpecimens(view).toSorted((a, b) => held(b) - held(a));
  const width = Math.max(...specimens.map((one) => one.name.length));
  const rows = specimens.map((one) => {
    const others = one.aliases.filter((alias) => alias !== one.name);
    return `${one.name.padEnd(width)} ${String(one.objects).padStart(9)} × ${String(one.object_size).padStart(6)} B ${bytesText(held(one)).padStart(10)} ${String(one.slabs).padStart(7)} slabs${others.length === 0 ? '' : `  = ${others.join(' ')}`}`;
  });
  const total = specimens.reduce((sum, one) => sum + (one.objects ?? 0), 0);
  return { specimens, abnormal: false, text: [...rows, `${specimens.length} caches, ${total} allocated objects`].join('\n') };
}

function held(one: CacheSpecimen): number {
  return (one.objects ?? 0) * one.object_size;
}

export async function examineCensus(core: Core, name: string, lostOnly: boolean, progress: Progress): Promise<Examination> {
  const { view, reach } = lostOnly ? await findLost(core, percent(progress)) : { view: readSlabs(core), reach: undefined };
  const cache = named(view, name);
  const groups = splitByType(core.kernel, view.objects, cache, reach === undefined ? undefined : (object) => reach.reached[object] === 0);
  const specimen = censusSpecimen(cache, groups);
  const lines = [
    `${cache.name}${alsoNamed(cache)}: ${specimen.objects} ${lostOnly ? 'unreachable ' : ''}objects of ${cache.objectSize} bytes`,
  ];
  for (const row of specimen.offsets) lines.push(`  +${String(row.offset).padEnd(5)} ${percentText(row.share)}  ${row.points_to}`);
  for (const group of groups) lines.push(...groupLines(group));
  return { specimens: [specimen], abnormal: false, text: lines.join('\n') };
}

function groupLines(group: Group): readonly string[] {
  const name = group.type === undefined ? 'of no type that can be told' : `struct ${group.type.type}`;
  const others = group.ranked.slice(1, ranked).map((one) => `${one.type} ${one.score}`);
  const shared = group.by === '' ? [] : [`they share ${group.by}`];
  const fit = group.type === undefined ? [] : [`fit ${group.type.score}, next ${others.join(', ')}`];
  const why = [...shared, ...fit].join('; ');
  return [`  ${group.objects} ${name}${why === '' ? '' : ` (${why})`}`];
}

export async function examineOrphans(core: Core, name: string | undefined, progress: Progress): Promise<Examination> {
  const { view, reach } = await findLost(core, percent(progress));
  if (core.flaws.leftOut > 0) return untold(core);
  const only = name === undefined ? undefined : named(view, name);
  const rows = reach.perCache
    .filter((one) => (only === undefined ? one.unreachable > 0 : one.cache === only))
    .toSorted((a, b) => b.unreachable * b.cache.size - a.unreachable * a.cache.size);
  const specimens: Specimen[] = [];
  const lines: string[] = [];
  const callsites: CallSite[] = [];
  for (const row of rows) {
    const sites = row.unreachable === 0 ? [] : allocationSites(core, view, row.cache, (object) => reach.reached[object] === 0);
    callsites.push(...sites);
    const { specimen, text } = orphansOf(core, view, reach, row, only !== undefined);
    specimens.push(...specimen);
    lines.push(...text, ...sites.slice(0, shownSites).flatMap(siteLines));
  }
  const lost = reach.perCache.reduce((sum, one) => sum + one.unreachable, 0);
  lines.push(
    `${only === undefined ? '' : 'of all caches: '}${lost} of ${reach.perCache.reduce((sum, one) => sum + one.objects, 0)} objects can be reached from nowhere`,
  );
  return { specimens, callsites, abnormal: rows.some((one) => one.unreachable >= lossObjects), text: lines.join('\n') };
}

function siteLines(site: CallSite): readonly string[] {
  const age = site.oldest_seconds === null ? '' : `, the oldest ${duration(site.oldest_seconds)} ago`;
  return [`  ${site.outstanding} allocated${age}, by`, ...site.stack.slice(0, 12).map((frame) => `      ${frame}`)];
}

/** Pointers in pages that are not there may be the only ones: nothing can be called lost. */
function untold({ kernel, flaws }: Core): Examination {
  const why = `the dump leaves out pages that hold kernel data (${flaws.leftOut} met; dump level ${kernel.image.level}, made by a makedumpfile that does not know ${kernel.release}?): what is lost can't be told`;
  return { specimens: [], abnormal: false, text: why, unanswered: why };
}

function orphansOf(
  core: Core,
  view: SlabView,
  reach: Reach,
  row: Reach['perCache'][number],
  asked: boolean,
): { readonly specimen: readonly Specimen[]; readonly text: readonly string[] } {
  const { kernel } = core;
  const { objects } = view;
  const lost = (object: number): boolean => reach.reached[object] === 0;
  const many = row.unreachable >= lossObjects;
  const groups = many || (asked && row.unreachable > 0) ? splitByType(kernel, objects, row.cache, lost) : [];
  const samples: bigint[] = [];
  objects.each(row.cache, (_slab, object, physical) => {
    if (samples.length < sampled && lost(object)) samples.push(kernel.directMap + BigInt(physical));
  });
  // Reachable, but asked for: who holds them?
  const holders =
    asked && row.unreachable < row.objects / 2
      ? findHolders(kernel, objects, reach.alive, (object) => ofCache(view, object) === row.cache && !lost(object))
      : [];
  const type = groups[0]?.type?.type;
  const text = [
    `${row.cache.name}${alsoNamed(row.cache)}: ${row.unreachable} of ${row.objects} objects unreachable (${percentText(row.objects === 0 ? 0 : row.unreachable / row.objects)}), ${row.unreferenced} unreferenced, ${bytesText(row.unreachable * row.cache.size)}`,
    ...groups.flatMap((group) => groupLines(group)),
    ...(samples.length === 0 ? [] : [`  at ${samples.map((address) => hex(address)).join(' ')}`]),
    ...holders.map((one) => `  ${one.pointers} pointers from ${one.text}`),
  ];
  const specimen: Specimen[] = [orphansSpecimen(row, { type, samples, holders })];
  if (groups.length > 0) specimen.push(censusSpecimen(row.cache, groups));
  return { specimen, text };
}

/** The cache of an object, by its number. */
function ofCache({ caches, objects }: SlabView, object: number): Cache {
  const { slabs } = objects;
  let low = 0;
  let high = slabs.count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (slabs.first[middle]! <= object) low = middle;
    else high = middle - 1;
  }
  return caches[slabs.cache[low]!]!;
}

export function examineExpression({ kernel }: Core, expression: string): Examination {
  const value = evaluate(kernel, expression);
  const text = formatValue(kernel, value);
  const number = scalar(kernel, value);
  return {
    specimens: [],
    abnormal: false,
    text,
    answer: {
      expression,
      type: typeText(value.type),
      value: number === undefined ? null : isPointer(value.type) ? hex(number) : String(number),
      text,
    },
  };
}

/** A struct's or union's layout; `name` may say which of the two. */
export function examineLayout({ kernel }: Core, name: string): Examination {
  const words = /^(struct|union) /.test(name) ? name : `struct ${name}`;
  const { btf, id } = findType(kernel, { words, stars: 0 });
  const text = formatLayout(btf, id);
  return { specimens: [], abnormal: false, text, answer: { struct: words, size: btf.sizeOf(id), text } };
}

function percentText(share: number): string {
  return `${(100 * share).toFixed(1).padStart(5)} %`;
}

function percent(progress: Progress): (done: number) => void {
  return (done) => progress(`pointers … ${Math.round(done * 100)} %`);
}
