/** Who among the processes holds what grows. */
import { heldBy } from '../kernel/caches.ts';
import type { Holder } from '../model/diagnosis.ts';
import type { Evidence, Holding, HoldingKind } from '../model/evidence.ts';

/** What all processes together came to hold of one kind over the window, and which of them hold the new ones. */
export interface HeldGrowth {
  readonly kind: HoldingKind;
  /** per second, all processes together */
  readonly rate: number;
  readonly holders: readonly Holder[];
}

export type HoldingsOf = ReadonlyMap<HoldingKind, HeldGrowth>;

/** How many holders of one kind are named. */
const namedHolders = 5;

/**
 * The growth of each kind of holding. A process that came in the window held nothing before it; one that could not
 * be read at either end says nothing.
 */
export function heldGrowth(evidence: Pick<Evidence, 'window' | 'holdings'>): HoldingsOf {
  const seconds = (Date.parse(evidence.window.end) - Date.parse(evidence.window.start)) / 1000;
  if (seconds <= 0) return new Map();
  const kinds = Map.groupBy(evidence.holdings, ({ what }) => what);
  const grown = new Map<HoldingKind, HeldGrowth>();
  for (const [kind, list] of kinds) {
    const gains = list.map((holding) => ({ holding, gain: gained(holding) }));
    const holders = gains
      .filter(({ gain }) => gain > 0)
      .toSorted((a, b) => b.gain - a.gain || a.holding.pid - b.holding.pid)
      .slice(0, namedHolders)
      .map(({ holding, gain }) => ({
        pid: holding.pid,
        comm: holding.comm,
        count: holding.at_end ?? 0,
        what: kind,
        per_second: gain / seconds,
      }));
    grown.set(kind, { kind, rate: gains.reduce((sum, { gain }) => sum + gain, 0) / seconds, holders });
  }
  return grown;
}

function gained({ at_start, at_end }: Holding): number {
  return at_end === null ? -(at_start ?? 0) : at_end - (at_start ?? 0);
}

/** Share of a growth from which on the processes' holdings are said to explain it. */
const explains = 0.7;

export type HolderAnswer =
  /** The processes' holdings grew as the cache did. */
  | { readonly held: 'yes'; readonly by: HeldGrowth }
  /** They were counted, and did not. */
  | { readonly held: 'no'; readonly kind: HoldingKind }
  /** Nothing a process can hold keeps such objects. */
  | { readonly held: 'never' }
  /** They could not be counted, or what would have to be counted is unknown. */
  | { readonly held: 'unknown'; readonly why: string };

/**
 * Do processes hold the objects of these aliases: all of them one kind, or in a merged cache each alias its own?
 * @param aliases whose the objects may be, the likeliest first
 * @param rate objects a second that are to be explained
 */
export function heldByProcesses(aliases: readonly string[], rate: number, held: HoldingsOf, evidence: Evidence): HolderAnswer {
  const kindsOf = (alias: string): readonly HoldingKind[] => (Object.hasOwn(heldBy, alias) ? heldBy[alias]! : []);
  const kinds = [...new Set(aliases.flatMap(kindsOf))];
  const [kind] = kinds;
  if (kind === undefined) return { held: 'never' };
  const grown = kinds.flatMap((each) => held.get(each) ?? []).filter((each) => each.rate > 0);
  const likeliest = new Set(kindsOf(aliases[0] ?? ''));
  const own = grown.find((each) => likeliest.has(each.kind) && each.rate >= explains * rate);
  // What merely could be in this cache explains its growth only where it is as much: far more of it is elsewhere.
  const all = together(grown);
  const fitting = [...grown, ...(all === undefined ? [] : [all])].find(
    (each) => each.rate >= explains * rate && each.rate <= rate / explains,
  );
  const by = own ?? fitting;
  if (by !== undefined) return { held: 'yes', by };
  const refused = evidence.unavailable.find(({ what, reason }) => /^\/proc\/(\d+|PID|\*)\b/.test(what) && reason === 'denied');
  if (held.size === 0 || refused !== undefined)
    return { held: 'unknown', why: refused?.detail ?? 'the descriptors of processes were not counted' };
  return { held: 'no', kind };
}

/** Several kinds as one: named for the one that grows most, with the holders of all. */
function together(grown: readonly HeldGrowth[]): HeldGrowth | undefined {
  const [most] = grown.toSorted((a, b) => b.rate - a.rate);
  if (most === undefined) return undefined;
  const holders = grown.flatMap((each) => each.holders).toSorted((a, b) => (b.per_second ?? 0) - (a.per_second ?? 0));
  return { ...most, rate: grown.reduce((sum, { rate }) => sum + rate, 0), holders: holders.slice(0, namedHolders) };
}
