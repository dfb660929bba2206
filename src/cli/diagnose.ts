import { buildCommand } from '@stricli/core';
import type { ConsultOptions } from '../consult/consult.ts';
import type { consultCore } from '../consult/dump.ts';
import type { Record } from '../model/record.ts';
import type { Context } from './context.ts';
import { exitOf, UsageError } from './exit.ts';
import { colorFlag, fromFlag, jsonFlag, languageFlag, parseDuration, view, type ViewFlags } from './flags.ts';

const exams = ['look', 'ask', 'listen', 'touch'] as const;

interface DiagnoseFlags extends ViewFlags {
  readonly for: number;
  readonly from?: string | undefined;
  readonly core?: string | undefined;
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
      core: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'a memory dump: examined alone, or together with --from',
        placeholder: 'DUMP',
      },
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
    const host = flags.core !== undefined && flags.from === undefined ? undefined : await openHost(flags.from);
    try {
      const options = {
        seconds: flags.for,
        exams: new Set(flags.with ?? exams),
        signal: this.signal,
        onProgress: (text: string) => this.progress(text),
      };
      const record = flags.core === undefined ? await consult(host!, options) : await withDump(flags.core, host, options);
      const { language, color, width } = view(this, flags);
      if (flags.report !== undefined && format !== undefined) writeReport(record, flags.report, format, language);
      if (flags.json) this.out(`${JSON.stringify(record, null, 1)}\n`);
      else {
        const { renderText } = await import('../record/text.ts');
        this.out(renderText(record, language, { color, width }));
      }
      this.exit(exitOf(record.diagnosis.verdict));
    } finally {
      await host?.close();
    }
  },
});

async function withDump(path: string, host: Parameters<typeof consultCore>[1], options: ConsultOptions): Promise<Record> {
  const dump = await import('../consult/dump.ts');
  const consulted = await dump.consultCore(path, host, options);
  if (consulted.ok) return consulted.value;
  const { what, detail, help } = consulted.unavailable;
  throw new UsageError(`${what}: ${detail}${help === '' ? '' : `; what would help: ${help}`}`);
}
