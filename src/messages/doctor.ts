/** The words of `kmai doctor`. */
import type { Language } from './sentence.ts';

export interface DoctorWords {
  readonly columns: Readonly<Record<'examination' | 'planted' | 'cache' | 'expected' | 'saw' | 'result' | 'detail', string>>;
  readonly results: Readonly<Record<'sees' | 'fails' | 'cannot', string>>;
}

export const doctorWords: Readonly<Record<Language, DoctorWords>> = {
  en: {
    columns: {
      examination: 'examination',
      planted: 'planted',
      cache: 'cache',
      expected: 'expected',
      saw: 'saw',
      result: 'result',
      detail: 'detail',
    },
    results: { sees: 'sees', fails: 'fails', cannot: 'cannot' },
  },
  zh: {
    columns: { examination: '检查', planted: '植入', cache: '缓存', expected: '应见', saw: '所见', result: '结果', detail: '说明' },
    results: { sees: '看见', fails: '没看见', cannot: '无法查看' },
  },
};
