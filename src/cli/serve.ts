import { buildCommand } from '@stricli/core';
import type { Context } from './context.ts';
import { askedLanguage, said } from './language.ts';
import { UsageError } from './exit.ts';
import { fromFlag, languageFlag, type ViewFlags } from './flags.ts';

interface ServeFlags extends Pick<ViewFlags, 'lang'> {
  readonly port: number;
  readonly from?: string | undefined;
}

/** @throws UsageError */
function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new UsageError(
      said(`"${text}" is no port; expected 0 to 65535 (0: any that is free)`, `“${text}”不是端口;应为 0 至 65535(0:任一空闲端口)`),
    );
  return Number(text);
}

export const serveCommand = buildCommand<ServeFlags, [], Context>({
  docs: {
    brief: said(
      'a page of this machine, or of a capture: looks, diagnoses and listens, and changes nothing',
      '本机或采样的网页:望、闻、诊断,什么都不改',
    ),
    fullDescription: said(
      'Answers on the loopback only, to whoever has the token in the address it prints. From another machine: ssh -L PORT:127.0.0.1:PORT HOST, with --port PORT. Ctrl-C ends it and whatever it examines.',
      '只在回环地址上应答,且只答持有所印地址中令牌者。从别的机器访问:ssh -L PORT:127.0.0.1:PORT HOST,并加 --port PORT。Ctrl-C 结束它及其检查。',
    ),
  },
  parameters: {
    flags: {
      port: {
        kind: 'parsed',
        parse: parsePort,
        default: '0',
        brief: said('port on the loopback (default: any that is free)', '回环上的端口(默认:任一空闲端口)'),
        placeholder: 'N',
      },
      from: {
        ...fromFlag,
        brief: said(
          'show a capture, a sosreport, a folder that looks like a root, or a record, instead of this machine',
          '不看本机,而看采样、sosreport、形如根目录的文件夹或记录',
        ),
      },
      lang: languageFlag,
    },
  },
  async func(flags) {
    const { serve } = await import('../server/serve.ts');
    await serve({
      port: flags.port,
      from: flags.from,
      language: askedLanguage,
      version: this.version,
      signal: this.signal,
      onReady: (address) => this.out(`${address}\n`),
    });
  },
});
