/** What was read from kernel memory, line by line, in the reader's language. */
import { translator } from './patterns.ts';
import type { Language } from './sentence.ts';

const chinese: Readonly<Record<string, string>> = {
  '{} caches, {} allocated objects': '{} 个缓存,{} 个已分配对象',
  '{}: {} objects of {} bytes': '{}:{} 个对象,每个 {} 字节',
  '{}: {} unreachable objects of {} bytes': '{}:{} 个不可达对象,每个 {} 字节',
  '{} of no type that can be told': '{} 个说不出类型',
  '{} of no type that can be told, by {}': '{} 个说不出类型,依据 {}',
  '{} struct {} ({}; then {})': '{} 个 struct {}({};其次 {})',
  '{} struct {}, by {} ({}; then {})': '{} 个 struct {},依据 {}({};其次 {})',
  '{}: {} of {} objects unreachable ({}), {} unreferenced, {}': '{1}:{3} 个对象中 {2} 个不可达({4}),{5} 个无人引用,{6}',
  '{} of {} objects can be reached from nowhere': '{2} 个对象中有 {1} 个无处可达',
  '{} allocated, by': '{} 个,分配者:',
  '{} allocated, the oldest {} ago, by': '{} 个,最老者在 {}前,分配者:',
  '{} pointers from {}': '{} 个指针来自 {}',
  'at {}': '位于 {}',
  "the dump leaves out pages that hold kernel data ({} met; dump level {}, made by a makedumpfile that does not know {}?): what is lost can't be told":
    '转储略去了含内核数据的页(遇到 {} 处;转储级别 {},所用的 makedumpfile 不认识 {}?):无法判定丢失了什么',
  "the dump leaves out pages that hold kernel data ({} met): what is lost can't be told":
    '转储略去了含内核数据的页(遇到 {} 处):无法判定丢失了什么',
  '{} is in no slab: {}': '{} 不在任何 slab 中:{}',
  'no symbol either': '也不是符号',
  '{} is in a slab of {}, between objects': '{} 在 {} 的 slab 中,位于对象之间',
  '{}: allocated object of {}, {} bytes': '{}:{} 的已分配对象,{} 字节',
  '{}: free object of {}, {} bytes': '{}:{} 的空闲对象,{} 字节',
  'frame {} (physical {}, struct page at {}): {}': '页框 {}(物理地址 {},struct page 位于 {}):{}',
  'slab of {}: {} pages from frame {}, {} objects, {} in use': '{} 的 slab:自页框 {3} 起 {2} 页,{4} 个对象,{5} 个在用',
  'slab of {}: {} pages from frame {}, {} objects, {} in use, frozen': '{} 的 slab:自页框 {3} 起 {2} 页,{4} 个对象,{5} 个在用,冻结',

  // every page by what it is
  'not in the dump, or without a struct page': '不在转储中,或没有 struct page',
  'reserved at boot: kernel image, memory map, first per-CPU area': '启动时保留:内核映像、内存映射、第一块 per-CPU 区',
  free: '空闲',
  "free, on CPUs' own lists": '空闲,位于各 CPU 的链表',
  slab: 'slab 缓存',
  "programs' own (anonymous)": '程序自有(匿名页)',
  'page cache': '页缓存',
  'shared memory, tmpfs': '共享内存、tmpfs',
  'movable by the kernel: balloon, zsmalloc': '内核可移动:气球、zsmalloc',
  'given back to the hypervisor': '已还给虚拟机管理程序',
  'page tables': '页表',
  'kernel stacks': '内核栈',
  modules: '内核模块',
  'per-CPU memory': 'per-CPU 内存',
  vmalloc: 'vmalloc 区',
  'kernel pages of no known kind that something points to': '种类不明而有指针指向的内核页',
  'UNACCOUNTED: kernel pages that nothing points to': '未入账:无人指向的内核页',
  "in all; the kernel's zones have {}, the same": '合计;内核各 zone 共有 {},相同',
  "in all; the kernel's zones have {}: {} apart": '合计;内核各 zone 共有 {}:相差 {}',
  'without what was reserved; MemTotal is {}, the same': '除去保留者;MemTotal 为 {},相同',
  'without what was reserved; MemTotal is {}: {} apart': '除去保留者;MemTotal 为 {}:相差 {}',
  'vmalloc space by who asked for it:': 'vmalloc 空间,按申请者:',
  'kernel pages of no known kind by what points to them:': '种类不明的内核页,按指向者:',
  'other places': '其他地方',
  '{} pages ({}) that nothing points to, by the size they were allocated in:': '{} 页({})无人指向,按分配时的大小:',
  '{} of order {}': '{} 块 {} 阶',
};

const toldInChinese = translator(chinese);

/** Indentation and leading figures of a row stay; values of the kernel's own are no text and stay too. */
export function tellExamined(text: string, language: Language): string {
  if (language === 'en') return text;
  return text
    .split('\n')
    .map((line) => {
      const whole = /^(\s*)(.*)$/.exec(line)!;
      const told = toldInChinese(whole[2]!);
      if (told !== whole[2]) return whole[1] + told;
      const row = /^(\s*\d+ +[\d.]+ \w+  )(\S.*)$/.exec(line);
      return row === null ? line : row[1]! + toldInChinese(row[2]!);
    })
    .join('\n');
}
