import { buildCommand } from '@stricli/core';
import type { Context } from './context.ts';
import { said } from './language.ts';
import { UsageError } from './exit.ts';
import { colorFlag, fromFlag, jsonFlag, languageFlag, parseCount, parseDuration, view, type ViewFlags } from './flags.ts';

interface LookFlags extends ViewFlags {
  readonly once: boolean;
  readonly for?: number | undefined;
  readonly from?: string | undefined;
  readonly top: number;
  readonly json: boolean;
}

export const lookCommand = buildCommand<LookFlags, [], Context>({
  docs: {
    brief: said(
      'where the memory is: the ledger and the slab caches with all their names; with --for, how they grow',
      '望:内存在哪里:账目与各 slab 缓存及其全部名称;终端上为实时视图,加 --for 则看增长',
    ),
  },
  parameters: {
    flags: {
      once: {
        kind: 'boolean',
        default: false,
        brief: said('one look (the default where there is no terminal)', '只看一次(没有终端时的默认)'),
      },
      for: {
        kind: 'parsed',
        parse: parseDuration,
        optional: true,
        brief: said('watch for a while and print growth', '观察一段时间并打印增长'),
        placeholder: 'DURATION',
      },
      from: fromFlag,
      top: { kind: 'parsed', parse: parseCount, default: '15', brief: said('how many caches', '列出几个缓存'), placeholder: 'N' },
      json: jsonFlag,
      lang: languageFlag,
      color: colorFlag,
    },
  },
  async func(flags) {
    if (flags.once && flags.for !== undefined)
      throw new UsageError(said('--once and --for exclude each other', '--once 与 --for 不可并用'));
    if (!flags.once && flags.for === undefined && flags.from === undefined && !flags.json && this.interactive) {
      this.exit(await live(this, flags));
      return;
    }
    const { consult, openHost } = await import('../consult/consult.ts');
    const host = await openHost(flags.from);
    try {
      const record = await consult(host, {
        seconds: flags.for ?? 0,
        exams: new Set(['look']),
        signal: this.signal,
        onProgress: (text) => this.progress(text),
        language: this.language,
      });
      if (flags.json) this.out(`${JSON.stringify(record, null, 1)}\n`);
      else {
        const { renderLook } = await import('../record/look.ts');
        const { language, color, width } = view(this, flags);
        this.out(renderLook(record, language, { color, width, top: flags.top }));
      }
    } finally {
      await host.close();
    }
  },
});

/** On a terminal, and nothing else is asked for. */
async function live(context: Context, flags: LookFlags): Promise<number> {
  const { watchThisMachine } = await import('../consult/watch.ts');
  const { runLive } = await import('../tui/live.ts');
  const watch = watchThisMachine();
  const { language, color } = view(context, flags);
  try {
    return await runLive({
      watch,
      language,
      colors: color ? context.colors : 0,
      plain: context.plain,
      signal: context.signal,
      interval: 1,
    });
  } finally {
    await watch.close();
  }
}
