import { afterChinese, held, holdingName } from './holdings.ts';
import { partName } from './parts.ts';
import { sentence } from './sentence.ts';
import { evidenceText } from './signs.ts';

/** The kind of memory that grows, in Chinese; a name in Latin letters is set off by blanks. */
function whereName(kind: string): string {
  const name = partName(kind, 'zh');
  return /^\w/.test(name) ? ` ${name} ` : name;
}

/** What speaks for or against a case: its signs (three-valued), its triggers on this host, the running kernel. */
export const caseReasons = {
  // signs of cases: growth and its owner
  sign_grows_owner: sentence(
    (a: { alias: string; cache: string; by: string }) => `${a.alias} grows, in cache ${a.cache} (${evidenceText(a.by, 'en')})`,
    (a) => `${a.alias} 在增长,位于缓存 ${a.cache}(依据:${evidenceText(a.by, 'zh')})`,
  ),
  sign_grows_other: sentence(
    (a: { alias: string; cache: string; by: string }) => `what grows in cache ${a.cache} is not ${a.alias} (${evidenceText(a.by, 'en')})`,
    (a) => `缓存 ${a.cache} 中增长的不是 ${a.alias}(依据:${evidenceText(a.by, 'zh')})`,
  ),
  sign_grows_flat: sentence(
    (a: { alias: string; cache: string }) => `${a.alias}: cache ${a.cache} does not grow`,
    (a) => `${a.alias}:缓存 ${a.cache} 没有增长`,
  ),
  sign_grows_undecided: sentence(
    (a: { alias: string; cache: string }) =>
      `${a.alias}: whether cache ${a.cache} grows is undecided, the window was too short or too noisy`,
    (a) => `${a.alias}:缓存 ${a.cache} 是否增长尚无定论,观察时间太短或噪声太大`,
  ),
  sign_grows_not_slab: sentence(
    (a: { alias: string; kind: string }) => `what grows is not a slab cache but ${a.kind}, so not ${a.alias}`,
    (a) => `增长的不是 slab 缓存而是 ${a.kind},因此不是 ${a.alias}`,
  ),
  sign_grows_merged: sentence(
    (a: { alias: string; cache: string; aliases: string }) =>
      a.aliases === ''
        ? `cache ${a.cache} grows, but whether other caches are merged into ${a.alias} is not known`
        : `cache ${a.cache} grows and is merged (${a.aliases}); which of them grows is not known, ${a.alias} may be it`,
    (a) =>
      a.aliases === ''
        ? `缓存 ${a.cache} 在增长,但不知是否有别的缓存合并进了 ${a.alias}`
        : `缓存 ${a.cache} 在增长且为合并缓存(${a.aliases});不知是其中哪一个,可能是 ${a.alias}`,
  ),
  sign_aliases_unknown: sentence(
    (a: { alias: string; cache: string }) =>
      `cache ${a.cache} grows; whether ${a.alias} is merged into it is not known (/sys/kernel/slab was not readable)`,
    (a) => `缓存 ${a.cache} 在增长;不知 ${a.alias} 是否合并其中(/sys/kernel/slab 不可读)`,
  ),
  // signs of cases: call sites
  sign_nobody_listened: sentence(
    (a: { wanted: string }) => `${a.wanted}: nobody has listened to the allocations yet`,
    (a) => `${a.wanted}:尚未监听过分配`,
  ),
  sign_callsite_holds: sentence(
    (a: { wanted: string; objects: number; percent: number }) =>
      `stacks through ${a.wanted} hold ${a.objects} objects that were not freed (${a.percent} % of all)`,
    (a) => `经过 ${a.wanted} 的调用栈持有 ${a.objects} 个未释放对象(占 ${a.percent} %)`,
  ),
  sign_callsite_thin: sentence(
    (a: { wanted: string; percent: number }) => `${a.wanted}: the stacks heard explain only ${a.percent} % of the growth`,
    (a) => `${a.wanted}:监听到的调用栈只解释了增长的 ${a.percent} %`,
  ),
  sign_callsite_elsewhere: sentence(
    (a: { wanted: string; stacks: number; percent: number }) =>
      `${a.wanted} is on stacks that hold ${a.percent} % of what is held (${a.stacks} stacks)`,
    (a) => `经过 ${a.wanted} 的调用栈只占所持对象的 ${a.percent} %(共 ${a.stacks} 个调用栈)`,
  ),
  // signs of cases: drivers and counters
  sign_no_driver: sentence(
    (a: { counter: string }) => `${a.counter}: no counter has been found to drive the growth`,
    (a) => `${a.counter}:没有找到驱动增长的计数器`,
  ),
  sign_driver_is: sentence(
    (a: { counter: string; ratio: number; low: number; high: number }) =>
      `driven by ${a.counter}: ${a.ratio} objects per event (${a.low}–${a.high})`,
    (a) => `由 ${a.counter} 驱动:每次事件 ${a.ratio} 个对象(${a.low}–${a.high})`,
  ),
  sign_driver_other: sentence(
    (a: { counter: string; other: string }) => `driven by ${a.other}, not by ${a.counter}`,
    (a) => `由 ${a.other} 驱动,而不是 ${a.counter}`,
  ),
  sign_driver_inseparable: sentence(
    (a: { counter: string; other: string }) => `${a.counter} and ${a.other} moved together: which of them drives the growth cannot be told`,
    (a) => `${a.counter} 与 ${a.other} 同步变化:无法分辨由哪一个驱动`,
  ),
  sign_driver_out_of_bounds: sentence(
    (a: { counter: string; ratio: number; low: number; high: number; from: number; to: number }) =>
      `driven by ${a.counter}, but at ${a.ratio} objects per event (${a.low}–${a.high}); the case gives ${a.from}–${a.to}`,
    (a) => `由 ${a.counter} 驱动,但每次事件 ${a.ratio} 个对象(${a.low}–${a.high});该病例应为 ${a.from}–${a.to}`,
  ),
  sign_driver_imprecise: sentence(
    (a: { counter: string; ratio: number; low: number; high: number; from: number; to: number }) =>
      `driven by ${a.counter} at ${a.ratio} objects per event (${a.low}–${a.high}): too imprecise to say whether within ${a.from}–${a.to}`,
    (a) => `由 ${a.counter} 驱动,每次事件 ${a.ratio} 个对象(${a.low}–${a.high}):不够精确,无法判断是否在 ${a.from}–${a.to} 之内`,
  ),
  sign_counted: sentence(
    (a: { counter: string; value: number; at_least: number }) => `${a.counter} stands at ${a.value} (the case needs ${a.at_least})`,
    (a) => `${a.counter} 现为 ${a.value}(该病例需要至少 ${a.at_least})`,
  ),
  // signs of cases: the ledger and its parts
  sign_ledger_grows: sentence(
    (a: { part: string; kib: number }) => `ledger part ${a.part} grew by ${a.kib} KiB over the window`,
    (a) => `账目“${partName(a.part, 'zh')}”在观察期内增长 ${a.kib} KiB`,
  ),
  sign_ledger_flat: sentence(
    (a: { part: string; kib: number }) => `ledger part ${a.part} did not grow (${a.kib} KiB over the window)`,
    (a) => `账目“${partName(a.part, 'zh')}”没有增长(观察期内 ${a.kib} KiB)`,
  ),
  sign_ledger_noisy: sentence(
    (a: { part: string; kib: number }) => `ledger part ${a.part} moved by ${a.kib} KiB, within its noise`,
    (a) => `账目“${partName(a.part, 'zh')}”变化 ${a.kib} KiB,未超出噪声`,
  ),
  sign_unaccounted: sentence(
    (a: { kib_per_second: number }) => `pages that no part of the ledger accounts for: ${a.kib_per_second} KiB/s`,
    (a) => `有账目之外的页在增长:${a.kib_per_second} KiB/秒`,
  ),
  sign_unaccounted_elsewhere: sentence(
    (a: { kind: string }) => `what grows is accounted for: ${a.kind}`,
    (a) => `增长有账可查:${a.kind}`,
  ),
  sign_found_in: sentence(
    (a: { kind: string; wanted: string }) => (a.kind === a.wanted ? `what grows is ${a.kind}` : `what grows is ${a.kind}, not ${a.wanted}`),
    (a) => (a.kind === a.wanted ? `增长的是${whereName(a.kind)}` : `增长的是${whereName(a.kind)},而不是${whereName(a.wanted)}`),
  ),
  sign_vmalloc_grows: sentence(
    (a: { caller: string; kib: number }) => `vmalloc areas of ${a.caller} changed by ${a.kib} KiB`,
    (a) => `${a.caller} 的 vmalloc 区域变化 ${a.kib} KiB`,
  ),
  sign_vmalloc_none: sentence(
    (a: { caller: string }) => `${a.caller} has no vmalloc areas`,
    (a) => `${a.caller} 没有 vmalloc 区域`,
  ),
  // signs of cases: populations, cgroups, holders
  sign_population_compare: sentence(
    (a: { cache: string; objects: number; known: number; by: string }) =>
      `the cache of ${a.cache} gained ${a.objects} objects, its own counter ${a.known} (${a.by})`,
    (a) => `${a.cache} 所在缓存增加 ${a.objects} 个对象,其自身计数器增加 ${a.known}(${a.by})`,
  ),
  sign_population_share: sentence(
    (a: { cache: string; percent: number; by: string }) => `${a.cache}'s own counter explains ${a.percent} % of the growth (${a.by})`,
    (a) => `${a.cache} 自身的计数器解释了增长的 ${a.percent} %(${a.by})`,
  ),
  sign_dying_cgroups: sentence(
    (a: { count: number; by: number; at_least: number }) =>
      `${a.count} removed memory cgroups are still charged (${a.by >= 0 ? '+' : ''}${a.by} over the window; the case needs ${a.at_least} or growth)`,
    (a) => `${a.count} 个已删除的内存 cgroup 仍被计费(观察期内 ${a.by >= 0 ? '+' : ''}${a.by};该病例需要 ${a.at_least} 个或持续增长)`,
  ),
  sign_held_by: sentence(
    (a: { comm: string; pid: number; count: number; kind: string }) => `${a.comm} (pid ${a.pid}) holds ${held(a.count, a.kind, 'en')}`,
    (a) => `${a.comm}(进程 ${a.pid})持有 ${held(a.count, a.kind, 'zh')}`,
  ),
  sign_holdings_gained: sentence(
    (a: { kind: string; gained: number; objects: number }) =>
      `processes gained ${a.gained} ${a.kind === 'all' ? 'things of any kind' : holdingName(a.kind, 'en')} while the cache gained ${a.objects} objects`,
    (a) => `缓存增加 ${a.objects} 个对象,同期进程增加 ${a.gained} 个${a.kind === 'all' ? '各类持有物' : afterChinese(a.kind)}`,
  ),
  sign_holdings_unread: sentence(
    (a: { kind: string }) =>
      `what processes hold (${a.kind === 'all' ? 'things of any kind' : holdingName(a.kind, 'en')}) could not be read at both ends of the window`,
    (a) => `未能在观察期两端读到进程所持之物(${a.kind === 'all' ? '各类' : holdingName(a.kind, 'zh')})`,
  ),
  sign_reclaimable: sentence(
    (a: { what: string; yes: boolean }) => `${a.what} is ${a.yes ? '' : 'not '}reclaimable`,
    (a) => `${a.what} ${a.yes ? '可以' : '不可'}回收`,
  ),
  // signs of cases: log, kernel memory, experiments
  sign_log_says: sentence(
    (a: { line: string }) => `the kernel log says: ${a.line}`,
    (a) => `内核日志:${a.line}`,
  ),
  sign_log_silent: sentence(
    (a: { text: string }) => `the kernel log, as far as it reaches, does not say "${a.text}"`,
    (a) => `内核日志(就其保留部分)没有“${a.text}”`,
  ),
  sign_census: sentence(
    (a: { wanted: string; percent: number; objects: number }) => `of ${a.objects} objects ${a.percent} % look like ${a.wanted}`,
    (a) => `${a.objects} 个对象中 ${a.percent} % 形似 ${a.wanted}`,
  ),
  sign_no_census: sentence(
    (a: { wanted: string }) => `${a.wanted}: nobody has looked at the objects themselves yet`,
    (a) => `${a.wanted}:尚未查看对象本身`,
  ),
  sign_orphans: sentence(
    (a: { unreachable: number; objects: number }) => `${a.unreachable} of ${a.objects} objects can be reached from nowhere`,
    (a) => `${a.objects} 个对象中有 ${a.unreachable} 个无处可达`,
  ),
  sign_no_orphans: sentence(
    () => 'whether the objects can be reached is unknown: kernel memory was not searched yet',
    () => '对象是否可达未知:尚未搜索内核内存',
  ),
  sign_no_experiment: sentence(
    (a: { stimulus: string }) => `${a.stimulus}: no experiment has been conducted`,
    (a) => `${a.stimulus}:尚未做过对照实验`,
  ),
  sign_experiment_convicts: sentence(
    (a: { stimulus: string; events: number; ratio: number; p: number }) =>
      `the experiment convicts ${a.stimulus}: ${a.ratio} objects per event over ${a.events} events (p = ${a.p})`,
    (a) => `对照实验证实 ${a.stimulus}:${a.events} 次事件,每次 ${a.ratio} 个对象(p = ${a.p})`,
  ),
  sign_experiment_acquits: sentence(
    (a: { stimulus: string; events: number; ratio: number; p: number }) =>
      `the experiment acquits ${a.stimulus}: ${a.ratio} objects per event over ${a.events} events (p = ${a.p})`,
    (a) => `对照实验排除 ${a.stimulus}:${a.events} 次事件,每次 ${a.ratio} 个对象(p = ${a.p})`,
  ),
  sign_not_measured: sentence(
    (a: { what: string }) => `${a.what} was not measured or could not be read`,
    (a) => `${a.what} 没有测量或无法读取`,
  ),
  sign_too_few_values: sentence(
    (a: { what: string }) => `${a.what}: fewer than two values, or no growth to compare with`,
    (a) => `${a.what}:数值少于两个,或没有可比较的增长`,
  ),
  // triggers of cases
  trigger_present: sentence(
    (a: { en: string; zh: string; found: string }) => `${a.en}${a.found === '' ? '' : `: ${a.found}`}`,
    (a) => `${a.zh}${a.found === '' ? '' : `:${a.found}`}`,
  ),
  trigger_absent: sentence(
    (a: { en: string; zh: string }) => `not on this host: ${a.en}`,
    (a) => `本机没有:${a.zh}`,
  ),
  trigger_unavailable: sentence(
    (a: { en: string; zh: string; facts: string }) => `${a.en}: could not be asked (${a.facts})`,
    (a) => `${a.zh}:未能问到(${a.facts})`,
  ),
  trigger_failed: sentence(
    (a: { en: string; zh: string; detail: string }) => `${a.en}: the condition failed (${a.detail})`,
    (a) => `${a.zh}:条件求值失败(${a.detail})`,
  ),
  // the running kernel against the releases a case names
  release_affected: sentence(
    (a: { running: string; introduced: string; fixed: string }) =>
      `kernel ${a.running} is affected (${[a.introduced && `introduced in ${a.introduced}`, a.fixed ? `fixed in ${a.fixed}` : 'no fix known for it'].filter(Boolean).join(', ')})`,
    (a) =>
      `内核 ${a.running} 受影响(${[a.introduced && `引入于 ${a.introduced}`, a.fixed ? `修复于 ${a.fixed}` : '未见对应修复'].filter(Boolean).join(',')})`,
  ),
  release_fixed: sentence(
    (a: { running: string; fixed: string }) => `kernel ${a.running} should have the fix (since ${a.fixed})`,
    (a) => `内核 ${a.running} 应已包含修复(自 ${a.fixed} 起)`,
  ),
  release_before: sentence(
    (a: { running: string; introduced: string }) => `kernel ${a.running} is older than the bug (introduced in ${a.introduced})`,
    (a) => `内核 ${a.running} 早于该缺陷(引入于 ${a.introduced})`,
  ),
  release_vendor: sentence(
    (a: { running: string }) =>
      `kernel ${a.running} is a vendor's: it backports fixes and bugs, so its version says neither affected nor fixed`,
    (a) => `内核 ${a.running} 为厂商内核:会回移补丁,仅凭版本号无法判断是否受影响`,
  ),
  release_unknown: sentence(
    (a: { running: string }) => `whether kernel ${a.running} has the fix cannot be told from its version`,
    (a) => `仅凭版本无法判断内核 ${a.running} 是否包含修复`,
  ),
} as const;
