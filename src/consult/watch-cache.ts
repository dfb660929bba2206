/** One cache of the live view, looked at closely: who lives in it, what drives it, who holds it. */
import { driverOf } from '../diagnose/driver.ts';
import { heldGrowth } from '../diagnose/holders.ts';
import { rateOf } from '../diagnose/rate.ts';
import type { Host } from '../host/host.ts';
import { heldBy } from '../kernel/caches.ts';
import { familyOf } from '../kernel/families.ts';
import { holdingsAt, holdingsBetween } from '../look/holdings.ts';
import { populationSeries } from '../look/populations.ts';
import type { ProcessCensus } from '../look/process-census.ts';
import { readProcesses } from '../look/processes.ts';
import type { Rows } from '../look/source.ts';
import { driving } from '../look/sources.ts';
import { forget, newTape, recordOn, seriesOf, type Tape } from '../look/tape.ts';
import type { Driver, Holder } from '../model/diagnosis.ts';
import type { HoldingKind, Series } from '../model/evidence.ts';
import { type CacheGrowth, lastOf } from './watch-growth.ts';

export interface Population {
  readonly alias: string;
  /** Path and field, for people. */
  readonly by: string;
  readonly objects: number | null;
  readonly rate: number | null;
  readonly interval95: readonly [number, number] | null;
}

export interface Followed {
  readonly cache: string;
  readonly populations: readonly Population[];
  /** undefined: not known yet; null: it does not grow, or nothing is seen to drive it. */
  readonly driver: Driver | null | undefined;
  /** undefined: not known yet; null: nothing a process can hold keeps such objects. */
  readonly holders: readonly Holder[] | null | undefined;
}

export interface Following {
  read(time: number): void;
  found(): Followed;
}

interface Cache {
  readonly cache: string;
  readonly aliases: readonly string[];
  /** The counters that are read at each look anyway. */
  readonly tapes: readonly Tape[];
  readonly series: () => Series;
  readonly growth: () => CacheGrowth | null;
}

const kept = 60;
/** Samples of the counters before a driver can be told. */
const fewestSamples = 20;
/** An examination that took t seconds of CPU is made again after t ÷ this: a tenth of a per cent of a core for each of the three. */
const share = 0.001;
const atLeastSeconds = 5;
const namedHolders = 8;

export function followCache(host: Host, { cache, aliases, tapes, series, growth }: Cache): Following {
  const counters = driving.map((source) => newTape<Rows>(source));
  const kinds = new Set(aliases.flatMap((alias) => (Object.hasOwn(heldBy, alias) ? heldBy[alias]! : [])));
  let driver: Driver | null | undefined;
  let populations: readonly Population[] = [];
  let holders: readonly Holder[] | null | undefined = kinds.size === 0 ? null : undefined;
  let start: { readonly census: ProcessCensus; readonly time: number } | null = null;
  const driverTurn = turns();
  const holdersTurn = turns();
  const populationsTurn = turns();

  const findDriver = (): Driver | null => {
    const grown = since(series(), counters[0]!.times[0]!);
    const owner = growth()?.owner ?? (aliases.length === 1 ? cache : undefined);
    const all = counters.flatMap((tape) => seriesOf(tape)).filter(({ name }) => name.endsWith('_total'));
    return driverOf(grown, all, owner === undefined ? {} : { family: familyOf(owner) });
  };
  const findHolders = (time: number): readonly Holder[] => {
    const census = readProcesses(host, undefined, start?.census);
    if (start === null) {
      start = { census, time };
      return holdersAt(census, kinds);
    }
    const window = { start: new Date(start.time * 1000).toISOString(), end: new Date(time * 1000).toISOString() };
    const held = heldGrowth({ window, holdings: holdingsBetween(start.census, census) });
    const growing = [...kinds].flatMap((kind) => held.get(kind)?.holders ?? []);
    const named = new Set(growing.map(({ pid }) => pid));
    return [...growing, ...holdersAt(census, kinds).filter(({ pid }) => !named.has(pid))].slice(0, namedHolders);
  };
  return {
    read(time) {
      // Only of what surely grows can a driver be told: until then its counters need not be read.
      const certain = growth()?.certain === true;
      if (certain)
        for (const tape of counters) {
          recordOn(tape, host, time);
          forget(tape, kept);
        }
      else driver = undefined;
      populationsTurn(time, () => {
        populations = populationSeries({ tapes, times: [], unavailable: [] }, aliases).map((each) => populationOf(lastOf(each, kept)));
      });
      if (certain && counters[0]!.times.length >= fewestSamples) driverTurn(time, () => (driver = findDriver()));
      if (kinds.size > 0) holdersTurn(time, () => (holders = findHolders(time)));
    },
    found: () => ({ cache, populations, driver, holders }),
  };
}

/** The points from a moment on: those at which the counters were read too. */
function since(series: Series, start: number): Series {
  const from = series.times.findIndex((time) => time >= start);
  return from < 0 ? series : { ...series, times: series.times.slice(from), values: series.values.slice(from) };
}

/** Whoever takes long waits longer for the next turn: the view stays cheap on any machine. */
function turns(): (time: number, work: () => unknown) => void {
  let due = 0;
  return (time, work) => {
    if (time < due) return;
    const { user, system } = process.cpuUsage();
    work();
    const after = process.cpuUsage();
    const seconds = (after.user - user + (after.system - system)) / 1e6;
    due = time + Math.max(atLeastSeconds, seconds / share);
  };
}

function populationOf(series: Series): Population {
  const rate = rateOf(series, 1);
  return {
    alias: series.labels['cache'] ?? '',
    by: series.labels['by'] ?? '',
    objects: series.values.findLast((value) => value !== null) ?? null,
    rate: rate?.slope ?? null,
    interval95: rate?.interval95 ?? null,
  };
}

function holdersAt(census: ProcessCensus, kinds: ReadonlySet<HoldingKind>): readonly Holder[] {
  return holdingsAt(census)
    .filter(({ what }) => kinds.has(what))
    .map(({ pid, comm, what, at_end }) => ({ pid, comm, what, count: at_end ?? 0 }))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, namedHolders);
}
