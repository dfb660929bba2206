import { buildCommand } from '@stricli/core';
import type { Plan } from '../consult/challenge.ts';
import { experimentWords, riskOf } from '../messages/experiment.ts';
import type { Language } from '../messages/reasons.ts';
import type { Context } from './context.ts';
import { said } from './language.ts';
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
    brief: said(
      'an experiment: which of several stimuli makes objects of a cache, and how many each time',
      '实验:哪种刺激会产生某缓存的对象,每次几个',
    ),
    fullDescription: said(
      [
        'STIMULUS is udp4-… udp6-… tcp4-… tcp6-… icmp4-… icmp6-… with loopback, own, on-link, off-link or peer; dns@SERVER; open, stat, fork, socket, mount,',
        'cgroup, netns; or "run:PROGRAM ARGUMENTS". Or one protocol that was saved (NAME.yaml). An address may follow: udp6-off-link@[2001:db8::1]:7.',
        'Nothing is sent to any address that was not named. Exit codes: 1 something was convicted, 0 all acquitted, 2 cannot tell.',
      ].join('\n'),
      [
        'STIMULUS 为 udp4-… udp6-… tcp4-… tcp6-… icmp4-… icmp6-…,后接 loopback、own、on-link、off-link 或 peer;dns@SERVER;open、stat、fork、socket、mount、',
        'cgroup、netns;或 "run:程序 参数"。或一份存下的方案(NAME.yaml)。其后可带地址:udp6-off-link@[2001:db8::1]:7。',
        '绝不发往未指明的地址。退出码:1 有所定罪,0 全部排除,2 无法判定。',
      ].join('\n'),
    ),
  },
  parameters: {
    positional: {
      kind: 'array',
      parameter: { parse: String, brief: said('a stimulus, or a protocol file', '刺激,或方案文件'), placeholder: 'STIMULUS' },
    },
    flags: {
      case: text(said("run this case's own challenge", '做这则病例自带的激发试验'), 'ID'),
      peer: {
        kind: 'parsed',
        parse: String,
        optional: true,
        variadic: true,
        brief: said(
          'an address that may be sent to, [ADDRESS]:PORT with a port (UDP: 7, the echo service)',
          '允许向其发送的地址,带端口写作 [ADDRESS]:PORT(UDP 为 7,echo 服务)',
        ),
        placeholder: 'ADDR',
      },
      cache: text(said('whose objects are counted: any alias', '计数哪个缓存的对象:任一别名'), 'ALIAS'),
      events: count(said('events of each arm (default: 2000)', '每组的事件数(默认 2000)')),
      rounds: count(said('bursts of each arm (default: 8)', '每组的脉冲次数(默认 8)')),
      settle: time(said('how long after each burst is counted (default: 500ms)', '每次脉冲之后多久计数(默认 500ms)')),
      seed: count(said('of the random order (default: 1)', '随机顺序的种子(默认 1)')),
      limit: time(said('ends the experiment (default: 5m)', '实验时限(默认 5m)')),
      save: text(said('write the protocol, to run it again', '写出方案,以便重做'), 'FILE.yaml'),
      record: text(said('a record that the outcome joins; it is diagnosed again', '将结果并入此记录,并重新诊断'), 'RECORD'),
      plan: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: said('show what would be done, and its risk; do nothing', '只说明会做什么、有何风险;什么都不做'),
      },
      json: jsonFlag,
      lang: languageFlag,
    },
  },
  async func(flags, ...stimuli) {
    const { challenge } = await import('../consult/challenge.ts');
    const language = this.language;
    const { plan, outcome } = await challenge({
      ...flags,
      stimuli,
      peers: flags.peer ?? [],
      signal: this.signal,
      onProgress: (line) => this.progress(line),
      language: this.language,
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
