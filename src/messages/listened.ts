/** The words of what was heard: who allocates, and does not free. */
import type { CallSite } from '../model/evidence.ts';
import type { Language } from './sentence.ts';

export interface ListenedWords {
  readonly nothing: string;
  readonly notMeasured: string;
  readonly grew: (objects: string, bytes: string) => string;
  readonly explained: (share: string) => string;
  readonly cost: (share: string) => string;
  readonly head: (target: string, seconds: string, engine: string, grew: string, survivors: string) => string;
  readonly standing: Readonly<Record<CallSite['leaking'], string>>;
  readonly objects: (count: string, one: boolean, bytes: string) => string;
  readonly oldest: (duration: string) => string;
  readonly site: (number: number, holds: string, standing: string) => string;
  readonly counts: (allocated: string, freed: string) => string;
  readonly cpus: (list: string, one: boolean) => string;
  readonly by: (processes: string) => string;
  readonly moreFrames: (count: number) => string;
  readonly noStack: string;
  readonly more: (count: string) => string;
  readonly freedAll: (count: string) => string;
}

export const listenedWords: Readonly<Record<Language, ListenedWords>> = {
  en: {
    nothing: 'Nothing was heard.',
    notMeasured: 'growth not measured',
    grew: (objects, bytes) => `grew by ${objects} objects (${bytes})`,
    explained: (share) => `, explained to ${share}`,
    cost: (share) => `; listening cost ${share} of a CPU`,
    head: (target, seconds, engine, grew, survivors) =>
      `${target}, ${seconds} s by ${engine}: ${grew}; ${survivors} allocated and not freed`,
    standing: { yes: 'LEAKING', no: 'not leaking', unknown: 'cannot tell' },
    objects: (count, one, bytes) => `${count} ${one ? 'object' : 'objects'} (${bytes})`,
    oldest: (duration) => `, oldest ${duration}`,
    site: (number, holds, standing) => `${number}. ${holds} still held: ${standing}`,
    counts: (allocated, freed) => `${allocated} allocated, ${freed} freed`,
    cpus: (list, one) => `, on ${one ? 'CPU' : 'CPUs'} ${list}`,
    by: (processes) => `by ${processes}`,
    moreFrames: (count) => `and ${count} more frames`,
    noStack: '(no stack)',
    more: (count) => `${count} more hold something`,
    freedAll: (count) => `${count} freed all they allocated`,
  },
  zh: {
    nothing: '什么都没有听到。',
    notMeasured: '未测得增长',
    grew: (objects, bytes) => `增长 ${objects} 个对象(${bytes})`,
    explained: (share) => `,已解释 ${share}`,
    cost: (share) => `;监听占用 ${share} 的一个 CPU`,
    head: (target, seconds, engine, grew, survivors) => `${target},${seconds} 秒,由 ${engine} 监听:${grew};${survivors} 个已分配而未释放`,
    standing: { yes: '泄漏', no: '未泄漏', unknown: '无法判定' },
    objects: (count, _one, bytes) => `${count} 个对象(${bytes})`,
    oldest: (duration) => `,最老 ${duration}`,
    site: (number, holds, standing) => `${number}. 仍持有 ${holds}:${standing}`,
    counts: (allocated, freed) => `分配 ${allocated},释放 ${freed}`,
    cpus: (list) => `,位于 CPU ${list}`,
    by: (processes) => `来自 ${processes}`,
    moreFrames: (count) => `另有 ${count} 层栈帧`,
    noStack: '(没有调用栈)',
    more: (count) => `另有 ${count} 处持有对象`,
    freedAll: (count) => `${count} 处已全部释放`,
  },
};
