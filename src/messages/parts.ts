/** Parts of the ledger by name; the ids are those of the Record. */
import type { Language } from './sentence.ts';

const chinese: Readonly<Record<string, string>> = {
  free: '空闲',
  'free-percpu-lists': '空闲(每 CPU 链表)',
  'file-cache': '文件缓存',
  shmem: '共享内存',
  anon: '匿名页',
  'swap-cache': '交换缓存',
  hugetlb: '大页',
  'writeback-temporary': '临时写回',
  bounce: '弹跳缓冲',
  'slab-reclaimable': 'slab(可回收)',
  'slab-unreclaimable': 'slab(不可回收)',
  'other-reclaimable': '其他可回收',
  'kernel-stack': '内核栈',
  'shadow-call-stack': '影子调用栈',
  'page-tables': '页表',
  percpu: 'percpu',
  vmalloc: 'vmalloc',
  zswap: 'zswap',
  zsmalloc: 'zsmalloc',
  balloon: '气球',
  // kinds of memory that are no part of the ledger
  pages: '页',
  cgroups: 'cgroup',
  'large-kmalloc': '大块 kmalloc',
  sockets: '套接字',
  unaccounted: '未入账',
};

/** The ids are English and stay so; a part that this table lacks goes by its id. */
export function partName(id: string, language: Language): string {
  return language === 'zh' && Object.hasOwn(chinese, id) ? chinese[id]! : id;
}
