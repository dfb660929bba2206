/**
 * What the live view asks: the caches and the ledger moment by moment, the last two minutes of them, and how surely what
 * is on the screen grows. It reads what is shown and keeps no more than it looks back on, because it may run for days.
 */
import { liveHost } from '../host/live.ts';
import type { Host } from '../host/host.ts';
import { type LedgerKnowledge, ledgers } from '../look/ledger-series.ts';
import { readPageSize } from '../look/page-size.ts';
import { readAliasGroups } from '../look/slab-aliases.ts';
import { type Rows, readSource } from '../look/source.ts';
import { counted } from '../look/sources.ts';
import { type Slabinfo, slabsOf } from '../look/sources/slabinfo.ts';
import { percpuAtBootOnly, stacksInVmalloc, vmallocinfo } from '../look/sources/vmallocinfo.ts';
import { vmstat } from '../look/sources/vmstat.ts';
import { zoneinfo } from '../look/sources/zoneinfo.ts';
import { forget, lastMoment, newTape, recordOn, rowOf, sinceSameRows, type Tape, toSeries } from '../look/tape.ts';
import type { Ledger, Series, Unavailable } from '../model/evidence.ts';
import { type Followed, followCache, type Following } from './watch-cache.ts';
import { availableOf, type CacheGrowth, judge } from './watch-growth.ts';

export type { CacheGrowth } from './watch-growth.ts';
export type { Followed, Population } from './watch-cache.ts';

/** Samples that are kept: the sparklines and the intervals look back on so many. */
const kept = 120;

/** Growths that are judged at one moment, each a millisecond where V8 does not optimise: a row's interval is a few moments old on a full screen. */
const judgedAtOnce = 3;

/** Looks until a growth is judged again; while the window is short each sample tells much, and it is judged at each look. */
const judgedEvery = 4;
const judgedOften = 20;

/** One row of /proc/slabinfo, with what is known of its names and of its pace. */
export interface WatchedCache {
  readonly name: string;
  /** All names that share it, its own included; null: nobody could be asked. */
  readonly aliases: readonly string[] | null;
  readonly active: number;
  readonly objects: number;
  /** bytes of pages it holds */
  readonly bytes: number;
  readonly slabs: number;
  /** bytes */
  readonly objectSize: number;
  readonly objectsPerSlab: number;
  readonly pagesPerSlab: number;
  /** Objects a second from the first kept sample to the last: cheap, for sorting. null at the first moment. */
  readonly pace: number | null;
}

export interface Moment {
  /** unix seconds */
  readonly time: number;
  /** Seconds since the first look. */
  readonly watched: number;
  /** Empty where slabinfo cannot be read: `unavailable` says why. */
  readonly caches: readonly WatchedCache[];
  readonly ledger: Ledger | null;
  readonly followed: Followed | null;
  readonly unavailable: readonly Unavailable[];
}

export interface Watch {
  readonly hostname: string;
  readonly release: string;
  /** Reads once more. @param shown the caches on the screen: their growth is judged, a few at a time */
  look(shown: readonly string[]): Moment;
  /** What was last judged of a cache; null: not yet. */
  growth(cache: string): CacheGrowth | null;
  /** The last so many active objects of a cache, oldest first. */
  history(cache: string, samples: number): readonly (number | null)[];
  /** Examines one cache more closely from now on: its populations, what drives it, who holds it. null: none. */
  follow(cache: string | null): void;
  /** This machine, for what is started from the view. */
  readonly host: Host;
  close(): Promise<void>;
}

export function watchThisMachine(): Watch {
  return watch(liveHost());
}

export function watch(host: Host): Watch {
  const tapes = [...counted, zoneinfo, vmstat].map((source) => newTape<Rows>(source));
  const tape = (id: string): Tape => tapes.find(({ source }) => source.id === id)!;
  const slab = tape('slabinfo');
  const once = readOnce(host);
  const growths = new Map<string, CacheGrowth>();
  let groups: ReadonlyMap<string, readonly string[]> | null = null;
  let groupedFor: readonly string[] | null = null;
  let first: number | null = null;
  let looks = 0;
  let following: Following | null = null;
  let pageSize: number | null = null;

  const series = (cache: string): Series => toSeries({ name: 'slab_active_objects', labels: { cache } }, slab.times, rowOf(slab, cache));
  const shownSlab = (): Slabinfo | null => slab.latest as Slabinfo | null;
  const aliasesOf = (cache: string): readonly string[] | null => groups?.get(cache) ?? null;
  const look = (shown: readonly string[]): Moment => {
    const time = host.clock.now();
    for (const each of tapes) {
      recordOn(each, host, time);
      forget(each, kept);
    }
    following?.read(time);
    first ??= time;
    looks++;
    const latest = shownSlab();
    if (latest !== null && latest.names !== groupedFor) {
      // Caches come and go with modules and namespaces: only then may the names have changed.
      const read = readAliasGroups(host);
      groups = read.ok ? new Map(read.value.flatMap(({ names }) => names.map((name) => [name, names]))) : null;
      groupedFor = latest.names;
    }
    pageSize ??= readPageSize(host, latest);
    const caches = latest === null ? [] : cachesOf(latest, slab, aliasesOf);
    judgeShown(shown, caches);
    return {
      time,
      watched: time - first,
      caches,
      ledger: ledgerNow(tapes, { ...once, pageSize }),
      followed: following?.found() ?? null,
      unavailable: slab.latest === null && slab.failure !== null ? [slab.failure] : [],
    };
  };
  const judgeShown = (shown: readonly string[], caches: readonly WatchedCache[]): void => {
    const rows = new Map(caches.map((each) => [each.name, each]));
    const due = shown
      .flatMap((name) => rows.get(name) ?? [])
      .filter(({ name, pace }) => pace !== null && (pace !== 0 || growths.has(name)))
      .filter(({ name }) => looks <= judgedOften || looks - (growths.get(name)?.at ?? Number.NEGATIVE_INFINITY) >= judgedEvery)
      .toSorted((a, b) => (growths.get(a.name)?.at ?? 0) - (growths.get(b.name)?.at ?? 0));
    let available: ReturnType<typeof availableOf> | undefined;
    const asked = (): ReturnType<typeof availableOf> => (available ??= availableOf(tapes));
    const moving = Math.max(1, caches.filter(({ pace }) => pace !== null && pace !== 0).length);
    for (const each of due.slice(0, judgedAtOnce))
      growths.set(
        each.name,
        judge(each, series(each.name), { at: looks, moving, tapes, available: asked, before: growths.get(each.name) ?? null }),
      );
  };
  return {
    ...machineOf(host),
    host,
    look,
    growth: (cache) => growths.get(cache) ?? null,
    history: (cache, samples) => rowOf(slab, cache, samples),
    follow: (cache) => {
      following =
        cache === null
          ? null
          : followCache(host, {
              cache,
              aliases: aliasesOf(cache) ?? [cache],
              tapes,
              series: () => series(cache),
              growth: () => growths.get(cache) ?? null,
            });
    },
    close: () => host.close(),
  };
}

function machineOf(host: Host): Pick<Watch, 'hostname' | 'release'> {
  const line = (path: string): string => {
    const text = host.read(path);
    return text.ok ? text.value.trim() : '?';
  };
  return { hostname: line('/proc/sys/kernel/hostname'), release: line('/proc/sys/kernel/osrelease') };
}

/** Costs a millisecond and changes little: where the kernel takes its stacks from. */
function readOnce(host: Host): Omit<LedgerKnowledge, 'pageSize'> {
  const areas = readSource(host, vmallocinfo);
  return {
    stacksInVmalloc: areas.ok ? stacksInVmalloc(areas.value) : null,
    percpuAtBootOnly: areas.ok ? percpuAtBootOnly(areas.value) : null,
  };
}

function ledgerNow(tapes: readonly Tape[], knowledge: LedgerKnowledge): Ledger | null {
  const last = tapes.map(lastMoment);
  const times = last.find(({ source }) => source.id === 'meminfo')?.times ?? [];
  return ledgers({ tapes: last, times, unavailable: [] }, knowledge)[0] ?? null;
}

function cachesOf(slab: Slabinfo, tape: Tape, aliasesOf: (cache: string) => readonly string[] | null): readonly WatchedCache[] {
  const rows = slab.names.length;
  const { sizes, frame } = slab;
  // Where the rows changed meanwhile, the pace is taken over what has the same rows.
  const since = sinceSameRows(tape);
  return slab.names.map((name, row) => ({
    name,
    aliases: aliasesOf(name),
    active: frame[row]!,
    objects: frame[rows + row]!,
    bytes: frame[2 * rows + row]!,
    slabs: slabsOf(slab, row),
    objectSize: sizes.objectSize[row]!,
    objectsPerSlab: sizes.objectsPerSlab[row]!,
    pagesPerSlab: sizes.pagesPerSlab[row]!,
    pace: since !== null && since.seconds > 0 ? (frame[row]! - since.first[row]!) / since.seconds : null,
  }));
}
