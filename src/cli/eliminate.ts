import { buildCommand } from '@stricli/core';
import type { EliminateAnswer } from '../consult/eliminate.ts';
import { eliminationSentence, eliminationWords } from '../messages/elimination.ts';
import type { Language } from '../messages/reasons.ts';
import type { Context } from './context.ts';
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
    brief: 'which process or service drives the growth: pauses them by halves, never kills, always lets them go on',
    fullDescription:
      'Never paused: init, kmai and its ancestors, sshd, journald, dbus, udev, network managers, storage, watchdogs, and what is excluded. Exit codes: 1 somebody drives it, 0 none of them, 2 cannot tell.',
  },
  parameters: {
    flags: {
      cache: { kind: 'parsed', parse: String, optional: true, brief: 'whose growth is explained: any alias', placeholder: 'ALIAS' },
      units: list('only these services; "all" for all of them', 'UNIT,…'),
      pids: list('only these processes; "all" for all of them', 'PID,…'),
      exclude: list('never pause these: pids, names, units', 'NAME,…'),
      freeze: {
        kind: 'parsed',
        parse: parseDuration,
        default: '20s',
        brief: 'the longest that anyone is paused at a time',
        placeholder: 'DURATION',
      },
      limit: { kind: 'parsed', parse: parseDuration, default: '5m', brief: 'ends the elimination', placeholder: 'DURATION' },
      signals: { kind: 'boolean', default: false, withNegated: false, brief: 'pause with SIGSTOP even where there is a freezer' },
      record: { kind: 'parsed', parse: String, optional: true, brief: 'a record that the outcome joins', placeholder: 'RECORD' },
      plan: { kind: 'boolean', default: false, withNegated: false, brief: 'show who would be paused, and the risk; do nothing' },
      json: jsonFlag,
      lang: languageFlag,
    },
  },
  async func(flags) {
    const { eliminateGrowth } = await import('../consult/eliminate.ts');
    const language = flags.lang ?? this.language;
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
    `    ${answer.spared.map(({ name, why }) => `${name} (${why})`).join(', ')}`,
    `  ${words.risk}`,
    `  ${words.nothingDone}`,
    '',
  ].join('\n');
}
