/** The words of an elimination. */
import type { EliminationOutcome } from '../model/evidence.ts';
import type { Language } from './sentence.ts';

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** "None of the 63: the growth (100 objects/s) goes on while all are paused (98 %)." */
export function eliminationSentence(found: EliminationOutcome, language: Language): string {
  const { candidates, culprits, remains, rounds } = found;
  const rate = found.rate < 10 ? found.rate.toFixed(1) : found.rate.toFixed(0);
  const zh = language === 'zh';
  if (culprits.length === 0)
    return zh
      ? `${candidates} 个都不是:全部暂停时增长(每秒 ${rate} 个对象)仍在继续(${percent(remains)})。`
      : `None of the ${candidates}: the growth (${rate} objects/s) goes on while all are paused (${percent(remains)}).`;
  const named = culprits.map(({ name, share }) => `${name} (${percent(share)})`).join(', ');
  const rest =
    remains >= 0.15 ? (zh ? `;其余 ${percent(remains)} 在全部暂停时仍在继续` : `; ${percent(remains)} goes on while all are paused`) : '';
  return zh
    ? `暂停 ${named} 时增长停止(每秒 ${rate} 个对象;${candidates} 个候选,${rounds} 轮)${rest}。`
    : `The growth (${rate} objects/s) stops when ${named} is paused: found among ${candidates} in ${rounds} rounds${rest}.`;
}

export interface EliminationWords {
  readonly plan: (candidates: number, how: string, seconds: number) => string;
  readonly spared: (count: number) => string;
  readonly risk: string;
  readonly nothingDone: string;
  readonly doubts: Readonly<Record<'not-confirmed' | 'did-not-return' | 'ended-early', string>>;
}

export const eliminationWords: Readonly<Record<Language, EliminationWords>> = {
  en: {
    plan: (candidates, how, seconds) => `would pause ${candidates} by ${how}, halves of them in turn, each time for at most ${seconds} s:`,
    spared: (count) => `never paused (${count}):`,
    risk: 'risk: what is paused does not answer meanwhile; clients may time out, and whoever watches it may restart it',
    nothingDone: 'nothing was done',
    doubts: {
      'not-confirmed': 'paused alone once more, it did not stop the growth: cannot tell',
      'did-not-return': 'the growth did not come back when all went on: it ended by itself, cannot tell',
      'ended-early': 'it was ended early: cannot tell',
    },
  },
  zh: {
    plan: (candidates, how, seconds) => `将用 ${how} 轮流暂停 ${candidates} 个候选的各一半,每次至多 ${seconds} 秒:`,
    spared: (count) => `从不暂停(${count}):`,
    risk: '风险:暂停期间不会应答;客户端可能超时,监护程序可能将其重启',
    nothingDone: '什么都没有做',
    doubts: {
      'not-confirmed': '单独再次暂停时增长并未停止:无法判定',
      'did-not-return': '全部恢复后增长没有回来:它已自行结束,无法判定',
      'ended-early': '提前结束:无法判定',
    },
  },
};
