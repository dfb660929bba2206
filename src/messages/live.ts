/** The words of the live view. Typed: a missing translation does not compile. */
import type { Language } from './sentence.ts';

/** What the ledger's bar shows; each goes by a letter of its own, because colour alone tells some readers nothing. */
export const barParts = ['anon', 'files', 'shmem', 'hugetlb', 'slab', 'reclaimable', 'kernel', 'unaccounted', 'free'] as const;
export type BarPart = (typeof barParts)[number];

export const sortKeys = {
  g: 'growth',
  a: 'active',
  b: 'perSlab',
  c: 'bytes',
  v: 'slabs',
  n: 'name',
  o: 'objects',
  p: 'pages',
  s: 'size',
  u: 'use',
} as const;
export type SortKey = (typeof sortKeys)[keyof typeof sortKeys];

export interface LiveWords {
  readonly watched: (duration: string) => string;
  readonly parts: Readonly<Record<BarPart, string>>;
  readonly sorts: Readonly<Record<SortKey, string>>;
  readonly sortedBy: (sort: string) => string;
  readonly columns: Readonly<
    Record<'cache' | 'active' | 'held' | 'rate' | 'interval' | 'history' | 'gone' | 'size' | 'use' | 'slabs' | 'names', string>
  >;
  /** The keys of the last line, each with what it does. */
  readonly keys: Readonly<
    Record<'quit' | 'help' | 'filter' | 'detail' | 'listen' | 'diagnose' | 'back' | 'cancel' | 'early' | 'scroll', string>
  >;
  readonly filter: (text: string, found: number, of: number) => string;
  readonly nothingMatches: (text: string) => string;
  readonly noCaches: string;
  readonly noLedger: string;
  readonly tooSmall: string;
  readonly waiting: string;
  readonly gone: (duration: string) => string;
  readonly steady: string;
  readonly growsSurely: string;
  readonly names: (count: number) => string;
  readonly perSecond: string;
  readonly between: (low: string, high: string) => string;
  readonly detail: Readonly<
    Record<
      | 'aliases'
      | 'objects'
      | 'growth'
      | 'history'
      | 'populations'
      | 'owner'
      | 'driver'
      | 'holders'
      | 'unmerged'
      | 'aliasesUnknown'
      | 'notCounted'
      | 'noDriver'
      | 'notYet'
      | 'neverHeld'
      | 'nobodyHolds'
      | 'cacheGone',
      string
    >
  >;
  readonly layout: (size: string, perSlab: string, pages: string) => string;
  readonly amounts: (active: string, objects: string, held: string, slabs: string, use: string) => string;
  readonly drives: (counter: string, ratio: string, low: string, high: string) => string;
  readonly alike: (counters: string) => string;
  readonly listening: (cache: string) => string;
  readonly diagnosing: string;
  readonly failed: (why: string) => string;
  readonly helpTitle: string;
  readonly help: readonly (readonly [keys: string, does: string])[];
}

export const liveWords: Readonly<Record<Language, LiveWords>> = {
  en: {
    watched: (duration) => `watched ${duration}`,
    parts: {
      anon: 'anon',
      files: 'files',
      shmem: 'shmem',
      hugetlb: 'hugetlb',
      slab: 'slab',
      reclaimable: 'reclaimable',
      kernel: 'kernel',
      unaccounted: 'unaccounted',
      free: 'free',
    },
    sorts: {
      growth: 'growth',
      active: 'active objects',
      perSlab: 'objects per slab',
      bytes: 'memory held',
      slabs: 'slabs',
      name: 'name',
      objects: 'objects',
      pages: 'pages per slab',
      size: 'object size',
      use: 'use',
    },
    sortedBy: (sort) => `by ${sort}`,
    columns: {
      cache: 'CACHE → OWNER',
      active: 'OBJECTS',
      held: 'HELD',
      rate: 'OBJECTS/s',
      interval: '95 %',
      history: 'MINUTE',
      gone: 'MEMORY GONE',
      size: 'SIZE',
      use: 'USE',
      slabs: 'SLABS',
      names: 'MERGED WITH',
    },
    keys: {
      quit: 'quit',
      help: 'help',
      filter: 'filter',
      detail: 'detail',
      listen: 'listen',
      diagnose: 'diagnose',
      back: 'back',
      cancel: 'cancel',
      early: 'end early',
      scroll: 'scroll',
    },
    filter: (text, found, of) => `filter: ${text}  (${found} of ${of} caches)`,
    nothingMatches: (text) => `no cache or alias has "${text}" in its name`,
    noCaches: 'the slab caches cannot be read; the ledger above can:',
    noLedger: '/proc/meminfo cannot be read: no ledger',
    tooSmall: 'the terminal is too small: 40 × 10 at least',
    waiting: 'measuring …',
    gone: (duration) => `memory is gone in ${duration}`,
    steady: 'no certain growth',
    growsSurely: 'grows',
    names: (count) => `${count} names`,
    perSecond: '/s',
    between: (low, high) => `${low} to ${high}`,
    detail: {
      aliases: 'names',
      objects: 'objects',
      growth: 'growth',
      history: '2 minutes',
      populations: 'counted by',
      owner: 'owner',
      driver: 'driven by',
      holders: 'held by',
      unmerged: 'not merged with any other cache',
      aliasesUnknown: 'unknown: /sys/kernel/slab cannot be read',
      notCounted: 'no counter of the kernel counts its objects',
      noDriver: 'nothing is seen to drive it so far',
      notYet: 'not known yet …',
      neverHeld: 'nothing that a process holds keeps its objects',
      nobodyHolds: 'no process holds a hundred or more, or came to hold more',
      cacheGone: 'this cache is gone',
    },
    layout: (size, perSlab, pages) => `${size} each, ${perSlab} in a slab of ${pages} ${pages === '1' ? 'page' : 'pages'}`,
    amounts: (active, objects, held, slabs, use) => `${active} active of ${objects}, ${held} in ${slabs} slabs, ${use} used`,
    drives: (counter, ratio, low, high) => `${counter}: ${ratio} objects an event (${low} to ${high})`,
    alike: (counters) => `not to be told from ${counters}`,
    listening: (cache) => `listening to ${cache}: who allocates and does not free?`,
    diagnosing: 'diagnosing this machine',
    failed: (why) => `failed: ${why}`,
    helpTitle: 'keys of the live view',
    help: [
      ['↑ ↓ j k', 'choose a cache; PgUp PgDn Home End: by pages'],
      ['Enter', 'its names, populations, driver and holders'],
      ['l', 'listen to it for 10 s: who allocates and does not free'],
      ['d', 'diagnose this machine (60 s; Enter ends the window early, Esc cancels)'],
      ['/', 'only caches with this in one of their names; Esc shows all again'],
      ['g', 'sort by growth (bytes a second over two minutes)'],
      ['a b c v n', 'by active objects, objects per slab, memory held, slabs, name'],
      ['o p s u', 'by objects, pages per slab, object size, use'],
      ['▲ ▼', 'grows or falls, certainly: not by chance among all caches that move'],
      ['A → B', 'in the merged cache A it is B that grows, by its own counter'],
      ['95 %', 'the interval that holds the true rate 19 times of 20'],
      ['Ctrl-L Ctrl-Z', 'draw again, pause'],
      ['q', 'quit; from elsewhere: back'],
    ],
  },
  zh: {
    watched: (duration) => `已观察 ${duration}`,
    parts: {
      anon: '匿名页',
      files: '文件缓存',
      shmem: '共享内存',
      hugetlb: '大页',
      slab: 'slab',
      reclaimable: '可回收',
      kernel: '内核其他',
      unaccounted: '未入账',
      free: '空闲',
    },
    sorts: {
      growth: '增长',
      active: '活动对象',
      perSlab: '每 slab 对象数',
      bytes: '占用内存',
      slabs: 'slab 数',
      name: '名称',
      objects: '对象数',
      pages: '每 slab 页数',
      size: '对象大小',
      use: '利用率',
    },
    sortedBy: (sort) => `按${sort}排序`,
    columns: {
      cache: '缓存 → 属主',
      active: '对象',
      held: '占用',
      rate: '对象/秒',
      interval: '95 %',
      history: '一分钟',
      gone: '内存耗尽于',
      size: '大小',
      use: '利用率',
      slabs: 'slab 数',
      names: '合并者',
    },
    keys: {
      quit: '退出',
      help: '帮助',
      filter: '筛选',
      detail: '详情',
      listen: '闻',
      diagnose: '辨证',
      back: '返回',
      cancel: '取消',
      early: '提前结束',
      scroll: '滚动',
    },
    filter: (text, found, of) => `筛选:${text}  (${of} 个缓存中的 ${found} 个)`,
    nothingMatches: (text) => `没有缓存或别名含有“${text}”`,
    noCaches: '读不到 slab 缓存;上面的账目可读:',
    noLedger: '读不到 /proc/meminfo:没有账目',
    tooSmall: '终端太小:至少需要 40 × 10',
    waiting: '测量中……',
    gone: (duration) => `内存将在 ${duration}后耗尽`,
    steady: '没有可确认的增长',
    growsSurely: '在增长',
    names: (count) => `${count} 个名称`,
    perSecond: '/秒',
    between: (low, high) => `${low} 至 ${high}`,
    detail: {
      aliases: '名称',
      objects: '对象',
      growth: '增长',
      history: '两分钟',
      populations: '计数器',
      owner: '属主',
      driver: '驱动者',
      holders: '持有者',
      unmerged: '未与其他缓存合并',
      aliasesUnknown: '未知:读不到 /sys/kernel/slab',
      notCounted: '内核没有为其对象设计数器',
      noDriver: '尚未见驱动它的计数器',
      notYet: '尚不清楚……',
      neverHeld: '进程持有的资源中没有哪一种会留住其对象',
      nobodyHolds: '没有进程持有上百个,也没有进程持有更多',
      cacheGone: '该缓存已不存在',
    },
    layout: (size, perSlab, pages) => `每个 ${size},每 slab ${perSlab} 个,每 slab ${pages} 页`,
    amounts: (active, objects, held, slabs, use) => `活动 ${active} / 共 ${objects},占用 ${held},${slabs} 个 slab,利用率 ${use}`,
    drives: (counter, ratio, low, high) => `${counter}:每个事件 ${ratio} 个对象(${low} 至 ${high})`,
    alike: (counters) => `与 ${counters} 无法区分`,
    listening: (cache) => `正在闻 ${cache}:谁只分配而不释放?`,
    diagnosing: '正在诊断本机',
    failed: (why) => `失败:${why}`,
    helpTitle: '实时视图的按键',
    help: [
      ['↑ ↓ j k', '选择缓存;PgUp PgDn Home End 翻页'],
      ['Enter', '其全部名称、计数器、驱动者与持有者'],
      ['l', '闻:听它 10 秒,看谁只分配而不释放'],
      ['d', '辨证:诊断本机(60 秒;Enter 提前结束,Esc 取消)'],
      ['/', '只看名称或别名含有此文字的缓存;Esc 恢复全部'],
      ['g', '按增长排序(两分钟内的字节/秒)'],
      ['a b c v n', '按活动对象、每 slab 对象数、占用、slab 数、名称排序'],
      ['o p s u', '按对象数、每 slab 页数、对象大小、利用率排序'],
      ['▲ ▼', '确定在增长或下降:在所有变动的缓存中并非偶然'],
      ['A → B', '合并缓存 A 中增长的是 B,依据 B 自己的计数器'],
      ['95 %', '20 次中有 19 次包含真实速率的区间'],
      ['Ctrl-L Ctrl-Z', '重绘,暂停'],
      ['q', '退出;在其他画面中:返回'],
    ],
  },
};
