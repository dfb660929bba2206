/** What is under way, while it is: lines on stderr and in the live view. */
import { type Language, type Sentence, sentence } from './sentence.ts';

const progress = {
  watching: sentence(
    (a: { done: number; of: number }) => `watching ${a.done} of ${a.of} s; Ctrl-C ends the window early`,
    (a) => `望:已观察 ${a.done} / ${a.of} 秒;Ctrl-C 提前结束`,
  ),
  listening: sentence(
    (a: { cache: string }) => `listening to ${a.cache} …`,
    (a) => `闻:正在听 ${a.cache}……`,
  ),
  listening_for: sentence(
    (a: { cache: string; done: number; of: number }) => `listening to ${a.cache}: ${a.done} of ${a.of} s; Ctrl-C ends it early`,
    (a) => `闻:正在听 ${a.cache},${a.done} / ${a.of} 秒;Ctrl-C 提前结束`,
  ),
  asking: sentence(
    () => 'asking: kernel, configuration, rules, modules, services …',
    () => '问:内核、配置、规则、模块、服务……',
  ),
  planting: sentence(
    (a: { count: number; kind: string }) => `planting ${a.count} ${a.kind} …`,
    (a) => `正在植入 ${a.count} 个 ${a.kind}……`,
  ),
  listening_with: sentence(
    (a: { engine: string }) => `listening with ${a.engine} …`,
    (a) => `闻:以 ${a.engine} 试听……`,
  ),
  opening: sentence(
    (a: { path: string }) => `opening ${a.path} …`,
    (a) => `切:正在打开 ${a.path}……`,
  ),
  growth_before: sentence(
    () => 'growth before …',
    () => '测量施治前的增长……',
  ),
  growth_now: sentence(
    () => 'growth now …',
    () => '测量此刻的增长……',
  ),
  growth_after: sentence(
    () => 'applied; growth after …',
    () => '已施治;测量之后的增长……',
  ),
  dose: sentence(
    (a: { done: number; of: number }) => `growth at equal dose: ${a.done} of ${a.of} …`,
    (a) => `按等剂量测量增长:${a.done} / ${a.of}……`,
  ),
  experiment: sentence(
    (a: { phase: string; done: number; of: number }) => `${a.phase}: ${a.done} of ${a.of}; Ctrl-C ends the experiment`,
    (a) => `${phases[a.phase] ?? a.phase}:${a.done} / ${a.of};Ctrl-C 结束实验`,
  ),
  nobody_paused: sentence(
    () => 'watching the growth with nobody paused …',
    () => '无人暂停,先观察增长……',
  ),
  round: sentence(
    (a: { round: number; paused: number }) => `round ${a.round}: ${a.paused} paused …`,
    (a) => `第 ${a.round} 轮:暂停 ${a.paused} 个……`,
  ),
} as const;

/** The phases of an experiment. */
const phases: Readonly<Record<string, string>> = { baseline: '基线', challenge: '激发', washout: '洗脱', rechallenge: '再激发' };

export type ProgressCode = keyof typeof progress;
type ProgressArgs<C extends ProgressCode> = (typeof progress)[C] extends Sentence<infer A> ? A : never;

export function progressText<C extends ProgressCode>(code: C, args: ProgressArgs<C>, language: Language): string {
  return (progress as unknown as Readonly<Record<string, Sentence<never>>>)[code]![language](args as never);
}
