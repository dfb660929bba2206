import { buildCommand } from '@stricli/core';
import type { Context } from './context.ts';
import { UsageError } from './exit.ts';
import { colorFlag, languageFlag, view, type ViewFlags } from './flags.ts';

interface ReportFlags extends ViewFlags {
  readonly output?: string | undefined;
}

export const reportCommand = buildCommand<ReportFlags, [string], Context>({
  docs: { brief: 'write a record for people: as markdown for a ticket, as JSON, or as text to the terminal' },
  parameters: {
    flags: {
      output: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'file to write: .md or .json (default: text to stdout)',
        placeholder: 'FILE',
      },
      lang: languageFlag,
      color: colorFlag,
    },
    aliases: { o: 'output' },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'a record, as `kmai diagnose --json` prints it', parse: String, placeholder: 'RECORD' }],
    },
  },
  async func(flags, path) {
    const { readRecord, reportFormat, writeReport } = await import('../consult/report.ts');
    const format = flags.output === undefined ? undefined : reportFormat(flags.output);
    if (flags.output !== undefined && format === undefined) throw new UsageError(`${flags.output}: a report is .json or .md`);
    const record = readRecord(path);
    const { language, color, width } = view(this, flags);
    if (flags.output !== undefined && format !== undefined) writeReport(record, flags.output, format, language);
    else {
      const { renderText } = await import('../record/text.ts');
      this.out(renderText(record, language, { color, width }));
    }
  },
});
