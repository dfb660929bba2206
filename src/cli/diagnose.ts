import { buildCommand } from '@stricli/core';
import type { ConsultOptions } from '../consult/consult.ts';
import type { consultCore } from '../consult/dump.ts';
import type { Record } from '../model/record.ts';
import type { Context } from './context.ts';
import { said } from './language.ts';
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
  docs: {
    brief: said(
      'find out what grows in the kernel, whose it is, what drives it, and which known leak it is',
      '辨证:内核里什么在增长、属于谁、由什么驱动、是哪一种已知泄漏',
    ),
  },
  parameters: {
    flags: {
      for: { kind: 'parsed', parse: parseDuration, default: '60s', brief: said('how long to watch', '观察多久'), placeholder: 'DURATION' },
      from: fromFlag,
      core: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: said('a memory dump: examined alone, or together with --from', '内存转储:单独检查,或与 --from 一起'),
        placeholder: 'DUMP',
      },
      with: {
        kind: 'enum',
        values: exams,
        variadic: ',',
        optional: true,
        brief: said('examinations to make (default: all that are possible)', '要做的检查(默认:一切可行的)'),
      },
      report: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: said('also write the record: .html, .json or .md', '同时写出记录:.html、.json 或 .md'),
        placeholder: 'FILE',
      },
      json: jsonFlag,
      lang: languageFlag,
      color: colorFlag,
    },
  },
  async func(flags) {
    const { consult, openHost } = await import('../consult/consult.ts');
    const { reportFormat, writeReport } = await import('../consult/report.ts');
    const format = flags.report === undefined ? undefined : reportFormat(flags.report);
    if (flags.report !== undefined && format === undefined)
      throw new UsageError(said(`${flags.report}: a report is .html, .json or .md`, `${flags.report}:报告须为 .html、.json 或 .md`));
    const host = flags.core !== undefined && flags.from === undefined ? undefined : await openHost(flags.from);
    try {
      const options = {
        seconds: flags.for,
        exams: new Set(flags.with ?? exams),
        signal: this.signal,
        onProgress: (text: string) => this.progress(text),
        language: this.language,
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
