import type { Host } from '../host/host.ts';
import type { CacheSpecimen, CallSite, Holding, Ledger, Series, Unavailable, Window } from '../model/evidence.ts';
import { readCallSites } from './call-sites.ts';
import { ledgerSeries, ledgers } from './ledger-series.ts';
import { readPageSize } from './page-size.ts';
import { holdingsAt, holdingsBetween } from './holdings.ts';
import { heldPopulationSeries, populationSeries } from './populations.ts';
import { type ElsewhereCounts, elsewhereSeries, ownNetwork, readElsewhere } from './other-networks.ts';
import type { ProcessCensus, ProcessLimits } from './process-census.ts';
import { readProcesses } from './processes.ts';
import { allSeries, sample, type SampleOptions, type Sampled, tapeOf } from './sampler.ts';
import type { Rows } from './source.ts';
import { readCaches } from './slab-aliases.ts';
import { type Slabinfo, slabBytes } from './sources/slabinfo.ts';
import { percpuAtBootOnly, stacksInVmalloc, type Vmallocinfo } from './sources/vmallocinfo.ts';
import { sourcesOf } from './sources.ts';

export interface LookOptions extends Omit<SampleOptions, 'onTick'> {
  /** Called after each sample; `soFar` makes what can be told of the window that is still open, without processes. */
  readonly onTick?: (elapsed: number, time: number, soFar: () => Looked) => void;
  /** Leave /proc/PID alone: no holders then. */
  readonly skipProcesses?: boolean;
  readonly processLimits?: ProcessLimits;
}

/** Everything the first examination gives. */
export interface Looked {
  readonly window: Window;
  readonly series: readonly Series[];
  readonly specimens: readonly CacheSpecimen[];
  readonly holdings: readonly Holding[];
  /** What kmemleak and stored slab owners tell, where the kernel was built and booted for it. */
  readonly callsites: readonly CallSite[];
  /** null: /proc/meminfo could not be read. */
  readonly ledgers: { readonly start: Ledger | null; readonly end: Ledger | null };
  readonly unavailable: readonly Unavailable[];
}

/** Flags of a cache are read from sysfs only when it holds so many bytes or grew: each is a file. */
const worthFlags = 256 * 1024;

/** Watches the host for a while: how much, over time. Never throws for what it could not read: that is in `unavailable`. */
export async function look(host: Host, options: LookOptions): Promise<Looked> {
  const censuses: ProcessCensus[] = [];
  const elsewhere: ElsewhereCounts[] = [];
  const { onTick, ...rest } = options;
  const sampling = {
    ...rest,
    ...(onTick === undefined ? {} : { onTick: (at: number, time: number, so: Sampled) => onTick(at, time, () => told(host, so, [], [])) }),
  };
  const sampled = await sample(host, sourcesOf(host), sampling, () => {
    if (options.skipProcesses === true) return;
    const census = readProcesses(host, options.processLimits, censuses[0]);
    censuses.push(census);
    elsewhere.push(readElsewhere(host, census, ownNetwork(host)));
  });
  return told(host, sampled, censuses, elsewhere);
}

/** What the samples tell, with what the processes held at the window's ends. */
function told(host: Host, sampled: Sampled, censuses: readonly ProcessCensus[], elsewhere: readonly ElsewhereCounts[]): Looked {
  const [before, after] = [censuses[0], censuses.at(-1)];
  const shown = latest(sampled, 'slabinfo') as Slabinfo | null;
  const areas = latest(sampled, 'vmallocinfo') as Vmallocinfo | null;
  const pageSize = readPageSize(host, shown);
  const series = allSeries(sampled);
  const caches = readCaches(host, shown, worthReading(shown, series));
  const every = ledgers(sampled, {
    stacksInVmalloc: areas === null ? null : stacksInVmalloc(areas),
    percpuAtBootOnly: areas === null ? null : percpuAtBootOnly(areas),
    pageSize,
  });
  const known = readCallSites(host, caches.ok ? caches.value : [], series);
  return {
    window: { start: iso(sampled.times[0]!), end: iso(sampled.times.at(-1)!) },
    series: [
      ...series,
      ...populationSeries(sampled),
      ...(before === undefined || after === undefined ? [] : heldPopulationSeries(sampled.times, before, after)),
      ...(elsewhere.length < 2 ? [] : elsewhereSeries(sampled.times, elsewhere[0]!, elsewhere[1]!)),
      ...ledgerSeries(sampled.times, every),
    ],
    specimens: caches.ok ? caches.value : [],
    holdings: before === undefined || after === undefined ? [] : before === after ? holdingsAt(before) : holdingsBetween(before, after),
    callsites: known.callsites,
    ledgers: { start: every[0] ?? null, end: every.at(-1) ?? null },
    unavailable: [...sampled.unavailable, ...(caches.ok ? [] : [caches.unavailable]), ...known.unavailable, ...(after?.unavailable ?? [])],
  };
}

/** One moment: ledger and caches. */
export function lookOnce(host: Host, options: Omit<LookOptions, 'seconds'> = {}): Promise<Looked> {
  return look(host, { ...options, seconds: 0 });
}

/** The last thing a source gave, of the type its parser gives. */
function latest(sampled: Sampled, id: string): Rows | null {
  return tapeOf(sampled, id)?.latest ?? null;
}

/** Caches that hold much or grew. */
function worthReading(shown: Slabinfo | null, series: readonly Series[]): (name: string) => boolean {
  const large = shown?.names.filter((_, row) => slabBytes(shown, row) >= worthFlags) ?? [];
  const grown = series.flatMap(({ name, labels, values }) =>
    name === 'slab_objects' && (values.at(-1) ?? 0) > (values[0] ?? 0) ? [labels['cache']!] : [],
  );
  const worth = new Set([...large, ...grown]);
  return (name) => worth.has(name);
}

function iso(time: number): string {
  return new Date(time * 1000).toISOString();
}
