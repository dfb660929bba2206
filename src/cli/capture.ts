import { buildCommand } from '@stricli/core';
import { bytes as sizeOf, duration } from '../kernel/units.ts';
import type { Context } from './context.ts';
import { said } from './language.ts';
import { fromFlag, parseDuration } from './flags.ts';

interface CaptureFlags {
  readonly output: string;
  readonly for: number;
  readonly from?: string | undefined;
  readonly redact: boolean;
}

export const captureCommand = buildCommand<CaptureFlags, [], Context>({
  docs: {
    brief: said(
      'record all that a diagnosis reads into one file, to be diagnosed anywhere with --from',
      '把诊断所读的一切录入一个文件,可在任何地方用 --from 诊断',
    ),
  },
  parameters: {
    flags: {
      output: { kind: 'parsed', parse: String, brief: said('file to write', '要写的文件'), placeholder: 'FILE.kmai' },
      for: { kind: 'parsed', parse: parseDuration, default: '60s', brief: said('how long to record', '录制多久'), placeholder: 'DURATION' },
      from: fromFlag,
      redact: {
        kind: 'boolean',
        default: false,
        brief: said('replace host names, addresses and user names by consistent pseudonyms', '将主机名、地址、用户名换成前后一致的化名'),
      },
    },
    aliases: { o: 'output' },
  },
  async func(flags) {
    const { openHost } = await import('../consult/consult.ts');
    const { captureTo } = await import('../consult/capture.ts');
    const host = await openHost(flags.from);
    try {
      const { record, bytes } = await captureTo(host, flags.output, {
        seconds: flags.for,
        redact: flags.redact,
        version: this.version,
        signal: this.signal,
        onProgress: (text) => this.progress(text),
        language: this.language,
      });
      this.out(
        `${flags.output}: ${sizeOf(bytes)}, ${duration((Date.parse(record.window.end) - Date.parse(record.window.start)) / 1000)}; kmai diagnose --from ${flags.output}\n`,
      );
    } finally {
      await host.close();
    }
  },
});
