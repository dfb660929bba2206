import { buildCommand } from '@stricli/core';
import { progressText } from '../messages/progress.ts';
import type { Context } from './context.ts';
import { said } from './language.ts';
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
  if (!(share > 0 && share <= 64))
    throw new UsageError(
      said(
        `"${text}" is no budget; expected a share of one CPU, e.g. 5%, 0.05 or none`,
        `“${text}”不是预算;应为一个 CPU 的份额,如 5%、0.05 或 none`,
      ),
    );
  return share;
}

export const listenCommand = buildCommand<ListenFlags, [string], Context>({
  docs: {
    brief: said(
      'who allocates from a slab cache and does not free, held against what the cache grew by',
      '闻:谁从某 slab 缓存分配而不释放,并与缓存的增长对账',
    ),
    fullDescription: said(
      'CACHE may be any alias of a merged cache, a kmalloc cache, pages, pages:ORDER, vmalloc or percpu. With --from it reads perf script, ftrace, bpftrace -f json, page_owner or alloc_traces.',
      'CACHE 可为合并缓存的任一别名、kmalloc 缓存、pages、pages:ORDER、vmalloc 或 percpu。配合 --from 可读 perf script、ftrace、bpftrace -f json、page_owner 或 alloc_traces。',
    ),
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: (text: string): string => text, brief: said('cache', '缓存'), placeholder: 'CACHE' }],
    },
    flags: {
      for: { kind: 'parsed', parse: parseDuration, default: '10s', brief: said('how long to listen', '听多久'), placeholder: 'DURATION' },
      engine: {
        kind: 'enum',
        values: engines,
        default: 'auto',
        brief: said('how to listen (default: the first that can)', '如何监听(默认:第一个可用的)'),
      },
      noStack: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: said('callers instead of stacks: a quarter of the cost', '只记调用者而不记调用栈:开销为四分之一'),
      },
      sample: {
        kind: 'parsed',
        parse: parseCount,
        default: '1',
        brief: said('record one allocation in N', '每 N 次分配记录一次'),
        placeholder: 'N',
      },
      budget: {
        kind: 'parsed',
        parse: parseBudget,
        default: '5%',
        brief: said('share of one CPU it may cost before it does less', '占用一个 CPU 的上限,超过便减量'),
        placeholder: 'SHARE',
      },
      capacity: {
        kind: 'parsed',
        parse: parseCount,
        optional: true,
        brief: said('live objects there is room for (default: as memory allows)', '可容纳的存活对象数(默认:视内存而定)'),
        placeholder: 'N',
      },
      from: {
        kind: 'parsed',
        parse: (text: string): string => text,
        optional: true,
        brief: said('read a trace that was taken elsewhere; - is standard input', '读取在别处录下的跟踪;- 为标准输入'),
        placeholder: 'TRACE',
      },
      top: { kind: 'parsed', parse: parseCount, default: '5', brief: said('how many call paths', '列出几条调用路径'), placeholder: 'N' },
      format: {
        kind: 'enum',
        values: outputs,
        default: 'text',
        brief: said('text, json, folded stacks or a speedscope file', 'text、json、folded 调用栈或 speedscope 文件'),
      },
      json: jsonFlag,
    },
  },
  async func(flags, cache) {
    const { listenFrom, listenTo } = await import('../consult/listen.ts');
    const stopTelling = flags.from === undefined ? tellHowFar(this, cache, flags.for) : () => {};
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
    stopTelling();
    const format = flags.json ? 'json' : flags.format;
    if (format === 'json') this.out(`${JSON.stringify(heard, null, 1)}\n`);
    else if (format === 'folded') this.out((await import('../record/folded.ts')).renderFolded(heard.callsites));
    else if (format === 'speedscope')
      this.out(`${JSON.stringify((await import('../record/speedscope.ts')).speedscopeOf(heard.callsites, cache))}\n`);
    else this.out((await import('../record/listened.ts')).renderListened(heard, { top: flags.top, width: this.width }, this.language));
    const denied = heard.unavailable.length > 0 && heard.unavailable.every(({ reason }) => reason === 'denied');
    if (heard.engine === null) this.exit(denied ? exit.notPermitted : exit.inconclusive);
    else if (heard.callsites.some(({ leaking }) => leaking === 'yes')) this.exit(exit.abnormal);
    else if (heard.callsites.some(({ leaking }) => leaking === 'unknown')) this.exit(exit.inconclusive);
  },
});

/** Once a second: how long it still takes. @returns what ends it */
function tellHowFar(context: Context, cache: string, seconds: number): () => void {
  const started = performance.now();
  const tell = (): void => {
    const done = Math.min(seconds, Math.round((performance.now() - started) / 1000));
    context.progress(progressText('listening_for', { cache, done, of: Math.round(seconds) }, context.language));
  };
  tell();
  const timer = setInterval(tell, 1000).unref();
  return () => {
    clearInterval(timer);
    context.progress('');
  };
}
