import { spawnProgram } from '../../host/spawn.ts';
import { available, unavailable } from '../../model/reading.ts';
import type { Engine, Request } from '../engine.ts';
import { pairing } from '../pairing.ts';
import type { Wanted } from '../parse/event.ts';
import { malformations } from '../parse/lines.ts';
import { parsePerfScript } from '../parse/perf-script.ts';
import type { SlabTarget } from '../target.ts';
import { openWindow, pause, waitThrough } from '../window.ts';

const READY = 'kmai-ready';
/** perf's workload: it begins once the events are on, and ends with its input, which is ours; perf ends with it. */
const workload = ['--', 'sh', '-c', `echo ${READY} >&2; exec cat >/dev/null`];
const BUFFER_PAGES = '1024';
const START_MILLISECONDS = 10_000;

/** `perf record` piped into `perf script`, read as it comes. */
export const perfEngine: Engine = {
  id: 'perf',
  async listen(request) {
    const { target } = request;
    if (target.kind !== 'slab') return unavailable('listening with perf', 'unsupported', 'it listens to slab caches only', '--engine bpf');
    let refusal = '';
    // Newer kernels' allocation events bear the cache's name; on the others the size has to do.
    for (const filter of [`name == "${target.name}"`, `bytes_alloc == ${target.slabBytes}`]) {
      const recorded = await record(request, target, filter, filter.startsWith('name'));
      if (typeof recorded !== 'string') return recorded;
      refusal = recorded;
    }
    return unavailable('perf record', 'unsupported', refusal, 'run as root; perf must fit the kernel');
  },
};

/** @returns what was heard, or why perf would not record */
async function record(request: Request, target: SlabTarget, filter: string, named: boolean) {
  const stacks = request.stacks ? '/call-graph=fp/' : '';
  const argv = [
    'perf',
    'record',
    '-q',
    '-a',
    '-k',
    'monotonic',
    '-m',
    BUFFER_PAGES,
    '-e',
    `kmem:kmem_cache_alloc${stacks}`,
    '--filter',
    filter,
  ] as const;
  const frees = ['-e', 'kmem:kmem_cache_free', ...(named ? ['--filter', filter] : []), '-o', '-'];
  const recording = await spawnProgram([...argv, ...frees, ...workload]);
  if (!recording.ok) return recording;
  const script = await spawnProgram(['perf', 'script', '--show-lost-events', '-i', '-']);
  if (!script.ok) {
    recording.value.kill();
    return script;
  }
  // perf tells all symbols and mappings before it begins: unread, it would wait for us for ever.
  const piped = script.value.takes(recording.value.output);
  if (!(await recording.value.saysOnError(READY, START_MILLISECONDS))) {
    recording.value.kill();
    await Promise.all([piped, script.value.exited]);
    return recording.value.complaints().trim().split('\n').slice(-3).join(' / ');
  }
  const window = openWindow(request);
  const pairs = pairing(window.limits);
  const bad = malformations();
  const wanted: Wanted = { names: new Set(target.aliases), bytes: target.slabBytes };
  const parsed = parsePerfScript(script.value.output, pairs, wanted, bad);
  await waitThrough(window, request);
  await pause(request.graceSeconds * 1000);
  recording.value.end();
  const [lost] = await Promise.all([parsed, piped, recording.value.exited, script.value.exited]);
  return available({
    engine: 'perf' as const,
    ...pairs.finish(),
    population: window.population,
    losses: { mapFull: 0, stacks: null, nested: null, rescued: 0, overrun: lost, malformedLines: bad.count },
    cost: null,
    degradations: [],
    notes: [
      ...(named ? [] : ["this kernel's allocation event has no name: allocations are told apart by size alone"]),
      ...(bad.first === undefined ? [] : [`perf script, line ${bad.first.line}: expected ${bad.first.expected}, found ${bad.first.found}`]),
    ],
  });
}
