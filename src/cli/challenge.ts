import { buildCommand } from '@stricli/core';
import type { Plan } from '../consult/challenge.ts';
import { experimentWords, riskOf } from '../messages/experiment.ts';
import type { Language } from '../messages/reasons.ts';
import type { Context } from './context.ts';
import { exit } from './exit.ts';
import { jsonFlag, languageFlag, parseCount, parseDuration } from './flags.ts';

interface ChallengeFlags {
  readonly case?: string | undefined;
  readonly peer?: readonly string[] | undefined;
  readonly cache?: string | undefined;
  readonly events?: number | undefined;
  readonly rounds?: number | undefined;
  readonly settle?: number | undefined;
  readonly seed?: number | undefined;
  readonly limit?: number | undefined;
  readonly save?: string | undefined;
  readonly record?: string | undefined;
  readonly plan: boolean;
  readonly json: boolean;
  readonly lang?: Language | undefined;
}

const text = (brief: string, placeholder: string) => ({ kind: 'parsed', parse: String, optional: true, brief, placeholder }) as const;
const count = (brief: string) => ({ kind: 'parsed', parse: parseCount, optional: true, brief, placeholder: 'N' }) as const;
const time = (brief: string) => ({ kind: 'parsed', parse: parseDuration, optional: true, brief, placeholder: 'DURATION' }) as const;

export const challengeCommand = buildCommand<ChallengeFlags, string[], Context>({
  docs: {
    brief: 'an experiment: which of several stimuli makes objects of a cache, and how many each time',
    fullDescription: [
      'STIMULUS is udp4-… udp6-… tcp4-… tcp6-… icmp4-… icmp6-… with loopback, own, on-link, off-link or peer; dns@SERVER; open, stat, fork, socket, mount,',
      'cgroup, netns; or "run:PROGRAM ARGUMENTS". Or one protocol that was saved (NAME.yaml). An address may follow: udp6-off-link@[2001:db8::1]:7.',
      'Nothing is sent to any address that was not named. Exit codes: 1 something was convicted, 0 all acquitted, 2 cannot tell.',
    ].join('\n'),
  },
  parameters: {
    positional: { kind: 'array', parameter: { parse: String, brief: 'a stimulus, or a protocol file', placeholder: 'STIMULUS' } },
    flags: {
      case: text("run this case's own challenge", 'ID'),
      peer: {
        kind: 'parsed',
        parse: String,
        optional: true,
        variadic: true,
        brief: 'an address that may be sent to, [ADDRESS]:PORT with a port (UDP: 7, the echo service)',
        placeholder: 'ADDR',
      },
      cache: text('whose objects are counted: any alias', 'ALIAS'),
      events: count('events of each arm (default: 2000)'),
      rounds: count('bursts of each arm (default: 8)'),
      settle: time('how long after each burst is counted (default: 500ms)'),
      seed: count('of the random order (default: 1)'),
      limit: time('ends the experiment (default: 5m)'),
      save: text('write the protocol, to run it again', 'FILE.yaml'),
      record: text('a record that the outcome joins; it is diagnosed again', 'RECORD'),
      plan: { kind: 'boolean', default: false, withNegated: false, brief: 'show what would be done, and its risk; do nothing' },
      json: jsonFlag,
      lang: languageFlag,
    },
  },
  async func(flags, ...stimuli) {
    const { challenge } = await import('../consult/challenge.ts');
    const language = flags.lang ?? this.language;
    const { plan, outcome } = await challenge({
      ...flags,
      stimuli,
      peers: flags.peer ?? [],
      signal: this.signal,
      onProgress: (line) => this.progress(line),
    });
    if (outcome === null) {
      this.out(flags.json ? `${JSON.stringify(plan, null, 1)}\n` : planText(plan, language));
      return;
    }
    if (flags.json) this.out(`${JSON.stringify(outcome, null, 1)}\n`);
    else this.out((await import('../record/outcome.ts')).renderChallenge(outcome, language));
    if (!flags.json && !plan.exact) this.out(`  ${experimentWords[language].inexact(plan.lump)}\n`);
    if (flags.record !== undefined) await (await import('../consult/outcomes.ts')).addToRecord(flags.record, outcome);
    if (outcome.arms.some((arm) => arm.convicted)) this.exit(exit.abnormal);
    else if (outcome.arms.some((arm) => arm.undecided !== undefined)) this.exit(exit.inconclusive);
  },
});

function planText(plan: Plan, language: Language): string {
  const words = experimentWords[language];
  return [
    `  ${words.plan(plan.protocol.cache, plan.by)}`,
    ...plan.arms.map(
      ({ stimulus, address, events }) =>
        `    ${events} × ${stimulus}${address === '' ? '' : ` → ${address}`}: ${riskOf(stimulus, language)}`,
    ),
    `  ${words.slots(plan.slots, plan.protocol.rounds, plan.seconds)}`,
    `  ${words.nothingDone}`,
    '',
  ].join('\n');
}
