import { buildCommand } from '@stricli/core';
import type { Context } from './context.ts';
import { exit, UsageError } from './exit.ts';
import { jsonFlag, parseCount, parseDuration } from './flags.ts';

const engines = ['auto', 'bpf', 'tracefs', 'perf', 'bpftrace'] as const;
const outputs = ['text', 'json', 'folded', 'speedscope'] as const;

interface ListenFlags {
  readonly for: number;
  readonly engine: (typeof engines)[number];
  readonly noStack: boolean;
  readonly sample: number;
  readonly budget: number;
  readonly capacity?: number | undefined;
  readonly from?: string | undefined;
  readonly top: number;
  readonly format: (typeof outputs)[number];
  readonly json: boolean;
}

/** "5%" or "0.05" → 0.05; "none" → Infinity. @throws UsageError */
export function parseBudget(text: string): number {
  if (text === 'none') return Number.POSITIVE_INFINITY;
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  const share = match === null ? Number.NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
  if (!(share > 0 && share <= 64)) throw new UsageError(`"${text}" is no budget; expected a share of one CPU, e.g. 5%, 0.05 or none`);
  return share;
}

export const listenCommand = buildCommand<ListenFlags, [string], Context>({
  docs: {
    brief: 'who allocates from a slab cache and does not free, held against what the cache grew by',
    fullDescription:
      'CACHE may be any alias of a merged cache, a kmalloc cache, pages, pages:ORDER, vmalloc or percpu. With --from it reads perf script, ftrace, bpftrace -f json, page_owner or alloc_traces.',
  },
  parameters: {
    positional: { kind: 'tuple', parameters: [{ parse: (text: string): string => text, brief: 'cache', placeholder: 'CACHE' }] },
    flags: {
      for: { kind: 'parsed', parse: parseDuration, default: '10s', brief: 'how long to listen', placeholder: 'DURATION' },
      engine: { kind: 'enum', values: engines, default: 'auto', brief: 'how to listen (default: the first that can)' },
      noStack: { kind: 'boolean', default: false, withNegated: false, brief: 'callers instead of stacks: a quarter of the cost' },
      sample: { kind: 'parsed', parse: parseCount, default: '1', brief: 'record one allocation in N', placeholder: 'N' },
      budget: {
        kind: 'parsed',
        parse: parseBudget,
        default: '5%',
        brief: 'share of one CPU it may cost before it does less',
        placeholder: 'SHARE',
      },
      capacity: {
        kind: 'parsed',
        parse: parseCount,
        optional: true,
        brief: 'live objects there is room for (default: as memory allows)',
        placeholder: 'N',
      },
      from: {
        kind: 'parsed',
        parse: (text: string): string => text,
        optional: true,
        brief: 'read a trace that was taken elsewhere; - is standard input',
        placeholder: 'TRACE',
      },
      top: { kind: 'parsed', parse: parseCount, default: '5', brief: 'how many call paths', placeholder: 'N' },
      format: { kind: 'enum', values: outputs, default: 'text', brief: 'text, json, folded stacks or a speedscope file' },
      json: jsonFlag,
    },
  },
  async func(flags, cache) {
    const { listenFrom, listenTo } = await import('../consult/listen.ts');
    this.progress(`listening to ${cache} …`);
    const heard =
      flags.from === undefined
        ? await listenTo({
            cache,
            seconds: flags.for,
            engine: flags.engine,
            stacks: !flags.noStack,
            sample: flags.sample,
            budget: flags.budget,
            signal: this.signal,
            ...(flags.capacity === undefined ? {} : { capacity: flags.capacity }),
          })
        : await listenFrom(flags.from, cache);
    const format = flags.json ? 'json' : flags.format;
    if (format === 'json') this.out(`${JSON.stringify(heard, null, 1)}\n`);
    else if (format === 'folded') this.out((await import('../record/folded.ts')).renderFolded(heard.callsites));
    else if (format === 'speedscope')
      this.out(`${JSON.stringify((await import('../record/speedscope.ts')).speedscopeOf(heard.callsites, cache))}\n`);
    else this.out((await import('../record/listened.ts')).renderListened(heard, { top: flags.top, width: this.width }));
    const denied = heard.unavailable.length > 0 && heard.unavailable.every(({ reason }) => reason === 'denied');
    if (heard.engine === null) this.exit(denied ? exit.notPermitted : exit.inconclusive);
    else if (heard.callsites.some(({ leaking }) => leaking === 'yes')) this.exit(exit.abnormal);
    else if (heard.callsites.some(({ leaking }) => leaking === 'unknown')) this.exit(exit.inconclusive);
  },
});
