import { spawnProgram, tethered } from '../../host/spawn.ts';
import { available, unavailable } from '../../model/reading.ts';
import type { Engine, Heard, Request } from '../engine.ts';
import { parseBpftrace } from '../parse/bpftrace.ts';
import { malformations } from '../parse/lines.ts';
import type { SlabTarget } from '../target.ts';
import { monotonicSeconds, openWindow, pause, TICKS } from '../window.ts';

/** Without it bpftrace forgets everything above 4,096 objects, silently. */
const MAP_KEYS = 1_048_576;
/** A million objects take bpftrace so long to tell. */
const DUMP_SECONDS = 60;
const READY = 'kmai-ready';
const ENDED = 'kmai-ended';
/** Both clocks are the same unless the machine slept; what is below this is how late we heard of it. */
const SLEPT_SECONDS = 1;

/**
 * Pairs in bpftrace's own maps. It says "attached" before it attaches, so an interval that is attached last opens the window
 * (@on = 1), and closes it: frees alone are heard in the grace.
 * @param named the allocation event bears the cache's name; on other kernels the size has to do, and then any free ends an object
 */
export function bpftraceScript(target: SlabTarget, request: Pick<Request, 'seconds' | 'stacks'>, named: boolean): string {
  const name = `str(args->name) == "${target.name}"`;
  const ours = named ? name : `args->bytes_alloc == ${target.slabBytes}`;
  const place = request.stacks ? 'kstack' : 'ksym(args->call_site)';
  const nanoseconds = Math.max(1, Math.round(request.seconds * 1e9));
  const forget = named ? `/${name}/ { delete(@live[args->ptr]); }` : '{ delete(@live[args->ptr]); }';
  return [
    `tracepoint:kmem:kmem_cache_free ${forget}`,
    `tracepoint:kmem:kmem_cache_free /@on == 1 && ${name}/ { @frees = count(); }`,
    `tracepoint:kmem:kmem_cache_alloc /@on == 1 && ${ours}/ { @live[args->ptr] = (nsecs, pid, cpu, comm, ${place}); @alloc[${place}] = count(); }`,
    'interval:ms:10 {',
    `  if (@on == 1 && nsecs - @start >= ${nanoseconds}) { @on = 2; printf("${ENDED}\\n"); }`,
    `  if (@on == 0) { @on = 1; @start = nsecs; printf("${READY} %lld\\n", nsecs); }`,
    '}',
  ].join('\n');
}

/** bpftrace, where there is one that fits the kernel. */
export const bpftraceEngine: Engine = {
  id: 'bpftrace',
  async listen(request) {
    const { target } = request;
    if (target.kind !== 'slab')
      return unavailable('listening with bpftrace', 'unsupported', 'it listens to slab caches only', '--engine bpf');
    let refusal = '';
    for (const named of [true, false]) {
      const heard = await hear(request, target, named);
      if (typeof heard !== 'string') return heard;
      refusal = heard;
    }
    return unavailable('bpftrace', 'unsupported', refusal, 'install a bpftrace that fits the kernel, or use --engine bpf');
  },
};

/** @returns what was heard, or why bpftrace would not attach */
async function hear(request: Request, target: SlabTarget, named: boolean) {
  const script = bpftraceScript(target, request, named);
  const keys = request.capacity ?? MAP_KEYS;
  const running = await spawnProgram(tethered(['bpftrace', '-f', 'json', '-e', script], DUMP_SECONDS), {
    BPFTRACE_MAP_KEYS_MAX: String(keys),
    BPFTRACE_MAX_MAP_KEYS: String(keys), // its name since v0.22
  });
  if (!running.ok) return running;
  let start: number | undefined;
  let ended = false;
  let settle: ((ready: boolean) => void) | undefined;
  const ready = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  const bad = malformations();
  // Its clock is the one that goes on while the machine sleeps.
  let slept = 0;
  let closed = Number.POSITIVE_INFINITY;
  const parsed = parseBpftrace(running.value.output, bad, {
    printed(text) {
      if (text.startsWith(ENDED)) ended = true;
      if (!text.startsWith(READY)) return;
      start = Number(text.slice(READY.length)) / 1e9;
      const ahead = start - monotonicSeconds();
      slept = ahead > SLEPT_SECONDS ? ahead : 0;
      settle?.(true);
    },
    window: () => ({ start: start ?? 0, end: closed }),
  });
  void running.value.exited.then(() => settle?.(false));
  if (!(await ready)) {
    await parsed;
    const said = running.value.complaints().split('\n');
    return said
      .filter((line) => line !== '' && !line.includes('RLIMIT_MEMLOCK'))
      .slice(0, 3)
      .join(' / '); // prettier-ignore
  }
  const window = openWindow(request);
  let measured = 0;
  for (;;) {
    if (ended || request.signal?.aborted === true) break;
    if (window.elapsed() > request.seconds + SLEPT_SECONDS) break;
    if (window.elapsed() >= ((measured + 1) * request.seconds) / TICKS) {
      measured++;
      window.measure();
    }
    await pause(10, request.signal);
  }
  window.close();
  closed = monotonicSeconds() + slept;
  await pause(request.graceSeconds * 1000);
  running.value.end('tell\n');
  await running.value.exited;
  const { sites, held, numbers } = await parsed;
  return available(heardOf(sites, held, keys, ended ? (numbers.get('@frees') ?? 0) : null, bad.count, named, window));
}

/** @param frees of the cache, older objects' included; null where they were counted for longer than the window */
function heardOf(
  sites: Heard['sites'],
  held: number,
  keys: number,
  frees: number | null,
  malformedLines: number,
  named: boolean,
  window: { readonly population: Heard['population']; elapsed(): number },
): Heard {
  const allocated = sites.reduce((sum, site) => sum + site.allocated, 0);
  const freed = sites.reduce((sum, site) => sum + site.allocated - site.outstanding, 0);
  return {
    engine: 'bpftrace',
    seconds: window.elapsed(),
    sites,
    // Those that are freed in the grace are among `freed`, and not among `frees`: the sum of both must be that of the window.
    flow: { allocated, freed, freedOlder: frees === null ? null : frees - freed, reallocated: 0 },
    population: window.population,
    // A full map forgets in silence; how much is what was allocated and neither freed nor held.
    losses: { mapFull: held >= keys ? 1 : 0, stacks: null, nested: null, rescued: 0, overrun: null, malformedLines },
    cost: null,
    degradations: [],
    notes: [
      ...(held >= keys ? [`bpftrace has room for ${keys} objects, and all of it was needed: what came later is not known`] : []),
      ...(named ? [] : ["this kernel's allocation event has no name: allocations are told apart by size alone"]),
    ],
  };
}
