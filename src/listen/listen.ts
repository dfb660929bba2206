import { readChunks } from '../host/chunks.ts';
import type { Host } from '../host/host.ts';
import type { CallSite, Unavailable } from '../model/evidence.ts';
import { unavailable } from '../model/reading.ts';
import { bpfEngine } from './bpf/engine.ts';
import { bpftraceEngine } from './bpftrace/engine.ts';
import type { Degradation, Engine, EngineId, Heard, Losses } from './engine.ts';
import { parseTrace, traceFormats } from './parse/parse.ts';
import { perfEngine } from './perf/engine.ts';
import { type Reconciliation, reconcile } from './reconcile.ts';
import { callSites } from './survivors.ts';
import { measured, noiseOf, resolveTarget, type Target } from './target.ts';
import { tracefsEngine } from './tracefs/engine.ts';

export interface ListenOptions {
  /** A cache by any alias, `pages`, `pages:ORDER`, `vmalloc` or `percpu`. */
  readonly cache: string;
  readonly seconds: number;
  /** Seconds frees are listened to after the window (default 1.5: RCU callbacks come late). */
  readonly graceSeconds?: number;
  /** One engine, or `auto`: in order, until one listens (default). */
  readonly engine?: EngineId | 'auto';
  /** Default true. */
  readonly stacks?: boolean;
  /** One allocation in so many (default 1). */
  readonly sample?: number;
  /** Share of one CPU (default 0.05); Infinity: no limit. */
  readonly budget?: number;
  readonly capacity?: number;
  readonly signal?: AbortSignal;
  /** Counts the objects, better than /proc/slabinfo does (default): a population counter. */
  readonly growth?: () => number | null;
  /** Told when allocations are being recorded. */
  readonly onReady?: () => void;
}

export interface Listened {
  readonly engine: Heard['engine'] | null;
  readonly callsites: readonly CallSite[];
  readonly reconciliation: Reconciliation | null;
  readonly losses: Losses | null;
  readonly degradations: readonly Degradation[];
  readonly cost: number | null;
  /** Ways to allocate and free that this kernel does not let us hear. */
  readonly deaf: readonly Unavailable[];
  /** Each engine that refused, and why; the target when it was not found. */
  readonly unavailable: readonly Unavailable[];
}

/** In the order they are tried: the cheapest first. */
export const engines: readonly Engine[] = [bpfEngine, tracefsEngine, perfEngine, bpftraceEngine];

export const DEFAULT_BUDGET = 0.05;
const DEFAULT_GRACE = 1.5;

/** Listens to one cache for a while: who allocates and does not free, held against what the cache grew by. */
export async function listen(host: Host, options: ListenOptions): Promise<Listened> {
  const nothing = { engine: null, callsites: [], reconciliation: null, losses: null, degradations: [], cost: null, deaf: [] };
  const target = resolveTarget(host, options.cache);
  if (!target.ok) return { ...nothing, unavailable: [target.unavailable] };
  const refused: Unavailable[] = [];
  const chosen = engines.filter((engine) => (options.engine ?? 'auto') === 'auto' || engine.id === options.engine);
  for (const engine of chosen) {
    const heard = await engine.listen(
      {
        target: target.value,
        seconds: options.seconds,
        graceSeconds: options.graceSeconds ?? DEFAULT_GRACE,
        stacks: options.stacks ?? true,
        sample: options.sample ?? 1,
        budget: options.budget ?? DEFAULT_BUDGET,
        capacity: options.capacity,
        signal: options.signal,
        measure: options.growth ?? (() => measured(host, target.value)),
        onReady: options.onReady,
      },
      { host },
    );
    if (heard.ok) return { ...judge(heard.value, target.value, noiseOf(host, target.value)), unavailable: refused };
    refused.push(heard.unavailable);
  }
  return { ...nothing, unavailable: refused };
}

/** What was heard, live or from a file, as evidence. */
export function judge(heard: Heard, target: Target, noise: number): Omit<Listened, 'unavailable'> {
  const reconciliation = reconcile(heard, target, noise);
  return {
    engine: heard.engine,
    callsites: callSites(heard.sites, reconciliation, target.kind === 'slab' && target.reclaimable),
    reconciliation,
    losses: heard.losses,
    degradations: heard.degradations,
    cost: heard.cost,
    deaf: heard.deaf ?? [],
  };
}

/**
 * Hears a trace that was taken elsewhere.
 * @param path of a file, or `-` for standard input
 */
export async function listenFrom(host: Host, path: string, cache: string): Promise<Listened> {
  const nothing = { engine: null, callsites: [], reconciliation: null, losses: null, degradations: [], cost: null, deaf: [] };
  const chunks = readChunks(path);
  if (!chunks.ok) return { ...nothing, unavailable: [chunks.unavailable] };
  // The names of the machine kmai runs on are no evidence of another's: they only help where they are the same.
  const known = resolveTarget(host, cache);
  const target: Target = known.ok
    ? known.value
    : { kind: 'slab', name: cache, aliases: [cache], slabBytes: 0, objectBytes: 0, reclaimable: false };
  const names = target.kind === 'slab' ? new Set([cache, ...target.aliases]) : new Set([target.kind]);
  const { format, heard } = await parseTrace(chunks.value, { names, bytes: undefined });
  if (format === undefined) {
    const help = `it is none of ${traceFormats.join(', ')}`;
    return { ...nothing, unavailable: [unavailable(path, 'malformed', 'no line is one of a known format', help).unavailable] };
  }
  return { ...judge(heard, target, 0), unavailable: [] };
}
