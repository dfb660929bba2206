import { afterChinese, held, holdingName } from './holdings.ts';
import { sentence } from './sentence.ts';

/** Sentences about what grows, whose it is, what drives it and who holds it. Rates come formatted, with their unit. */
export const findingReasons = {
  accompanied: sentence(
    (a: { caches: string }) => `With it, in proportion, grow ${a.caches}.`,
    (a) => `按固定比例随之增长的还有 ${a.caches.replaceAll('/s)', '/秒)')}。`,
  ),
  bounded_by: sentence(
    (a: { alias: string; setting: string; value: string; full: string }) =>
      `${a.alias} is bounded by ${a.setting} = ${a.value}, reached in ${a.full} at this pace.`,
    (a) => `${a.alias} 受 ${a.setting} = ${a.value} 限制,按此速度 ${a.full} 后达到上限。`,
  ),
  cannot_tell_holders: sentence(
    (a: { why: string }) => `Whether a process holds it cannot be told: ${a.why}.`,
    (a) => `无法判断是否由进程持有:${a.why}。`,
  ),
  driven_by: sentence(
    (a: { counter: string; ratio: string; low: string; high: string }) =>
      `Driven by ${a.counter}: ${a.ratio} objects per event (${a.low} to ${a.high}).`,
    (a) => `由 ${a.counter} 驱动:每次事件 ${a.ratio} 个对象(${a.low} 至 ${a.high})。`,
  ),
  driven_by_ratio: sentence(
    (a: { counter: string; ratio: string; low: string; high: string }) =>
      `Keeps pace with ${a.counter}: ${a.ratio} objects per event (${a.low} to ${a.high}); both went steadily, so this is likely, not proven.`,
    (a) => `与 ${a.counter} 同步:每次事件 ${a.ratio} 个对象(${a.low} 至 ${a.high});两者均匀速,故只是可能,未经证明。`,
  ),
  lost_objects: sentence(
    (a: { unreachable: number; objects: number; cache: string; bytes: string; type: string }) =>
      `${a.unreachable} of ${a.objects} objects of ${a.cache} (${a.bytes}) can be reached from nowhere${a.type === '' ? '' : `; they are struct ${a.type}`}.`,
    (a) =>
      `${a.cache} 的 ${a.objects} 个对象中有 ${a.unreachable} 个(${a.bytes})无处可达${a.type === '' ? '' : `;它们是 struct ${a.type}`}。`,
  ),
  nothing_lost: sentence(
    (a: { objects: number; pages: number }) =>
      `The kernel's memory shows no loss: ${a.objects} objects that can be reached from nowhere, ${a.pages} pages that nothing points to, as few as on healthy machines. Growth that something still points to does not show in one look.`,
    (a) => `内核内存中未见丢失:${a.objects} 个对象无处可达,${a.pages} 个页无处指向,与健康机器相当。仍被引用的增长,看一次看不出来。`,
  ),
  lost_pages: sentence(
    (a: { pages: number; bytes: string; percent: string; orders: string }) =>
      `${a.pages} allocated pages (${a.bytes}, ${a.percent} % of memory) are of no kind that can be told, and nothing in the kernel's memory points to them: ${a.orders}.`,
    (a) => `${a.pages} 个已分配的页(${a.bytes},占内存 ${a.percent} %)类别不明,且内核内存中没有任何地方指向它们:${a.orders}。`,
  ),
  driver_indistinguishable: sentence(
    (a: { counters: string }) => `Not to be told apart from it in this window: ${a.counters}.`,
    (a) => `本窗口内无法与之区分:${a.counters}。`,
  ),
  dying_cgroups: sentence(
    (a: { dying: string; rate: string }) => `${a.dying} removed memory cgroups are still charged, ${a.rate}.`,
    (a) => `${a.dying} 个已删除的内存 cgroup 仍有计费,${a.rate}。`,
  ),
  grows: sentence(
    (a: { what: string; rate: string; bytes: string }) => `${a.what} grows by ${a.rate} (${a.bytes}).`,
    (a) => `${a.what} 以 ${a.rate} 增长(${a.bytes})。`,
  ),
  heard_nobody_leaking: sentence(
    (a: { cache: string }) => `While ${a.cache} was listened to, whoever allocated also freed: the growth may be over.`,
    (a) => `监听 ${a.cache} 期间,分配者均已释放:增长可能已停止。`,
  ),
  held_by: sentence(
    (a: { pid: number; comm: string; count: string; what: string; rate: string }) =>
      `Process ${a.pid} (${a.comm}) holds ${held(a.count, a.what, 'en')}, ${a.rate}.`,
    (a) => `进程 ${a.pid}(${a.comm})持有 ${held(a.count, a.what, 'zh')},${a.rate}。`,
  ),
  held_by_nobody: sentence(
    (a: { what: string }) => `No process holds them: the ${holdingName(a.what, 'en')} of all processes together did not grow so.`,
    (a) => `没有进程持有它们:所有进程的${afterChinese(a.what)}合计并未如此增长。`,
  ),
  merged: sentence(
    (a: { cache: string; aliases: string }) => `${a.cache} is merged: ${a.aliases}.`,
    (a) => `${a.cache} 是合并缓存:${a.aliases}。`,
  ),
  aliases_unknown: sentence(
    (a: { cache: string; why: string }) => `Which caches are merged into ${a.cache} is unknown: ${a.why}.`,
    (a) => `哪些缓存合并进 ${a.cache} 未知:${a.why}。`,
  ),
  no_slabinfo: sentence(
    (a: { why: string }) => `Slab caches could not be read: ${a.why}.`,
    (a) => `无法读取 slab 缓存:${a.why}。`,
  ),
  owner_by_elimination: sentence(
    (a: { alias: string }) => `The others' own counters stand still, so ${a.alias} is the likely owner: by elimination, not by proof.`,
    (a) => `其他别名的计数不变,故 ${a.alias} 最可能是所有者:此为排除所得,并非证明。`,
  ),
  owner_by_population: sentence(
    (a: { alias: string; by: string; rate: string }) => `${a.by} ${a.rate}: the growing objects are ${a.alias}.`,
    (a) => `${a.by} ${a.rate}:增长的对象是 ${a.alias}。`,
  ),
  owner_unknown: sentence(
    (a: { cache: string }) => `No counter tells whose the growing objects of ${a.cache} are.`,
    (a) => `没有计数器能说明 ${a.cache} 中增长的对象属于谁。`,
  ),
  plateau: sentence(
    (a: { what: string; objects: string }) => `${a.what} rose by ${a.objects} and has stopped: warm-up or a bounded set, not a leak.`,
    (a) => `${a.what} 增加了 ${a.objects} 后停止:属预热或有界集合,不是泄漏。`,
  ),
  population_spared: sentence(
    (a: { alias: string; by: string; rate: string }) => `${a.by} (${a.alias}) ${a.rate}: not these.`,
    (a) => `${a.by}(${a.alias})${a.rate}:不是它们。`,
  ),
  reclaimable: sentence(
    (a: { what: string }) => `${a.what} is reclaimable: the kernel gives it back under pressure.`,
    (a) => `${a.what} 可回收:内存紧张时内核会归还。`,
  ),
  short_window: sentence(
    (a: { seconds: string }) => `${a.seconds} is too short to tell growth from noise: a window of at least 30 s is needed.`,
    (a) => `${a.seconds} 太短,无法区分增长与噪声:需要至少 30 秒的窗口。`,
  ),
  single_look: sentence(
    () => 'A single look shows how much, never growth: a window of at least 30 s is needed.',
    () => '单次查看只能看到多少,看不到增长:需要至少 30 秒的窗口。',
  ),
  too_noisy: sentence(
    (a: { what: string; rate: string; window: string }) =>
      `${a.what} may grow (${a.rate}), but this window cannot decide; ${a.window} would.`,
    (a) => `${a.what} 可能在增长(${a.rate}),但本窗口无法判定;${a.window} 的窗口可以。`,
  ),
  owner_unmerged: sentence(
    (a: { cache: string }) => `${a.cache} is not merged with any other cache: its objects are its own.`,
    (a) => `${a.cache} 未与其他缓存合并:其对象即自身所有。`,
  ),
  population_unseen: sentence(
    (a: { alias: string; by: string; rate: string; cache: string }) =>
      `${a.by} counts ${a.rate} of ${a.alias}, while ${a.cache} does not grow: the counter drifts, not the memory.`,
    (a) => `${a.by} 计得 ${a.alias} ${a.rate},而 ${a.cache} 并未增长:漂移的是计数,不是内存。`,
  ),
  owner_not_counted: sentence(
    (a: { alias: string; by: string; rate: string }) =>
      `${a.by} ${a.rate}: the growing objects are ${a.alias}, but the kernel no longer counts them among those in use.`,
    (a) => `${a.by} ${a.rate}:增长的对象是 ${a.alias},但内核已不把它们计为在用。`,
  ),
  unexplained_share: sentence(
    (a: { share: string }) => `${a.share} of the growth is explained by no counter.`,
    (a) => `${a.share} 的增长没有计数器可以解释。`,
  ),
  ledger_negative: sentence(
    (a: { bytes: string }) => `The ledger does not reconcile: its parts exceed MemTotal by ${a.bytes}.`,
    (a) => `账目不平:各部分之和超出 MemTotal ${a.bytes}。`,
  ),
  vmalloc_caller: sentence(
    (a: { caller: string; bytes: string }) => `The vmalloc areas of ${a.caller} grew by ${a.bytes}.`,
    (a) => `${a.caller} 的 vmalloc 区增加了 ${a.bytes}。`,
  ),
} as const;
