/** What is wrong with what `kmai touch` was asked for: an expression, a cache, an address. For the one who wrote it. */
import { type Language, type Sentence, type SentenceArgs, sentence } from './sentence.ts';

/** What stands where something else was expected; at the end of the text there is nothing. */
const foundEn = (found: string): string => (found === '' ? 'it ends there' : `found ${JSON.stringify(found)}`);
const foundZh = (found: string): string => (found === '' ? '却到此为止' : `却是 ${JSON.stringify(found)}`);

const complaints = {
  // the text
  expected_name: sentence(
    (a: { found: string }) => `expected a name, ${foundEn(a.found)}`,
    (a) => `应为名称,${foundZh(a.found)}`,
  ),
  expected_sign: sentence(
    (a: { sign: string; found: string }) => `expected "${a.sign}", ${foundEn(a.found)}`,
    (a) => `应为“${a.sign}”,${foundZh(a.found)}`,
  ),
  expected_anything: sentence(
    (a: { found: string }) => `expected a name, a number or one of . -> [ ] ( ) * & + -, ${foundEn(a.found)}`,
    (a) => `应为名称、数字或 . -> [ ] ( ) * & + - 之一,${foundZh(a.found)}`,
  ),
  expected_cpu: sentence(
    (a: { found: string }) => `expected the number of a CPU, ${foundEn(a.found)}`,
    (a) => `应为 CPU 编号,${foundZh(a.found)}`,
  ),
  expected_end: sentence(
    (a: { found: string }) => `expected the end of the expression, ${foundEn(a.found)}`,
    (a) => `表达式应到此结束,${foundZh(a.found)}`,
  ),
  too_deep: sentence(
    (a: { deepest: number }) => `nested deeper than ${a.deepest} levels`,
    (a) => `嵌套超过 ${a.deepest} 层`,
  ),
  // names
  no_type: sentence(
    (a: { type: string }) => `no type ${a.type} in the kernel's BTF or its modules'`,
    (a) => `内核及其模块的 BTF 中没有类型 ${a.type}`,
  ),
  no_symbol: sentence(
    (a: { name: string }) => `no symbol ${a.name} in kallsyms or a module's symbols`,
    (a) => `kallsyms 与模块的符号中没有 ${a.name}`,
  ),
  no_member: sentence(
    (a: { type: string; name: string; members: string }) => `${a.type} has no member ${a.name}; it has ${a.members}`,
    (a) => `${a.type} 没有成员 ${a.name};有 ${a.members}`,
  ),
  no_members: sentence(
    (a: { type: string }) => `${a.type} has no members`,
    (a) => `${a.type} 没有成员`,
  ),
  no_members_untyped: sentence(
    (a: { type: string }) => `${a.type} has no members; BTF has no type for it: cast it, *(struct x *)&name`,
    (a) => `${a.type} 没有成员;BTF 中没有它的类型:请转换,*(struct x *)&name`,
  ),
  no_cache: sentence(
    (a: { name: string }) => `no cache ${a.name}, by its own name or an alias; kmai touch caches lists them`,
    (a) => `没有缓存 ${a.name},本名与别名皆无;kmai touch caches 列出全部`,
  ),
  no_such_cpu: sentence(
    (a: { cpu: number; cpus: string }) => `CPU ${a.cpu} is not possible here; CPUs: ${a.cpus}`,
    (a) => `此处不可能有 CPU ${a.cpu};CPU 有:${a.cpus}`,
  ),
  per_cpu: sentence(
    (a: { name: string; cpus: string }) => `each CPU has a ${a.name} of its own: per_cpu(${a.name}, CPU); CPUs: ${a.cpus}`,
    (a) => `每个 CPU 各有一个 ${a.name}:per_cpu(${a.name}, CPU);CPU 有:${a.cpus}`,
  ),
  // values
  no_cast: sentence(
    (a: { type: string; to: string }) => `${a.type} can't be cast; cast its address: *(${a.to} *)&…`,
    (a) => `${a.type} 不能转换;请转换其地址:*(${a.to} *)&…`,
  ),
  no_place: sentence(
    () => 'only what stands in memory has an address',
    () => '只有位于内存中的才有地址',
  ),
  stands_nowhere: sentence(
    (a: { type: string }) => `${a.type} stands nowhere in memory`,
    (a) => `${a.type} 不在内存中的任何地方`,
  ),
  no_index: sentence(
    () => 'an index is a number',
    () => '下标须为数字',
  ),
  no_sum: sentence(
    () => 'only numbers and pointers add up',
    () => '只有数字与指针可以相加减',
  ),
  no_pointer: sentence(
    (a: { type: string }) => `${a.type} is no pointer and no array`,
    (a) => `${a.type} 不是指针,也不是数组`,
  ),
  no_number: sentence(
    (a: { expression: string }) => `${a.expression} is no number`,
    (a) => `${a.expression} 不是数字`,
  ),
  no_list: sentence(
    (a: { expression: string; struct: string }) => `${a.expression} is no list of struct ${a.struct}`,
    (a) => `${a.expression} 不是 struct ${a.struct} 的链表`,
  ),
  // addresses
  no_address: sentence(
    (a: { expression: string }) => `${a.expression} is no address`,
    (a) => `${a.expression} 不是地址`,
  ),
  not_in_memory: sentence(
    (a: { address: string }) => `${a.address} is not in memory`,
    (a) => `${a.address} 不在内存中`,
  ),
  unmapped: sentence(
    (a: { address: string }) => `${a.address} can't be read: nothing is mapped here`,
    (a) => `${a.address} 读不到:此处没有映射`,
  ),
  left_out: sentence(
    (a: { address: string; physical: string }) => `${a.address} can't be read: the page is not in the dump (physical ${a.physical})`,
    (a) => `${a.address} 读不到:该页不在转储中(物理地址 ${a.physical})`,
  ),
} as const;

export type ComplaintCode = keyof typeof complaints;
export type ComplaintArgs<C extends ComplaintCode> = (typeof complaints)[C] extends Sentence<infer A> ? A : never;

/** A complaint with what it is about; it is a sentence only where a language is known. */
export interface Complaint {
  readonly code: ComplaintCode;
  readonly args: SentenceArgs;
}

export function complaint<C extends ComplaintCode>(code: C, args: ComplaintArgs<C>): Complaint {
  return { code, args: args as SentenceArgs };
}

export function complaintText({ code, args }: Complaint, language: Language): string {
  return complaints[code][language](args as never);
}
