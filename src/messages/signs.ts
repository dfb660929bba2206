/** What a case's rank is the sum of, as the Record has it ("grows ip6_dst_cache"), in the reader's language. */
import type { SignKey } from '../model/sign.ts';
import { holdingName } from './holdings.ts';
import { partName } from './parts.ts';
import type { Language } from './sentence.ts';

/** By the words a label begins with; `{}` is what follows them. A sign without words here does not compile. */
const chinese: Readonly<Record<Exclude<SignKey, 'any'>, string>> = {
  grows: '{} 在增长',
  callsite: '调用路径经过 {}',
  driver: '由 {} 驱动',
  not_driver: '驱动者不是 {}',
  counted: '{}',
  found_in: '增长的是 {}',
  ledger: '账目{}增长',
  unaccounted_grows: '未入账的内存增长',
  vmalloc_caller: '{} 的 vmalloc 区域增长',
  objects_outnumber: '{}',
  population_explains: '{} 自身的计数器可以解释',
  dying_cgroups: '已删除而仍有计费的 cgroup 达 {} 个',
  held_by: '由进程持有:{}',
  not_held: '没有进程持有',
  reclaimable: '可回收',
  log: '内核日志有“{}”',
  census: '对象是 {}',
  unreachable: '对象无处可达',
  convicted: '对照实验定罪 {}',
  acquitted: '对照实验排除 {}',
};
const byLength = (Object.keys(chinese) as (keyof typeof chinese)[]).toSorted((a, b) => b.length - a.length);

/** Labels of a later version that are not known here stay as they are. */
export function tellTerm(label: string, language: Language): string {
  return language === 'en' ? label : label.split(' or ').map(one).join(',或');
}

function one(label: string): string {
  if (label === 'release') return '内核版本';
  if (label === 'not reclaimable') return '不可回收';
  const trigger = /^trigger (.+)$/.exec(label);
  if (trigger !== null) return `诱因 ${trigger[1]}`;
  const outnumber = /^(.+) objects outnumber (.+)$/.exec(label);
  if (outnumber !== null) return `${outnumber[1]} 的对象多于 ${outnumber[2]} 所计`;
  const ratio = /^driver (.+) \((.+) to (.+) objects per event\)$/.exec(label);
  if (ratio !== null) return `由 ${ratio[1]} 驱动(每次事件 ${ratio[2]} 至 ${ratio[3]} 个对象)`;
  const key = byLength.find((known) => label === known.replaceAll('_', ' ') || label.startsWith(`${known.replaceAll('_', ' ')} `));
  if (key === undefined) return label;
  const value = label.slice(key.length + 1);
  const told = key === 'ledger' || key === 'found_in' ? partName(value, 'zh') : key === 'held_by' ? holdingName(value, 'zh') : value;
  return chinese[key].replace('{}', () => told);
}

/** How the owner of a merged cache's growth is known: a word of the Record, or the counter itself. */
export function evidenceText(by: string, language: Language): string {
  return Object.hasOwn(evidence, by) ? evidence[by as keyof typeof evidence][language] : by;
}

const evidence = {
  population: { en: "by the owner's own counter", zh: '属主自身的计数器' },
  elimination: { en: 'by elimination', zh: '排除其余' },
  unmerged: { en: 'it is merged with no other', zh: '未与其他缓存合并' },
} as const satisfies Readonly<Record<string, Readonly<Record<Language, string>>>>;
