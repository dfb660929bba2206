import { buildCommand } from '@stricli/core';
import type { Context } from './context.ts';
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
  docs: { brief: 'where the memory is: the ledger and the slab caches with all their names; with --for, how they grow' },
  parameters: {
    flags: {
      once: { kind: 'boolean', default: false, brief: 'one look (the default without --for)' },
      for: { kind: 'parsed', parse: parseDuration, optional: true, brief: 'watch for a while and print growth', placeholder: 'DURATION' },
      from: fromFlag,
      top: { kind: 'parsed', parse: parseCount, default: '15', brief: 'how many caches', placeholder: 'N' },
      json: jsonFlag,
      lang: languageFlag,
      color: colorFlag,
    },
  },
  async func(flags) {
    if (flags.once && flags.for !== undefined) throw new UsageError('--once and --for exclude each other');
    const { consult, openHost } = await import('../consult/consult.ts');
    const host = await openHost(flags.from);
    try {
      const record = await consult(host, {
        seconds: flags.for ?? 0,
        exams: new Set(['look']),
        signal: this.signal,
        onProgress: (text) => this.progress(text),
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
