import { buildCommand } from '@stricli/core';
import type { Context } from './context.ts';
import { said } from './language.ts';
import { UsageError } from './exit.ts';
import { colorFlag, languageFlag, view, type ViewFlags } from './flags.ts';

interface ReportFlags extends ViewFlags {
  readonly output?: string | undefined;
}

export const reportCommand = buildCommand<ReportFlags, [string], Context>({
  docs: {
    brief: said(
      'write a record for people: as a page of its own, as markdown for a ticket, as JSON, or as text to the terminal',
      '把记录写给人看:独立网页、工单用的 markdown、JSON,或终端上的文本',
    ),
  },
  parameters: {
    flags: {
      output: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: said('file to write: .html, .md or .json (default: text to stdout)', '要写的文件:.html、.md 或 .json(默认:文本至标准输出)'),
        placeholder: 'FILE',
      },
      lang: languageFlag,
      color: colorFlag,
    },
    aliases: { o: 'output' },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          brief: said(
            'a record, as `kmai diagnose --json` prints it, or a capture or sosreport to diagnose',
            '记录,即 `kmai diagnose --json` 的输出;或待诊断的捕获包或 sosreport',
          ),
          parse: String,
          placeholder: 'RECORD',
        },
      ],
    },
  },
  async func(flags, path) {
    const { recordOf, reportFormat, writeReport } = await import('../consult/report.ts');
    const format = flags.output === undefined ? undefined : reportFormat(flags.output);
    if (flags.output !== undefined && format === undefined)
      throw new UsageError(said(`${flags.output}: a report is .html, .json or .md`, `${flags.output}:报告须为 .html、.json 或 .md`));
    const record = await recordOf(path, { signal: this.signal, onProgress: (text) => this.progress(text) });
    const { language, color, width } = view(this, flags);
    if (flags.output !== undefined && format !== undefined) writeReport(record, flags.output, format, language);
    else {
      const { renderText } = await import('../record/text.ts');
      this.out(renderText(record, language, { color, width }));
    }
  },
});
