import { buildCommand } from '@stricli/core';
import { bytes as sizeOf, duration } from '../kernel/units.ts';
import type { Context } from './context.ts';
import { fromFlag, parseDuration } from './flags.ts';

interface CaptureFlags {
  readonly output: string;
  readonly for: number;
  readonly from?: string | undefined;
  readonly redact: boolean;
}

export const captureCommand = buildCommand<CaptureFlags, [], Context>({
  docs: { brief: 'record all that a diagnosis reads into one file, to be diagnosed anywhere with --from' },
  parameters: {
    flags: {
      output: { kind: 'parsed', parse: String, brief: 'file to write', placeholder: 'FILE.kmai' },
      for: { kind: 'parsed', parse: parseDuration, default: '60s', brief: 'how long to record', placeholder: 'DURATION' },
      from: fromFlag,
      redact: { kind: 'boolean', default: false, brief: 'replace host names, addresses and user names by consistent pseudonyms' },
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
      });
      this.out(
        `${flags.output}: ${sizeOf(bytes)}, ${duration((Date.parse(record.window.end) - Date.parse(record.window.start)) / 1000)}; kmai diagnose --from ${flags.output}\n`,
      );
    } finally {
      await host.close();
    }
  },
});
