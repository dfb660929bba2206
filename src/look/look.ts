import type { Host } from '../host/host.ts';
import type { CacheSpecimen, Holding, Ledger, Series, Unavailable, Window } from '../model/evidence.ts';
import { ledgerSeries, ledgers } from './ledger-series.ts';
import { allSeries, sample, type SampleOptions, tapeOf } from './sampler.ts';
import { readCaches } from './sources/slab-aliases.ts';
import type { Slabinfo } from './sources/slabinfo.ts';
import { sources } from './sources.ts';

export interface LookOptions extends SampleOptions {
  /** Leave /proc/PID alone: no holders then. */
  readonly skipProcesses?: boolean;
}

/** Everything the first examination gives. */
export interface Looked {
  readonly window: Window;
  readonly series: readonly Series[];
  readonly specimens: readonly CacheSpecimen[];
  readonly holdings: readonly Holding[];
  /** null: /proc/meminfo could not be read. */
  readonly ledgers: { readonly start: Ledger | null; readonly end: Ledger | null };
  readonly unavailable: readonly Unavailable[];
}

/** Watches the host for a while: how much, over time. Never throws for what it could not read: that is in `unavailable`. */
export async function look(host: Host, options: LookOptions): Promise<Looked> {
  const sampled = await sample(host, sources, options);
  const shown = tapeOf(sampled, 'slabinfo')?.latest as Slabinfo | null | undefined;
  const caches = readCaches(host, shown ?? null);
  const every = ledgers(sampled, { stacksInVmalloc: null, percpuAtBootOnly: null, pageSize: shown?.pageSize ?? 4096 });
  return {
    window: { start: iso(sampled.times[0]!), end: iso(sampled.times.at(-1)!) },
    series: [...allSeries(sampled), ...ledgerSeries(sampled.times, every)],
    specimens: caches.ok ? caches.value : [],
    holdings: [],
    ledgers: { start: every[0] ?? null, end: every.at(-1) ?? null },
    unavailable: [...sampled.unavailable, ...(caches.ok ? [] : [caches.unavailable])],
  };
}

function iso(time: number): string {
  return new Date(time * 1000).toISOString();
}

/** One moment: ledger and caches. */
export function lookOnce(host: Host): Promise<Looked> {
  return look(host, { seconds: 0 });
}
