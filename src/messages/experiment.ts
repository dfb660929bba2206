/** The words of experiments: what an event is, and what an arm showed, as a sentence that can be quoted. */
import type { OutcomeArm } from '../model/evidence.ts';
import type { Language } from './sentence.ts';

type Words = Readonly<Record<Language, string>>;

/** One event of a stimulus, by its kind. */
const events: Readonly<Record<string, Words>> = {
  udp4: { en: 'UDP packet over IPv4', zh: 'IPv4 UDP 包' },
  udp6: { en: 'UDP packet over IPv6', zh: 'IPv6 UDP 包' },
  tcp4: { en: 'TCP connection over IPv4', zh: 'IPv4 TCP 连接' },
  tcp6: { en: 'TCP connection over IPv6', zh: 'IPv6 TCP 连接' },
  icmp4: { en: 'ping over IPv4', zh: 'IPv4 ping' },
  icmp6: { en: 'ping over IPv6', zh: 'IPv6 ping' },
  dns: { en: 'DNS query', zh: 'DNS 查询' },
  open: { en: 'open and close of a file', zh: '文件打开并关闭' },
  stat: { en: 'look-up of a missing name', zh: '查找不存在的文件名' },
  fork: { en: 'process', zh: '进程' },
  socket: { en: 'socket', zh: '套接字' },
  mount: { en: 'mount', zh: '挂载' },
  cgroup: { en: 'memory cgroup', zh: '内存 cgroup' },
  netns: { en: 'network namespace', zh: '网络命名空间' },
};

const targets: Readonly<Record<string, Words>> = {
  loopback: { en: 'to the loopback', zh: '(回环)' },
  own: { en: "to the machine's own address", zh: '(本机地址)' },
  'on-link': { en: 'to and from an on-link address', zh: '(同链路地址)' },
  'off-link': { en: 'to and from an off-link address', zh: '(非同链路地址)' },
};

/** "UDP packet over IPv6 to and from an off-link address" */
export function eventOf(stimulus: string, language: Language): string {
  if (stimulus.startsWith('run:')) return language === 'zh' ? `运行 ${stimulus.slice(4)}` : `run of ${stimulus.slice(4)}`;
  const [kind = '', ...rest] = stimulus.split('-');
  const event = events[kind]?.[language] ?? stimulus;
  const target = targets[rest.join('-')]?.[language];
  if (target === undefined) return event;
  return language === 'zh' ? `${event}${target}` : `${event} ${target}`;
}

const undecided: Readonly<Record<NonNullable<OutcomeArm['undecided']>, Words>> = {
  wide: { en: 'the interval is too wide to acquit: more events would decide', zh: '区间过宽,无法排除:需要更多事件' },
  unanswered: { en: 'the peer answered too little to acquit', zh: '对端应答太少,无法排除' },
  'not-reproduced': { en: 'it did not come again after the washout', zh: '洗脱之后没有再现' },
  'too-few': { en: 'too few bursts', zh: '脉冲次数太少' },
};

/** A number of objects an event, to the digits its interval has; a true minus. */
function ratio(value: number, arm: OutcomeArm): string {
  const half = (arm.interval95[1] - arm.interval95[0]) / 2;
  const digits = half > 0 && Number.isFinite(half) ? Math.min(4, Math.max(2, Math.ceil(-Math.log10(half)))) : 2;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** "1.00 objects per UDP packet over IPv6 to and from an off-link address (0.99 to 1.01; p = 0.0002)" */
export function armSentence(arm: OutcomeArm, language: Language): string {
  const event = eventOf(arm.stimulus, language);
  const [low, high] = arm.interval95;
  const between = language === 'zh' ? `${ratio(low, arm)} 至 ${ratio(high, arm)}` : `${ratio(low, arm)} to ${ratio(high, arm)}`;
  const p = `p = ${Number(arm.p.toPrecision(1))}`;
  if (arm.convicted)
    return language === 'zh'
      ? `每次 ${event} 增加 ${ratio(arm.objects_per_event, arm)} 个对象(${between};${p})`
      : `${ratio(arm.objects_per_event, arm)} objects per ${event} (${between}; ${p})`;
  if (arm.undecided !== undefined)
    return language === 'zh'
      ? `${event}:无法判定(${between};${p}),${undecided[arm.undecided].zh}`
      : `${event}: cannot tell (${between}; ${p}), ${undecided[arm.undecided].en}`;
  return language === 'zh' ? `${event} 不增加(${between})` : `none per ${event} (${between})`;
}

/** All arms, the convicted first, as one sentence to quote. */
export function experimentSentence(arms: readonly OutcomeArm[], cache: string, language: Language): string {
  const inOrder = [...arms.filter((arm) => arm.convicted), ...arms.filter((arm) => !arm.convicted)];
  const said = inOrder.map((arm) => armSentence(arm, language)).join(language === 'zh' ? ';' : '; ');
  return language === 'zh' ? `${cache}:${said}。` : `${cache}: ${said}.`;
}

/** What is done and what may go wrong, by kind; for --plan. */
export function riskOf(stimulus: string, language: Language): string {
  const risks: readonly (readonly [RegExp, Words])[] = [
    [/^(udp|icmp|tcp|dns)/, { en: 'traffic to the address named, and to no other', zh: '仅向所指定的地址发送流量' }],
    [/^(mount|netns)/, { en: 'made in namespaces of its own, gone with it', zh: '在自己的命名空间内创建,随之消失' }],
    [/^cgroup/, { en: 'one folder of its own in the cgroup tree, journaled', zh: 'cgroup 树中一个自建目录,已记入日志' }],
    [/^run:/, { en: 'whatever the program does', zh: '取决于该程序' }],
    [/./, { en: 'harmless unless it leaks: then what it leaks is lost until reboot', zh: '无害,除非确有泄漏:损失的内存到重启才能收回' }],
  ];
  return risks.find(([pattern]) => pattern.test(stimulus))![1][language];
}

export interface ExperimentWords {
  readonly plan: (cache: string, by: string) => string;
  readonly slots: (slots: number, rounds: number, seconds: number) => string;
  readonly nothingDone: string;
  readonly stopped: Readonly<Record<'interrupted' | 'memory' | 'pressure' | 'time', string>>;
  readonly repeat: (seed: number) => string;
  readonly columns: Readonly<Record<'stimulus' | 'events' | 'objects' | 'bytes' | 'interval' | 'p' | 'verdict', string>>;
  readonly convicted: string;
  readonly acquitted: string;
  readonly cannotTell: string;
  readonly inexact: (lump: number) => string;
}

export const experimentWords: Readonly<Record<Language, ExperimentWords>> = {
  en: {
    plan: (cache, by) => `would count ${cache} (${by}) before and after each burst of:`,
    slots: (slots, rounds, seconds) =>
      `${slots} slots in random order: baseline, challenge, washout, rechallenge; ${rounds} bursts of three sizes for each arm, fewer where an arm is known well enough before; at least ${seconds.toFixed(0)} s`,
    nothingDone: 'nothing was done',
    stopped: {
      interrupted: 'stopped by Ctrl-C: what was seen until then',
      memory: 'stopped: too little memory is available',
      pressure: 'stopped: tasks wait for memory',
      time: 'stopped: its time is over',
    },
    repeat: (seed) => `seed ${seed}`,
    columns: {
      stimulus: 'stimulus',
      events: 'events',
      objects: 'objects each',
      bytes: 'bytes each',
      interval: '95 %',
      p: 'p',
      verdict: '',
    },
    convicted: 'convicted',
    acquitted: 'acquitted',
    cannotTell: 'cannot tell',
    inexact: (lump) => `slabinfo counts in steps of up to ${lump} objects; where no counter is exact, more events help`,
  },
  zh: {
    plan: (cache, by) => `将在每次脉冲前后计数 ${cache}(${by}):`,
    slots: (slots, rounds, seconds) =>
      `${slots} 个时段,随机顺序:基线、激发、洗脱、再激发;每组至多 ${rounds} 次脉冲,三种剂量,提前足够精确则提前结束;至少 ${seconds.toFixed(0)} 秒`,
    nothingDone: '什么都没有做',
    stopped: {
      interrupted: '被 Ctrl-C 中止:以下为此前所见',
      memory: '已中止:可用内存太少',
      pressure: '已中止:有任务在等待内存',
      time: '已中止:时间已到',
    },
    repeat: (seed) => `随机种子 ${seed}`,
    columns: { stimulus: '刺激', events: '次数', objects: '每次对象', bytes: '每次字节', interval: '95 %', p: 'p', verdict: '' },
    convicted: '定罪',
    acquitted: '排除',
    cannotTell: '无法判定',
    inexact: (lump) => `slabinfo 的计数以至多 ${lump} 个对象为步长;没有精确计数时,更多事件有帮助`,
  },
};
