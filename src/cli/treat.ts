import { createInterface } from 'node:readline/promises';
import { buildCommand } from '@stricli/core';
import type { Option, Treated } from '../consult/treat.ts';
import { shellLine } from '../consult/shell.ts';
import type { Language } from '../messages/reasons.ts';
import { tell } from '../messages/details.ts';
import { treatmentSentence, treatmentWords } from '../messages/treatment.ts';
import type { Context } from './context.ts';
import { said } from './language.ts';
import { exit, UsageError } from './exit.ts';
import { jsonFlag, languageFlag, parseCount, parseDuration } from './flags.ts';

interface TreatFlags {
  readonly apply?: string | undefined;
  readonly verify: boolean;
  readonly yes: boolean;
  readonly peer?: readonly string[] | undefined;
  readonly cache?: string | undefined;
  readonly for: number;
  readonly events?: number | undefined;
  readonly set?: readonly string[] | undefined;
  readonly record?: string | undefined;
  readonly json: boolean;
  readonly lang?: Language | undefined;
}

const texts = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: String, optional: true, variadic: true, brief, placeholder }) as const;

export const treatCommand = buildCommand<TreatFlags, [string], Context>({
  docs: {
    brief: said(
      'what can be done about a case here, with the exact commands; --apply does it and measures whether it helped',
      '论治:此病在此机如何治,给出确切命令;--apply 施治并测量是否见效',
    ),
    fullDescription: said(
      'Changes nothing without --apply, and asks before it does. What was changed stays until `kmai undo`. With --peer the growth is compared at equal dose, by the case’s own challenge; otherwise over time. Exit codes: 0 stopped (or nothing done), 1 slowed or unchanged, 2 cannot tell yet.',
      '不加 --apply 则什么都不改;加了也先询问。所做更改保留至 `kmai undo`。给出 --peer 时以病例自带的激发试验按等剂量比较增长,否则按时间比较。退出码:0 已停止(或未施治),1 减缓或没有变化,2 尚无法判定。',
    ),
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          brief: said('a case, or with --record a finding', '病例,或配合 --record 的一项发现'),
          placeholder: 'CASE|FINDING',
        },
      ],
    },
    flags: {
      apply: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: said('do this one of the remedies', '施行此治法'),
        placeholder: 'REMEDY',
      },
      verify: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: said('measure again what the treatment in --record did; changes nothing', '再次测量 --record 中的治疗效果;不作任何更改'),
      },
      yes: { kind: 'boolean', default: false, withNegated: false, brief: said('do not ask', '不再询问') },
      peer: texts(said("an address that the case's challenge may be sent to", '病例的激发试验可向其发送的地址'), 'ADDR'),
      cache: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: said("whose growth is watched (default: the case's)", '观察哪个缓存的增长(默认:病例所指)'),
        placeholder: 'ALIAS',
      },
      for: {
        kind: 'parsed',
        parse: parseDuration,
        default: '10s',
        brief: said('how long it is watched, before and after', '施治前后各观察多久'),
        placeholder: 'DURATION',
      },
      events: {
        kind: 'parsed',
        parse: parseCount,
        optional: true,
        brief: said('the dose, before and after (default: 600)', '施治前后的剂量(默认 600)'),
        placeholder: 'N',
      },
      set: texts(said('fills in a word in capitals: UNIT=nginx.service', '填入大写的词:UNIT=nginx.service'), 'NAME=VALUE'),
      record: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: said('the record the finding is of; the outcome joins it', '发现所在的记录;结果并入其中'),
        placeholder: 'RECORD',
      },
      json: jsonFlag,
      lang: languageFlag,
    },
  },
  async func(flags, about) {
    const { treat } = await import('../consult/treat.ts');
    const language = this.language;
    if (flags.apply !== undefined && !flags.yes && !process.stdin.isTTY)
      throw new UsageError(said('nobody can be asked here: --yes', '此处无人可问:请加 --yes'));
    if (flags.apply !== undefined && flags.verify)
      throw new UsageError(said('--apply measures by itself; --verify is for later', '--apply 自会测量;--verify 用于事后'));
    const treated = await treat({
      about,
      record: flags.record,
      apply: flags.apply ?? null,
      verify: flags.verify,
      agreed: (steps) => (flags.yes ? Promise.resolve(true) : agree(steps, language)),
      peers: flags.peer ?? [],
      cache: flags.cache,
      seconds: flags.for,
      events: flags.events,
      given: flags.set ?? [],
      signal: this.signal,
      onProgress: (line) => this.progress(line),
      language: this.language,
    });
    this.out(flags.json ? `${JSON.stringify(treated, null, 1)}\n` : treatedText(treated, flags, language));
    const { outcome } = treated;
    if (outcome === null) return;
    if (flags.record !== undefined) await (await import('../consult/outcomes.ts')).addToRecord(flags.record, outcome);
    if (outcome.verified !== 'stopped') this.exit(outcome.verified === 'cannot-tell' ? exit.inconclusive : exit.abnormal);
  },
});

async function agree(steps: readonly { readonly argv: readonly string[] }[], language: Language): Promise<boolean> {
  for (const { argv } of steps) process.stderr.write(`  ${shellLine(argv)}\n`);
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(y|yes|是|好)$/i.test((await asking.question(`  ${treatmentWords[language].ask}`)).trim());
  } finally {
    asking.close();
  }
}

function treatedText(treated: Treated, { apply, verify }: Pick<TreatFlags, 'apply' | 'verify'>, language: Language): string {
  const words = treatmentWords[language];
  if (apply === undefined && !verify)
    return [
      treated.case.title[language],
      '',
      ...treated.options.flatMap((option) => optionLines(option, treated.fixedIn, language)),
      `  ${words.nothingDone}`,
      '',
    ].join('\n');
  if (treated.outcome?.treatment === undefined) return `  ${words.declined}\n`;
  if (verify) return `  ${treatmentSentence(treated.outcome.treatment, treated.outcome.verified, language)}\n`;
  const back = treated.journal.length === 0 ? [`  ${words.irreversible}`] : [`  ${words.journal(treated.journal.join(', '))}`];
  return [`  ${treatmentSentence(treated.outcome.treatment, treated.outcome.verified, language)}`, ...back, ''].join('\n');
}

function optionLines({ remedy, steps, why }: Option, fixedIn: readonly string[], language: Language): readonly string[] {
  const words = treatmentWords[language];
  const undoable = steps === null ? remedy.reversible : steps.every(({ undo }) => undo !== null);
  const advice = remedy.commands.length + remedy.boot_parameters.length === 0;
  return [
    `  ${remedy.id}: ${remedy.does[language]}`,
    `    ${words.risk}: ${remedy.risk[language]}; ${undoable ? words.reversible : words.irreversible}`,
    ...(advice && fixedIn.length > 0 ? [`    ${words.fixedIn(fixedIn.join(', '))}`] : []),
    ...(steps ?? []).map(({ argv }) => `      ${shellLine(argv)}`),
    ...(steps === null && !advice
      ? [
          ...[...remedy.commands, ...remedy.boot_parameters.map((word) => [word])].map((argv) => `      ${shellLine(argv)}`),
          `    ${words.notNow(`${why?.what ?? ''}: ${tell(why?.detail ?? '', language)}${why?.help ? `; ${tell(why.help, language)}` : ''}`)}`,
        ]
      : []),
    ...(steps === null ? [] : [`    ${words.apply(remedy.id)}`]),
    '',
  ];
}
