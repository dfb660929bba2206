/** The words of treatments and of undoing them. */
import type { Outcome, TreatmentOutcome } from '../model/evidence.ts';
import type { Language } from './sentence.ts';

function number(value: number): string {
  const size = Math.abs(value);
  const text = size >= 100 ? size.toFixed(0) : size >= 1 ? size.toFixed(2) : size.toFixed(3);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** "stopped: 1.00 objects per event before (0.99 to 1.01), 0.000 after (−0.002 to 0.002)" */
export function treatmentSentence(treatment: TreatmentOutcome, verified: Outcome['verified'], language: Language): string {
  const zh = language === 'zh';
  const between = ([low, high]: readonly [number, number]): string =>
    zh ? `${number(low)} 至 ${number(high)}` : `${number(low)} to ${number(high)}`;
  const per = treatment.per === 'event' ? (zh ? '对象/事件' : 'objects per event') : zh ? '对象/秒' : 'objects per second';
  const before = `${number(treatment.before)} ${per}`;
  const [after, after95] = [treatment.after, treatment.after95];
  const then =
    after === null || after95 === null
      ? zh
        ? '之后没有测量'
        : 'not measured after'
      : zh
        ? `之后 ${number(after)}(${between(after95)})`
        : `${number(after)} after (${between(after95)})`;
  const figures = zh
    ? `之前 ${before}(${between(treatment.before95)}),${then}`
    : `${before} before (${between(treatment.before95)}), ${then}`;
  const back =
    treatment.gave_back === undefined
      ? ''
      : zh
        ? `;收回 ${treatment.gave_back} 个对象`
        : `; ${treatment.gave_back} objects were given back`;
  return `${verdict(treatment, verified, zh)}${zh ? ':' : ': '}${figures}${back}`;
}

function verdict(treatment: TreatmentOutcome, verified: Outcome['verified'], zh: boolean): string {
  switch (verified) {
    case 'stopped':
      return zh ? '已停止' : 'stopped';
    case 'slowed': {
      const times = (treatment.before / (treatment.after ?? treatment.before)).toFixed(1);
      return zh ? `减缓至 1/${times}` : `slowed by ${times}`;
    }
    case 'unchanged':
      return zh ? '没有变化' : 'unchanged';
    case 'cannot-tell':
    case null: {
      const minutes = Math.ceil((treatment.needs_seconds ?? 60) / 60);
      return zh ? `尚无法判定,需要 ${minutes} 分钟` : `cannot tell yet, needs ${minutes} min`;
    }
  }
}

export interface TreatmentWords {
  readonly risk: string;
  readonly reversible: string;
  readonly irreversible: string;
  readonly fixedIn: (releases: string) => string;
  readonly notNow: (why: string) => string;
  readonly apply: (id: string) => string;
  readonly ask: string;
  readonly declined: string;
  readonly nothingDone: string;
  readonly journal: (paths: string) => string;
  readonly nothingToUndo: string;
  readonly undone: (what: string) => string;
  readonly notUndone: (what: string, why: string) => string;
  readonly pending: (what: string, path: string) => string;
}

export const treatmentWords: Readonly<Record<Language, TreatmentWords>> = {
  en: {
    risk: 'risk',
    reversible: 'can be undone',
    irreversible: 'cannot be undone',
    fixedIn: (releases) => `fixed in ${releases}`,
    notNow: (why) => `not now: ${why}`,
    apply: (id) => `--apply ${id}`,
    ask: 'Apply? [y/N] ',
    declined: 'nothing was done',
    nothingDone: 'nothing was done; --apply REMEDY asks, does it, and measures whether it helped',
    journal: (paths) => `\`kmai undo\` takes it back; the journal: ${paths}`,
    nothingToUndo: 'nothing is to be undone',
    undone: (what) => `undone: ${what}`,
    notUndone: (what, why) => `NOT undone: ${what}: ${why}`,
    pending: (what, path) => `${what}  (${path})`,
  },
  zh: {
    risk: '风险',
    reversible: '可撤销',
    irreversible: '不可撤销',
    fixedIn: (releases) => `修复于 ${releases}`,
    notNow: (why) => `暂不可行:${why}`,
    apply: (id) => `--apply ${id}`,
    ask: '执行?[y/N] ',
    declined: '什么都没有做',
    nothingDone: '什么都没有做;--apply 措施 会先询问,再执行,并测量是否有效',
    journal: (paths) => `\`kmai undo\` 可撤销;日志:${paths}`,
    nothingToUndo: '没有需要撤销的更改',
    undone: (what) => `已撤销:${what}`,
    notUndone: (what, why) => `未能撤销:${what}:${why}`,
    pending: (what, path) => `${what}  (${path})`,
  },
};
