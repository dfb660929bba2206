import { buildCommand } from '@stricli/core';
import type { Context } from './context.ts';
import { exitOf, UsageError } from './exit.ts';
import { colorFlag, fromFlag, jsonFlag, languageFlag, parseDuration, view, type ViewFlags } from './flags.ts';

const exams = ['look', 'ask', 'listen', 'touch'] as const;

interface DiagnoseFlags extends ViewFlags {
  readonly for: number;
  readonly from?: string | undefined;
  readonly with?: readonly (typeof exams)[number][] | undefined;
  readonly report?: string | undefined;
  readonly json: boolean;
}

export const diagnoseCommand = buildCommand<DiagnoseFlags, [], Context>({
  docs: { brief: 'find out what grows in the kernel, whose it is, what drives it, and which known leak it is' },
  parameters: {
    flags: {
      for: { kind: 'parsed', parse: parseDuration, default: '60s', brief: 'how long to watch', placeholder: 'DURATION' },
      from: fromFlag,
      with: { kind: 'enum', values: exams, variadic: ',', optional: true, brief: 'examinations to make (default: all that are possible)' },
      report: { kind: 'parsed', parse: String, optional: true, brief: 'also write the record: .json or .md', placeholder: 'FILE' },
      json: jsonFlag,
      lang: languageFlag,
      color: colorFlag,
    },
  },
  async func(flags) {
    const { consult, openHost } = await import('../consult/consult.ts');
    const { reportFormat, writeReport } = await import('../consult/report.ts');
    const format = flags.report === undefined ? undefined : reportFormat(flags.report);
    if (flags.report !== undefined && format === undefined) throw new UsageError(`${flags.report}: a report is .json or .md`);
    const host = await openHost(flags.from);
    try {
      const record = await consult(host, {
        seconds: flags.for,
        exams: new Set(flags.with ?? exams),
        signal: this.signal,
        onProgress: (text) => this.progress(text),
      });
      const { language, color, width } = view(this, flags);
      if (flags.report !== undefined && format !== undefined) writeReport(record, flags.report, format, language);
      if (flags.json) this.out(`${JSON.stringify(record, null, 1)}\n`);
      else {
        const { renderText } = await import('../record/text.ts');
        this.out(renderText(record, language, { color, width }));
      }
      this.exit(exitOf(record.diagnosis.verdict));
    } finally {
      await host.close();
    }
  },
});
