import { spawnProgram, tethered } from '../../host/spawn.ts';
import { available, unavailable } from '../../model/reading.ts';
import type { Engine, Flow, Request } from '../engine.ts';
import { parseBpftrace } from '../parse/dump.ts';
import { linesOf, malformations } from '../parse/lines.ts';
import type { SlabTarget } from '../target.ts';
import { openWindow, pause, waitThrough } from '../window.ts';

/** Without it bpftrace forgets everything above 4,096 objects, silently. */
const MAP_KEYS = '1048576';

/**
 * Pairs in bpftrace's own maps. Allocations are taken while @on is set; an interval program clears it, so that frees alone
 * are heard in the grace.
 */
export function bpftraceScript(target: SlabTarget, request: Pick<Request, 'seconds' | 'stacks'>): string {
  const ours = `str(args->name) == "${target.name}"`;
  const place = request.stacks ? 'kstack' : 'ksym(args->call_site)';
  const milliseconds = Math.max(1, Math.round(request.seconds * 1000));
  return [
    'BEGIN { @on = 1; }',
    `interval:ms:${milliseconds} { @on = 0; }`,
    `tracepoint:kmem:kmem_cache_free /${ours}/ { delete(@live[args->ptr]); @frees = count(); }`,
    `tracepoint:kmem:kmem_cache_alloc /@on == 1 && ${ours}/ { @live[args->ptr] = ${place}; @alloc[${place}] = count(); }`,
    'END { clear(@on); }',
  ].join('\n');
}

/** bpftrace, where there is one that fits the kernel. */
export const bpftraceEngine: Engine = {
  id: 'bpftrace',
  async listen(request) {
    const { target } = request;
    if (target.kind !== 'slab')
      return unavailable('listening with bpftrace', 'unsupported', 'it listens to slab caches only', '--engine bpf');
    const script = bpftraceScript(target, request);
    const running = await spawnProgram(tethered(['bpftrace', '-f', 'json', '-e', script]), {
      BPFTRACE_MAP_KEYS_MAX: MAP_KEYS,
      BPFTRACE_MAX_MAP_KEYS: MAP_KEYS,
    });
    if (!running.ok) return running;
    let attached: ((yes: boolean) => void) | undefined;
    const ready = new Promise<boolean>((resolve) => {
      attached = resolve;
    });
    const lines: string[] = [];
    const read = (async () => {
      for await (const line of linesOf(running.value.output)) {
        lines.push(line);
        if (line.includes('attached_probes')) attached?.(true);
      }
      attached?.(false);
    })();
    if (!(await ready)) {
      await running.value.exited;
      const said = running.value.complaints().trim().split('\n').slice(0, 3).join(' / ');
      return unavailable(
        'bpftrace',
        said.includes('not found') ? 'absent' : 'unsupported',
        said,
        'install a bpftrace that fits the kernel, or use --engine bpf',
      );
    }
    const window = openWindow(request);
    await waitThrough(window, request);
    await pause(request.graceSeconds * 1000);
    running.value.end();
    await Promise.all([read, running.value.exited]);
    const bad = malformations();
    const text = new TextEncoder().encode(lines.join('\n'));
    const sites = await parseBpftrace([text], bad);
    const flow: Flow = {
      allocated: sites.reduce((sum, site) => sum + site.allocated, 0),
      freed: sites.reduce((sum, site) => sum + site.allocated - site.outstanding, 0),
      freedOlder: null,
      reallocated: 0,
    };
    return available({
      engine: 'bpftrace' as const,
      seconds: window.elapsed(),
      sites,
      flow,
      population: window.population,
      losses: { mapFull: 0, stacks: null, nested: null, rescued: 0, overrun: null, malformedLines: bad.count },
      cost: null,
      degradations: [],
      notes: ['bpftrace tells no ages: survivors are counted, none is called leaking'],
    });
  },
};
