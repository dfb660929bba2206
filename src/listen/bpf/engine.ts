import { type Bpf, BpfRefused, openBpf } from '../../host/bpf.ts';
import type { Host } from '../../host/host.ts';
import { available, unavailable } from '../../model/reading.ts';
import { afford, describeEffort, type Effort } from '../budget.ts';
import type { Degradation, Engine, Heard, Request } from '../engine.ts';
import { readSymbols } from '../symbols.ts';
import { isSized } from '../target.ts';
import { openWindow, pause, TICKS } from '../window.ts';
import type { Knowledge } from './attach.ts';
import { closeMaps, type Counter, counters, createMaps, type Maps } from './maps.ts';
import { openEars } from './ears.ts';
import { learn } from './knowledge.ts';
import { openMeter } from './meter.ts';
import { readCounts, readSites } from './survivors.ts';

/** A live object takes 48 bytes of header, key and record in the kernel's hash map. */
const ENTRY_BYTES = 96;
const LARGEST_CAPACITY = 1_048_576;
/** A leak that is faster than this fills the map before the window ends; `capacity` gives more room. */
const LEAKED_PER_SECOND = 8192;
/** Programs that start take pages by the thousand, and hold them. */
const PAGES_FOR_AN_OBJECT = 8;
const SMALLEST_CAPACITY = 16_384;
/**
 * How soon it is seen whether the cache is busy, and what busy is: then events may well come nested. It is seen in the window: what is missed
 * until then is counted as nested.
 */
const TRIAL_SECONDS = 0.01;
const BUSY_PER_SECOND = 1000;

/** Programs of our own on raw tracepoints, assembled here and loaded through bpf(2): no compiler, no headers, no kprobes. */
export const bpfEngine: Engine = {
  id: 'bpf',
  async listen(request, { host }) {
    const opened = await openBpf();
    if (!opened.ok) return opened;
    const bpf = opened.value;
    try {
      // The maps take the kernel longer than anything else takes us: they are made meanwhile.
      const creating = createMaps(bpf, request.capacity ?? affordableCapacity(host, request), isSized(request.target));
      const [known, maps] = await Promise.allSettled([learn(bpf, host, request), creating]);
      if (maps.status === 'rejected') throw maps.reason;
      try {
        if (known.status === 'rejected') throw known.reason;
        if (!known.value.ok) return known.value;
        const { caches, kmalloc } = known.value.value;
        const silent = request.target.kind === 'slab' && caches.length === 0 && kmalloc === undefined;
        return available(silent ? silence(request) : await hear(bpf, host, request, known.value.value, maps.value));
      } finally {
        closeMaps(bpf, maps.value);
      }
    } catch (error) {
      if (error instanceof BpfRefused) return unavailable('listening with BPF', 'unsupported', error.message, '');
      throw error;
    } finally {
      bpf.close();
    }
  },
};

/** The cache never showed itself: its address is learnt from the first event that names it, and none came. */
function silence(request: Request): Heard {
  return {
    engine: 'bpf',
    seconds: request.seconds,
    sites: [],
    flow: { allocated: 0, freed: 0, freedOlder: 0, reallocated: 0 },
    population: [],
    losses: { mapFull: 0, stacks: 0, nested: 0, rescued: 0, overrun: 0, malformedLines: 0 },
    cost: null,
    degradations: [],
    notes: [`nothing was allocated from ${request.target.name} or freed in ${request.seconds} s`],
  };
}

async function hear(bpf: Bpf, host: Host, request: Request, known: Knowledge, maps: Maps): Promise<Heard> {
  const { cpus } = known;
  let effort: Effort = { stacks: request.stacks, sample: request.sample, stopped: false };
  const ears = openEars(bpf, maps, known, effort);
  try {
    // While programs attach, one after the other, frees are heard whose allocations were not: counted from here.
    const before = readCounts(bpf, maps, cpus);
    const window = openWindow(request);
    await pause(TRIAL_SECONDS * 1000, request.signal);
    if (readCounts(bpf, maps, cpus).allocated - before.allocated >= BUSY_PER_SECOND * TRIAL_SECONDS) ears.sharpen();
    const { elapsed } = window;
    const degradations: Degradation[] = [];
    const meter = openMeter(bpf);
    const step = request.seconds / TICKS;
    for (let tick = 1; tick < TICKS && !effort.stopped; tick++) {
      if (!(await pause((tick * step - elapsed()) * 1000, request.signal))) break;
      window.measure();
      const counts = readCounts(bpf, maps, cpus);
      if (ears.nested() > 0 || counts.allocated >= BUSY_PER_SECOND * elapsed()) ears.sharpen();
      const cost = await meter.measure(ears.programs(), counts.allocated + counts.unsampled + counts.freed);
      if (cost === undefined) continue;
      const cheaper = afford(effort, cost, request.budget);
      if (cheaper === effort) continue;
      degradations.push({ atSeconds: elapsed(), to: describeEffort(cheaper), cost });
      effort = cheaper;
      meter.soon();
      ears.ease(effort);
    }
    if (!effort.stopped) await pause((request.seconds - elapsed()) * 1000, request.signal);
    const flow = difference(readCounts(bpf, maps, cpus), before);
    window.close();
    ears.ease({ ...effort, stopped: true });
    // Names take a tenth of a second to read: they are read while there is nothing to do but wait.
    const grace = pause(request.graceSeconds * 1000, undefined);
    const symbols = readSymbols(host);
    await grace;
    const nested = ears.nested();
    ears.deafen();
    const total = readCounts(bpf, maps, cpus);
    const { sites, uncounted } = readSites(bpf, maps, window.limits(), symbols.ok ? symbols.value : undefined);
    return {
      engine: 'bpf',
      seconds: elapsed(),
      sites,
      flow: flowOf(flow, known),
      population: window.population,
      losses: lossesOf(total, flow, nested),
      cost: meter.average(),
      degradations,
      deaf: ears.deaf,
      notes: [
        ...(symbols.ok ? [] : [`addresses have no names: ${symbols.unavailable.detail}`]),
        ...(uncounted === 0
          ? []
          : [`${uncounted} call sites found no room to be counted: what survives of them is known, not what they freed`]),
      ],
    };
  } finally {
    ears.deafen();
  }
}

function flowOf(counts: Counts, known: Knowledge): Heard['flow'] {
  // Frees through kfree() of older objects are counted only where the kernel tells which cache they were from.
  const complete = known.target.kind !== 'slab' || known.kmalloc === undefined || known.kmalloc.by === 'kfunc';
  return {
    allocated: counts.allocated + counts.unsampled,
    freed: counts.freed,
    freedOlder: complete ? counts.freedOlder : null,
    ...(known.target.kind === 'pages' ? { freedOlderBytes: counts.freedOlderBytes } : {}),
    reallocated: counts.reallocated,
  };
}

type Counts = Readonly<Record<Counter, number>>;

function difference(after: Counts, before: Counts): Counts {
  return Object.fromEntries(counters.map((counter) => [counter, after[counter] - before[counter]])) as Record<Counter, number>;
}

/** What the second copies caught is told of the window alone: while the first ones detach they would catch everything. */
function lossesOf(total: Counts, window: Counts, nested: number): Heard['losses'] {
  return {
    mapFull: total.mapFull,
    stacks: total.stackLost,
    nested: nested + total.busy,
    rescued: window.rescuedAllocations + window.rescuedFrees,
    overrun: 0,
    malformedLines: 0,
  };
}

/** The map is allocated at once, which takes time: as large as the window needs, at most 2 % of the memory that is free. */
function affordableCapacity(host: Host, { seconds, target }: Request): number {
  const text = host.read('/proc/meminfo');
  const kibibytes = Number(/^MemAvailable:\s+(\d+)/m.exec(text.ok ? text.value : '')?.[1] ?? 0);
  const affordable = Math.floor((kibibytes * 1024 * 0.02) / ENTRY_BYTES);
  const wanted = Math.ceil(seconds * LEAKED_PER_SECOND * (target.kind === 'pages' ? PAGES_FOR_AN_OBJECT : 1));
  return Math.max(SMALLEST_CAPACITY, Math.min(LARGEST_CAPACITY, wanted, affordable));
}
