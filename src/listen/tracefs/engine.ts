import type { Host } from '../../host/host.ts';
import { openTraceInstance, type TraceInstance } from '../../host/tracefs.ts';
import type { Symbols } from '../../kernel/symbols.ts';
import { available, Malformed, unavailable } from '../../model/reading.ts';
import type { Engine, Heard, Request, Site } from '../engine.ts';
import { pairing } from '../pairing.ts';
import { readSymbols } from '../symbols.ts';
import type { SlabTarget } from '../target.ts';
import { monotonicSeconds, openWindow, pause, TICKS } from '../window.ts';
import { parseFormat } from './format.ts';
import { ALLOC, FREE, openReader } from './reader.ts';

/** For each CPU: half a second of a busy cache with stacks; at most this share of the memory that is free, for all CPUs. */
const BUFFER_KIBIBYTES = 16_384;
const LEAST_BUFFER_KIBIBYTES = 1024;
const BUFFER_SHARE = 0.02;
const POLL_MILLISECONDS = 10;

/** The kernel's own ring buffer, in an instance of ours: needs tracefs and nothing else. Dearer than BPF, and stacks for every allocation. */
export const tracefsEngine: Engine = {
  id: 'tracefs',
  async listen(request, { host }) {
    const { target } = request;
    if (target.kind !== 'slab')
      return unavailable('listening with tracefs', 'unsupported', 'it listens to slab caches only', '--engine bpf');
    const opened = openTraceInstance(`kmai-${process.pid}`);
    if (!opened.ok) return opened;
    const instance = opened.value;
    try {
      const symbols = readSymbols(host);
      const buffer = affordableBuffer(host, instance.cpus.length);
      const heard = await hear(instance, request, target, buffer, symbols.ok ? symbols.value : undefined);
      return available({
        ...heard,
        sites: heard.sites.map((site) => ({ ...site, processes: site.processes.map((each) => named(host, each)) })),
      });
    } catch (error) {
      if (error instanceof Malformed) return unavailable('tracefs', 'malformed', error.message);
      if (error instanceof Error && 'code' in error) return unavailable('tracefs', 'unsupported', error.message);
      throw error;
    } finally {
      instance.close();
    }
  },
};

/** The ring buffer has only process numbers. A process that is gone by now has no name any more. */
function named(host: Host, process: Site['processes'][number]): Site['processes'][number] {
  const comm = host.read(`/proc/${process.pid}/comm`);
  return comm.ok ? { ...process, comm: comm.value.trim() } : process;
}

async function hear(
  instance: TraceInstance,
  request: Request,
  { name, slabBytes }: SlabTarget,
  bufferKibibytes: number,
  symbols: Symbols | undefined,
): Promise<Heard> {
  const named = setUp(instance, request, name, slabBytes, bufferKibibytes);
  const reader = openReader(instance, name, named.free);
  instance.write(`${FREE}/enable`, '1');
  instance.write(`${ALLOC}/enable`, '1');
  instance.write('tracing_on', '1');
  const window = openWindow(request);
  const pairs = pairing(window.limits);
  let measured = 0;
  for (;;) {
    const ended = window.elapsed() >= request.seconds || request.signal?.aborted === true;
    if (ended) break;
    const more = reader.drain(pairs, symbols, window.limits().start + request.seconds);
    if (window.elapsed() >= (measured * request.seconds) / TICKS) {
      measured++;
      window.measure();
    }
    await pause(more ? 0 : POLL_MILLISECONDS, request.signal);
  }
  window.close();
  instance.write(`${ALLOC}/enable`, '0');
  const until = monotonicSeconds() + request.graceSeconds;
  while (monotonicSeconds() < until) if (!reader.drain(pairs, symbols, until)) await pause(POLL_MILLISECONDS);
  instance.write('tracing_on', '0');
  while (reader.drain(pairs, symbols, Number.POSITIVE_INFINITY));
  reader.settle(pairs, symbols, Number.POSITIVE_INFINITY);
  const found = pairs.finish();
  return {
    engine: 'tracefs',
    ...found,
    population: window.population,
    losses: { mapFull: 0, stacks: null, nested: null, rescued: 0, overrun: overrun(instance), malformedLines: 0 },
    cost: null,
    degradations: [],
    notes: [
      ...(named.alloc ? [] : ["this kernel's allocation event has no name: allocations are told apart by size alone"]),
      ...(symbols === undefined ? ['addresses have no names: /proc/kallsyms does not give them'] : []),
    ],
  };
}

function affordableBuffer(host: Host, cpus: number): number {
  const text = host.read('/proc/meminfo');
  const kibibytes = Number(/^MemAvailable:\s+(\d+)/m.exec(text.ok ? text.value : '')?.[1] ?? 0);
  return Math.max(LEAST_BUFFER_KIBIBYTES, Math.min(BUFFER_KIBIBYTES, Math.floor((kibibytes * BUFFER_SHARE) / cpus)));
}

/** Filters and stacks. @returns which of the events bears the cache's name: newer kernels' allocation events do */
function setUp(
  instance: TraceInstance,
  request: Request,
  name: string,
  bytes: number,
  bufferKibibytes: number,
): { readonly alloc: boolean; readonly free: boolean } {
  instance.write('tracing_on', '0');
  instance.write('buffer_size_kb', String(bufferKibibytes));
  instance.write('trace_clock', 'mono');
  const alloc = parseFormat(instance.read(`${ALLOC}/format`)).fields.has('name');
  const free = parseFormat(instance.read(`${FREE}/format`)).fields.has('name');
  const filter = alloc ? `name == "${name}"` : `bytes_alloc == ${bytes}`;
  instance.write(`${ALLOC}/filter`, filter);
  // Without names all frees must be heard: what another cache freed at a pointer is no longer ours either.
  if (free && alloc) instance.write(`${FREE}/filter`, filter);
  // The option `stacktrace` would take one at every free too; a trigger does not heed the event's filter.
  if (request.stacks) instance.write(`${ALLOC}/trigger`, `stacktrace if ${filter}`);
  return { alloc, free };
}

function overrun(instance: TraceInstance): number {
  let lost = 0;
  for (const cpu of instance.cpus)
    for (const [, count] of instance.read(`per_cpu/cpu${cpu}/stats`).matchAll(/^(?:overrun|dropped events): (\d+)$/gm))
      lost += Number(count);
  return lost;
}
