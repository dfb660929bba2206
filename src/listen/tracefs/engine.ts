import type { Host } from '../../host/host.ts';
import { openTraceInstance, type TraceInstance } from '../../host/tracefs.ts';
import { cleanStack } from '../../kernel/stacks.ts';
import { address48, type Symbols } from '../../kernel/symbols.ts';
import { available, Malformed, unavailable } from '../../model/reading.ts';
import type { Engine, Heard, Request, Site } from '../engine.ts';
import { type Pairing, pairing } from '../pairing.ts';
import { readSymbols } from '../symbols.ts';
import { monotonicSeconds, openWindow, pause, TICKS } from '../window.ts';
import { fieldOffset, parseFormat } from './format.ts';
import { decodePage } from './pages.ts';

const ALLOC = 'events/kmem/kmem_cache_alloc';
const FREE = 'events/kmem/kmem_cache_free';
const BUFFER_KIBIBYTES = 4096;
const PAGE_BYTES = 4096;
const POLL_MILLISECONDS = 10;
/** An allocation waits so long for its stack: it may lie in the page that is read next. */
const STACK_NANOSECONDS = 20e6;
/** A CPU's pages are read so many at a time, so that none starves the others. */
const PAGES_AT_ONCE = 256;

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
      const heard = await hear(instance, request, target.name, target.slabBytes, symbols.ok ? symbols.value : undefined);
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

/** An event taken out of its page: what is needed to pair it. `stack` is addresses as they lay there, the caller's alone until its stack is known. */
interface Taken {
  readonly nanoseconds: number;
  readonly isAllocation: boolean;
  readonly pointer: number;
  readonly ours: boolean;
  readonly pid: number;
  readonly cpu: number;
  stack: string;
  hasStack: boolean;
}

async function hear(instance: TraceInstance, request: Request, name: string, bytes: number, symbols: Symbols | undefined): Promise<Heard> {
  const named = setUp(instance, request, name, bytes);
  const reader = openReader(instance, name, named.free);
  instance.write(`${FREE}/enable`, '1');
  instance.write(`${ALLOC}/enable`, '1');
  instance.write('tracing_on', '1');
  const window = openWindow(request);
  const pairs = pairing(window.limits);
  let measured = 0;
  for (;;) {
    const ended = window.elapsed() >= request.seconds || request.signal?.aborted === true;
    const more = reader.drain(pairs, symbols);
    if (ended) break;
    if (window.elapsed() >= (measured * request.seconds) / TICKS) {
      measured++;
      window.measure();
    }
    await pause(more ? 0 : POLL_MILLISECONDS, request.signal);
  }
  window.close();
  instance.write(`${ALLOC}/enable`, '0');
  const until = monotonicSeconds() + request.graceSeconds;
  while (monotonicSeconds() < until) {
    reader.drain(pairs, symbols);
    await pause(POLL_MILLISECONDS);
  }
  instance.write('tracing_on', '0');
  while (reader.drain(pairs, symbols));
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

/** Filters and stacks. @returns which of the events bears the cache's name: newer kernels' allocation events do */
function setUp(
  instance: TraceInstance,
  request: Request,
  name: string,
  bytes: number,
): { readonly alloc: boolean; readonly free: boolean } {
  instance.write('tracing_on', '0');
  instance.write('buffer_size_kb', String(BUFFER_KIBIBYTES));
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

/** Takes events out of the pages and hands them over in the order of time, over all CPUs. */
function openReader(instance: TraceInstance, name: string, freeIsNamed: boolean) {
  const alloc = parseFormat(instance.read(`${ALLOC}/format`));
  const free = parseFormat(instance.read(`${FREE}/format`));
  const stack = parseFormat(instance.read('events/ftrace/kernel_stack/format'));
  const [allocPtr, freePtr, caller, commonPid] = [
    fieldOffset(alloc, 'ptr'),
    fieldOffset(free, 'ptr'),
    fieldOffset(stack, 'caller'),
    fieldOffset(alloc, 'common_pid'),
  ];
  const callSite = fieldOffset(alloc, 'call_site');
  const freeName = freeIsNamed ? fieldOffset(free, 'name') : undefined;
  const page = Buffer.alloc(PAGE_BYTES);
  /** What came last on a CPU: an allocation that may get its stack, or a stack that may get its allocation. */
  const neighbours = new Map<number, { readonly event?: Taken; readonly stack?: string }>();
  let waiting: Taken[] = [];

  const pointer = (from: Buffer, at: number) => address48(from.readUInt32LE(at), from.readUInt32LE(at + 4));
  const isOurs = (from: Buffer, at: number) => {
    if (freeName === undefined) return false;
    // __data_loc: the low half is where the text begins in the record, the high half its length with the NUL.
    const place = from.readUInt32LE(at + freeName);
    const start = at + (place & 0xffff);
    return from.toString('latin1', start, start + (place >>> 16) - 1) === name;
  };
  const take = (cpu: number) => (nanoseconds: number, from: Buffer, at: number, length: number) => {
    const id = from.readUInt16LE(at);
    const before = neighbours.get(cpu);
    if (id === stack.id) {
      const bytes = from.toString('latin1', at + caller, at + length);
      // A trigger's stack follows its event, or where the event was held back for its filter, stands before it.
      if (before?.event !== undefined && !before.event.hasStack) {
        before.event.stack = bytes;
        before.event.hasStack = true;
        neighbours.delete(cpu);
      } else neighbours.set(cpu, { stack: bytes });
    } else if (id === alloc.id) {
      const ownCaller = from.toString('latin1', at + callSite, at + callSite + 8);
      const taken: Taken = {
        nanoseconds,
        isAllocation: true,
        pointer: pointer(from, at + allocPtr),
        ours: true,
        pid: from.readInt32LE(at + commonPid),
        cpu,
        stack: before?.stack ?? ownCaller,
        hasStack: before?.stack !== undefined,
      };
      waiting.push(taken);
      neighbours.set(cpu, { event: taken });
    } else if (id === free.id) {
      const ours = isOurs(from, at);
      neighbours.delete(cpu);
      waiting.push({
        nanoseconds,
        isAllocation: false,
        pointer: pointer(from, at + freePtr),
        ours,
        pid: 0,
        cpu,
        stack: '',
        hasStack: false,
      });
    }
  };
  const settle = (pairs: Pairing, symbols: Symbols | undefined, before: number) => {
    const [ready, later] = [waiting.filter((each) => each.nanoseconds < before), waiting.filter((each) => each.nanoseconds >= before)];
    waiting = later;
    for (const each of ready.toSorted((a, b) => a.nanoseconds - b.nanoseconds)) {
      if (each.isAllocation) {
        const site = pairs.site(each.stack, () => framesOf(each.stack, symbols));
        pairs.allocate(each.pointer, each.nanoseconds / 1e9, site, each.pid, '', each.cpu);
      } else pairs.free(each.pointer, each.nanoseconds / 1e9, each.ours);
    }
  };
  return {
    /** @returns whether there was more than could be read at once */
    drain(pairs: Pairing, symbols: Symbols | undefined): boolean {
      // What happened before now has been written by now, on every CPU: read all of it, and pair no later event yet.
      const now = monotonicSeconds() * 1e9;
      let more = false;
      for (const cpu of instance.cpus) {
        const each = take(cpu);
        let pages = 0;
        while (pages < PAGES_AT_ONCE) {
          const length = instance.readPage(cpu, page);
          if (length <= 0) break;
          pages++;
          decodePage(page, length, each);
        }
        if (pages === PAGES_AT_ONCE) more = true;
      }
      if (!more) settle(pairs, symbols, now - STACK_NANOSECONDS);
      return more;
    },
    settle,
  };
}

function framesOf(stack: string, symbols: Symbols | undefined): readonly string[] {
  const bytes = Buffer.from(stack, 'latin1');
  const frames: string[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const [low, high] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    if ((low === 0 && high === 0) || (low === 0xffff_ffff && high === 0xffff_ffff)) break;
    frames.push(symbols?.symbol(address48(low, high)) ?? `0x${high.toString(16)}${low.toString(16).padStart(8, '0')}`);
  }
  return cleanStack(frames);
}

function overrun(instance: TraceInstance): number {
  let lost = 0;
  for (const cpu of instance.cpus)
    for (const [, count] of instance.read(`per_cpu/cpu${cpu}/stats`).matchAll(/^(?:overrun|dropped events): (\d+)$/gm))
      lost += Number(count);
  return lost;
}
