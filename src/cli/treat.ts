import { createInterface } from 'node:readline/promises';
import { buildCommand } from '@stricli/core';
import type { Option, Treated } from '../consult/treat.ts';
import type { Language } from '../messages/reasons.ts';
import { treatmentSentence, treatmentWords } from '../messages/treatment.ts';
import type { Context } from './context.ts';
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
    brief: 'what can be done about a case here, with the exact commands; --apply does it and measures whether it helped',
    fullDescription:
      'Changes nothing without --apply, and asks before it does. What was changed stays until `kmai undo`. With --peer the growth is compared at equal dose, by the case’s own challenge; otherwise over time. Exit codes: 0 stopped (or nothing done), 1 slowed or unchanged, 2 cannot tell yet.',
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, brief: 'a case, or with --record a finding', placeholder: 'CASE|FINDING' }],
    },
    flags: {
      apply: { kind: 'parsed', parse: String, optional: true, brief: 'do this one of the remedies', placeholder: 'REMEDY' },
      verify: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'measure again what the treatment in --record did; changes nothing',
      },
      yes: { kind: 'boolean', default: false, withNegated: false, brief: 'do not ask' },
      peer: texts("an address that the case's challenge may be sent to", 'ADDR'),
      cache: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: "whose growth is watched (default: the case's)",
        placeholder: 'ALIAS',
      },
      for: {
        kind: 'parsed',
        parse: parseDuration,
        default: '10s',
        brief: 'how long it is watched, before and after',
        placeholder: 'DURATION',
      },
      events: { kind: 'parsed', parse: parseCount, optional: true, brief: 'the dose, before and after (default: 600)', placeholder: 'N' },
      set: texts('fills in a word in capitals: UNIT=nginx.service', 'NAME=VALUE'),
      record: {
        kind: 'parsed',
        parse: String,
        optional: true,
        brief: 'the record the finding is of; the outcome joins it',
        placeholder: 'RECORD',
      },
      json: jsonFlag,
      lang: languageFlag,
    },
  },
  async func(flags, about) {
    const { treat } = await import('../consult/treat.ts');
    const language = flags.lang ?? this.language;
    if (flags.apply !== undefined && !flags.yes && !process.stdin.isTTY) throw new UsageError('nobody can be asked here: --yes');
    if (flags.apply !== undefined && flags.verify) throw new UsageError('--apply measures by itself; --verify is for later');
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
    });
    this.out(flags.json ? `${JSON.stringify(treated, null, 1)}\n` : treatedText(treated, flags, language));
    const { outcome } = treated;
    if (outcome === null) return;
    if (flags.record !== undefined) await (await import('../consult/outcomes.ts')).addToRecord(flags.record, outcome);
    if (outcome.verified !== 'stopped') this.exit(outcome.verified === 'cannot-tell' ? exit.inconclusive : exit.abnormal);
  },
});

async function agree(steps: readonly { readonly argv: readonly string[] }[], language: Language): Promise<boolean> {
  for (const { argv } of steps) process.stderr.write(`  ${argv.join(' ')}\n`);
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
    return [treated.case.title[language], '', ...treated.options.flatMap((option) => optionLines(option, treated.fixedIn, language))].join(
      '\n',
    );
  if (treated.outcome?.treatment === undefined) return `  ${words.declined}\n`;
  if (verify) return `  ${treatmentSentence(treated.outcome.treatment, treated.outcome.verified, language)}\n`;
  const back = treated.journal.length === 0 ? [`  ${words.irreversible}`] : [`  ${words.journal(treated.journal.join(', '))}`];
  return [`  ${treatmentSentence(treated.outcome.treatment, treated.outcome.verified, language)}`, ...back, ''].join('\n');
}

function optionLines({ remedy, steps, why }: Option, fixedIn: readonly string[], language: Language): readonly string[] {
  const words = treatmentWords[language];
  const undoable = steps === null ? remedy.reversible : steps.every(({ undo }) => undo !== null);
  const advice = remedy.commands.length === 0;
  return [
    `  ${remedy.id}: ${remedy.does[language]}`,
    `    ${words.risk}: ${remedy.risk[language]}; ${undoable ? words.reversible : words.irreversible}`,
    ...(advice && fixedIn.length > 0 ? [`    ${words.fixedIn(fixedIn.join(', '))}`] : []),
    ...(steps ?? []).map(({ argv }) => `      ${argv.join(' ')}`),
    ...(steps === null && !advice
      ? [
          ...remedy.commands.map((argv) => `      ${argv.join(' ')}`),
          `    ${words.notNow(`${why?.what ?? ''}: ${why?.detail ?? ''}${why?.help ? `; ${why.help}` : ''}`)}`,
        ]
      : []),
    ...(steps === null ? [] : [`    ${words.apply(remedy.id)}`]),
    '',
  ];
}
