import { buildCommand } from '@stricli/core';
import type { Context } from './context.ts';
import { said } from './language.ts';
import { colorFlag, fromFlag, jsonFlag, languageFlag, view, type ViewFlags } from './flags.ts';

interface AskFlags extends ViewFlags {
  readonly from?: string | undefined;
  readonly json: boolean;
}

export const askCommand = buildCommand<AskFlags, [], Context>({
  docs: {
    brief: said(
      'under what circumstances: kernel, configuration, rules, modules, services, as facts with their source',
      '问:处于何种境况:内核、配置、规则、模块、服务,逐条事实及其出处',
    ),
  },
  parameters: { flags: { from: fromFlag, json: jsonFlag, lang: languageFlag, color: colorFlag } },
  async func(flags) {
    const { consult, openHost } = await import('../consult/consult.ts');
    const host = await openHost(flags.from);
    try {
      const record = await consult(host, {
        seconds: 0,
        exams: new Set(['ask']),
        signal: this.signal,
        onProgress: (text) => this.progress(text),
        language: this.language,
      });
      if (flags.json) this.out(`${JSON.stringify({ facts: record.facts, unavailable: record.unavailable }, null, 1)}\n`);
      else {
        const { renderFacts } = await import('../record/facts.ts');
        const { language, color, width } = view(this, flags);
        this.out(renderFacts(record, language, { color, width }));
      }
    } finally {
      await host.close();
    }
  },
});
