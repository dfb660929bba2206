import type { Host } from '../host/host.ts';
import type { CacheSpecimen, CallSite, Series, Unavailable } from '../model/evidence.ts';
import { readAllocTraces } from './alloc-traces.ts';
import { readKmemleak } from './kmemleak.ts';

/** Caches whose stored owners are read: the ones that grew most. */
const mostCaches = 5;
/** Call sites kept of each list. */
const mostSites = 20;

/** What a kernel built for debugging tells by itself about who allocates, without any tracing. */
export function readCallSites(
  host: Host,
  caches: readonly CacheSpecimen[],
  series: readonly Series[],
): { readonly callsites: readonly CallSite[]; readonly unavailable: readonly Unavailable[] } {
  const suspected = readKmemleak(host);
  const callsites: CallSite[] = suspected.ok ? suspected.value.slice(0, mostSites) : [];
  const missing: Unavailable[] = suspected.ok ? [] : [suspected.unavailable];
  const stored = caches.filter(({ flags }) => flags?.includes('store_user') === true);
  const grown = new Map(
    series.flatMap(({ name, labels, values }) =>
      name === 'slab_active_objects' ? [[labels['cache']!, (values.at(-1) ?? 0) - (values[0] ?? 0)]] : [],
    ),
  );
  for (const { name, object_size } of stored.toSorted((a, b) => (grown.get(b.name) ?? 0) - (grown.get(a.name) ?? 0)).slice(0, mostCaches)) {
    const traces = readAllocTraces(host, name, object_size);
    if (traces.ok) callsites.push(...traces.value.slice(0, mostSites));
    else missing.push(traces.unavailable);
  }
  return { callsites, unavailable: missing };
}
