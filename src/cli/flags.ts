import type { Language } from '../messages/reasons.ts';
import { languages } from '../messages/reasons.ts';
import type { Context } from './context.ts';
import { said } from './language.ts';
import { UsageError } from './exit.ts';

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, '': 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** "90s", "5m", "2h", "500ms" or plain seconds. @throws UsageError */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min|m|h|d|)$/.exec(text.trim());
  const seconds = match ? Number(match[1]) * unitSeconds[match[2]!]! : Number.NaN;
  if (!(seconds > 0 && seconds <= 31 * 86_400))
    throw new UsageError(
      said(`"${text}" is no duration; expected e.g. 60s, 5m or 2h, at most 31d`, `“${text}”不是时长;应形如 60s、5m 或 2h,至多 31d`),
    );
  return seconds;
}

/** @throws UsageError for anything but a whole number of at least one */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new UsageError(said(`"${text}" is no count; expected a whole number of at least 1`, `“${text}”不是数目;应为不小于 1 的整数`));
  return Number(text);
}

/** "300M", "2G", "64K" or plain bytes, in powers of 1024. @throws UsageError */
export function parseBytes(text: string): number {
  const match = /^(\d{1,12})([KMGT]?)(i?B)?$/i.exec(text.trim());
  if (match === null)
    throw new UsageError(said(`"${text}" is no amount of memory; expected e.g. 300M or 2G`, `"${text}" 不是内存大小;应为如 300M 或 2G`));
  return Number(match[1]) * 1024 ** ' KMGT'.indexOf((match[2] || ' ').toUpperCase());
}

export const jsonFlag = { kind: 'boolean', brief: said('print the record as JSON', '以 JSON 输出'), default: false } as const;
export const languageFlag = {
  kind: 'enum',
  values: languages,
  brief: said('language of the output (default from LANG)', '输出语言(默认取自 LANG)'),
  optional: true,
} as const;
export const colorFlag = {
  kind: 'boolean',
  brief: said('colours (default: on a terminal, unless NO_COLOR)', '颜色(默认:终端上启用,除非设了 NO_COLOR)'),
  optional: true,
} as const;
export const fromFlag = {
  kind: 'parsed',
  parse: (text: string): string => text,
  brief: said(
    'examine a capture, a sosreport or a folder that looks like a root, instead of this machine',
    '不查本机,而查采样文件、sosreport 或形如根目录的文件夹',
  ),
  placeholder: 'PATH',
  optional: true,
} as const;

export interface ViewFlags {
  readonly lang?: Language | undefined;
  readonly color?: boolean | undefined;
}

/** How to render: what the flags say, else what the terminal is. The language was taken from the line before any command saw it. */
export function view(context: Context, flags: ViewFlags): { readonly language: Language; readonly color: boolean; readonly width: number } {
  return { language: context.language, color: flags.color ?? context.color, width: context.width };
}
