/** What processes hold, by name. The ids are those of the Record; a kind without a name does not compile. */
import type { HoldingKind } from '../model/evidence.ts';
import type { Language } from './sentence.ts';

const names: Readonly<Record<HoldingKind, Readonly<Record<Language, string>>>> = {
  files: { en: 'open files', zh: '打开的文件' },
  regular: { en: 'regular files', zh: '普通文件' },
  sockets: { en: 'sockets', zh: '套接字' },
  pipes: { en: 'pipes', zh: '管道' },
  eventfds: { en: 'eventfds', zh: 'eventfd' },
  epolls: { en: 'epoll instances', zh: 'epoll 实例' },
  'epoll-watches': { en: 'epoll watches', zh: 'epoll 监视' },
  'inotify-watches': { en: 'inotify watches', zh: 'inotify 监视' },
  timerfds: { en: 'timerfds', zh: 'timerfd' },
  'posix-timers': { en: 'POSIX timers', zh: 'POSIX 定时器' },
  signalfds: { en: 'signalfds', zh: 'signalfd' },
  bpf: { en: 'BPF maps and programs', zh: 'BPF 映射与程序' },
  namespaces: { en: 'namespaces', zh: '命名空间' },
  threads: { en: 'threads', zh: '线程' },
  mappings: { en: 'memory mappings', zh: '内存映射' },
  children: { en: 'child processes', zh: '子进程' },
  'anon-inodes': { en: 'other anonymous inodes', zh: '其他匿名 inode' },
};

/** Records of a later version may have kinds that are not known here: they go by their id. */
export function holdingName(kind: string, language: Language): string {
  return Object.hasOwn(names, kind) ? names[kind as HoldingKind][language] : kind;
}

/** The Chinese name behind a Chinese character: a name in Latin letters is set off by a blank. */
export function afterChinese(kind: string): string {
  const name = holdingName(kind, 'zh');
  return /^\w/.test(name) ? ` ${name}` : name;
}

/** So many of a kind: `12 open files`. */
export function held(count: string | number, kind: string, language: Language): string {
  return language === 'zh' ? `${count} 个${afterChinese(kind)}` : `${count} ${holdingName(kind, language)}`;
}
