import { buildCommand } from '@stricli/core';
import type { EliminateAnswer } from '../consult/eliminate.ts';
import { tell } from '../messages/details.ts';
import { eliminationSentence, eliminationWords } from '../messages/elimination.ts';
import type { Language } from '../messages/reasons.ts';
import type { Context } from './context.ts';
import { said } from './language.ts';
import { exit } from './exit.ts';
import { jsonFlag, languageFlag, parseDuration } from './flags.ts';

interface EliminateFlags {
  readonly cache?: string | undefined;
  readonly units?: readonly string[] | undefined;
  readonly pids?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly freeze: number;
  readonly limit: number;
  readonly signals: boolean;
  readonly record?: string | undefined;
  readonly plan: boolean;
  readonly json: boolean;
  readonly lang?: Language | undefined;
}

const list = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: String, optional: true, variadic: ',', brief, placeholder }) as const;

export const eliminateCommand = buildCommand<EliminateFlags, [], Context>({
  docs: {
    brief: said(
      'which process or service drives the growth: pauses them by halves, never kills, always lets them go on',
      '神农尝百草:哪个进程或服务驱动了增长:逐半暂停,绝不杀死,总会恢复',
    ),
    fullDescription: said(
      'Never paused: init, kmai and its ancestors, sshd, journald, dbus, udev, network managers, storage, watchdogs, and what is excluded. Exit codes: 1 somebody drives it, 0 none of them, 2 cannot tell.',
      '绝不暂停:init、kmai 及其祖先进程、sshd、journald、dbus、udev、网络管理器、存储、看门狗,以及被排除者。退出码:1 找到驱动者,0 都不是,2 无法判定。',
    ),
  },
  parameters: {
    flags: {
      cache: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: said('whose growth is explained: any alias', '要解释哪个缓存的增长:任一别名'),
        placeholder: 'ALIAS',
      },
      units: list(said('only these services; "all" for all of them', '仅限这些服务;"all" 为全部'), 'UNIT,…'),
      pids: list(said('only these processes; "all" for all of them', '仅限这些进程;"all" 为全部'), 'PID,…'),
      exclude: list(said('never pause these: pids, names, units', '绝不暂停这些:进程号、名称、服务单元'), 'NAME,…'),
      freeze: {
        kind: 'parsed',
        parse: parseDuration,
        default: '20s',
        brief: said('the longest that anyone is paused at a time', '每次最长暂停多久'),
        placeholder: 'DURATION',
      },
      limit: {
        kind: 'parsed',
        parse: parseDuration,
        default: '5m',
        brief: said('ends the elimination', '排查时限'),
        placeholder: 'DURATION',
      },
      signals: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: said('pause with SIGSTOP even where there is a freezer', '即使有 freezer 也用 SIGSTOP 暂停'),
      },
      record: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: said('a record that the outcome joins', '将结果并入此记录'),
        placeholder: 'RECORD',
      },
      plan: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: said('show who would be paused, and the risk; do nothing', '只说明会暂停谁、有何风险;什么都不做'),
      },
      json: jsonFlag,
      lang: languageFlag,
    },
  },
  async func(flags) {
    const { eliminateGrowth } = await import('../consult/eliminate.ts');
    const language = this.language;
    const wanted = flags.units ?? flags.pids;
    const answer = await eliminateGrowth({
      cache: flags.cache,
      units: flags.units !== undefined ? true : flags.pids !== undefined ? false : undefined,
      only: wanted === undefined || wanted.includes('all') ? undefined : wanted,
      exclude: flags.exclude ?? [],
      freezeSeconds: flags.freeze,
      limitSeconds: flags.limit,
      signals: flags.signals,
      plan: flags.plan,
      signal: this.signal,
      onProgress: (line) => this.progress(line),
      language: this.language,
    });
    this.out(flags.json ? `${JSON.stringify(answer, null, 1)}\n` : answerText(answer, flags.freeze, language));
    if (answer.outcome === null) return;
    if (flags.record !== undefined) await (await import('../consult/outcomes.ts')).addToRecord(flags.record, answer.outcome);
    if (answer.doubt !== null) this.exit(exit.inconclusive);
    else if ((answer.outcome.elimination?.culprits.length ?? 0) > 0) this.exit(exit.abnormal);
  },
});

function answerText(answer: EliminateAnswer, seconds: number, language: Language): string {
  const words = eliminationWords[language];
  const found = answer.outcome?.elimination;
  if (found !== undefined)
    return [`  ${eliminationSentence(found, language)}`, ...(answer.doubt === null ? [] : [`  ${words.doubts[answer.doubt]}`]), ''].join(
      '\n',
    );
  return [
    `  ${words.plan(answer.candidates.length, answer.how, seconds)}`,
    `    ${answer.candidates.join(', ')}`,
    `  ${words.spared(answer.spared.length)}`,
    `    ${answer.spared.map(({ name, why }) => `${name} (${tell(why, language)})`).join(', ')}`,
    `  ${words.risk}`,
    `  ${words.nothingDone}`,
    '',
  ].join('\n');
}
