import { buildCommand } from '@stricli/core';
import type { Context } from './context.ts';
import { UsageError } from './exit.ts';
import { fromFlag, languageFlag, type ViewFlags } from './flags.ts';

interface ServeFlags extends Pick<ViewFlags, 'lang'> {
  readonly port: number;
  readonly from?: string | undefined;
}

/** @throws UsageError */
function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new UsageError(`"${text}" is no port; expected 0 to 65535 (0: any that is free)`);
  return Number(text);
}

export const serveCommand = buildCommand<ServeFlags, [], Context>({
  docs: {
    brief: 'a page of this machine, or of a capture: looks, diagnoses and listens, and changes nothing',
    fullDescription:
      'Answers on the loopback only, to whoever has the token in the address it prints. From another machine: ssh -L PORT:127.0.0.1:PORT HOST, with --port PORT. Ctrl-C ends it and whatever it examines.',
  },
  parameters: {
    flags: {
      port: { kind: 'parsed', parse: parsePort, default: '0', brief: 'port on the loopback (default: any that is free)', placeholder: 'N' },
      from: { ...fromFlag, brief: 'show a capture, a sosreport, a folder that looks like a root, or a record, instead of this machine' },
      lang: languageFlag,
    },
  },
  async func(flags) {
    const { serve } = await import('../server/serve.ts');
    await serve({
      port: flags.port,
      from: flags.from,
      language: flags.lang,
      version: this.version,
      signal: this.signal,
      onReady: (address) => this.out(`${address}\n`),
    });
  },
});
