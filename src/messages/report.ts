/** The words of a rendered record: labels, verdicts, classes. Typed: a missing translation does not compile. */
import type { FindingClass, Standing, Verdict } from '../model/diagnosis.ts';
import type { Language } from './sentence.ts';

export interface ReportWords {
  readonly watched: (duration: string) => string;
  readonly singleLook: string;
  readonly verdict: string;
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly classes: Readonly<Record<FindingClass, string>>;
  readonly standings: Readonly<Record<Standing, string>>;
  readonly stages: Readonly<Record<'look' | 'listen' | 'ask' | 'touch' | 'case' | 'treat' | 'next' | 'unread', string>>;
  readonly healthy: string;
  readonly cannotTell: string;
  readonly gone: (duration: string) => string;
  readonly sinceBoot: string;
  readonly objectsPerSecond: string;
  readonly perSecond: string;
  readonly against: string;
  readonly unknown: string;
  readonly ruledOut: (cases: string) => string;
  readonly noCase: string;
  readonly reversible: string;
  readonly bootWith: (parameters: string) => string;
  readonly installedBy: (names: string) => string;
  readonly triggerAbsent: string;
  readonly triggerUnknown: string;
  readonly explained: (fraction: string) => string;
  readonly more: (count: number) => string;
  readonly help: string;
  readonly from: (place: string) => string;
  readonly none: string;
  readonly ledger: string;
  readonly unaccounted: string;
  readonly topCaches: string;
  readonly caseLabels: Readonly<
    Record<
      'class' | 'introduced' | 'fixed' | 'require' | 'support' | 'exclude' | 'confirm' | 'triggers' | 'cautions' | 'references',
      string
    >
  >;
  readonly columns: Readonly<Record<'cache' | 'objects' | 'bytes' | 'objectSize' | 'aliases' | 'rate' | 'shape', string>>;
}

export const reportWords: Readonly<Record<Language, ReportWords>> = {
  en: {
    watched: (duration) => `watched ${duration}`,
    singleLook: 'a single look',
    verdict: 'VERDICT',
    verdicts: { leak: 'leak', growth: 'growth', healthy: 'healthy', inconclusive: 'cannot tell' },
    classes: {
      'kernel-leak': 'kernel leak',
      'held-by-userspace': 'held by user space',
      reclaimable: 'reclaimable',
      bounded: 'bounded',
      accounting: 'accounting drift',
    },
    standings: { confirmed: 'confirmed', probable: 'probable', suspected: 'suspected', 'ruled-out': 'ruled out' },
    stages: { look: 'look', listen: 'listen', ask: 'ask', touch: 'touch', case: 'case', treat: 'treat', next: 'next', unread: 'not read' },
    healthy: 'healthy: nothing in the kernel grows beyond what this window can explain',
    cannotTell: 'cannot tell',
    gone: (duration) => `memory is gone in ${duration}`,
    sinceBoot: 'on average since boot; whether it goes on, one look cannot tell',
    objectsPerSecond: 'objects/s',
    perSecond: '/s',
    against: 'Against',
    unknown: 'Unknown',
    ruledOut: (cases) => `ruled out: ${cases}`,
    noCase: 'no known leak matches; the casebook has none with these signs',
    reversible: 'reversible',
    bootWith: (parameters) => `boot with: ${parameters}`,
    installedBy: (names) => `as ${names} installs`,
    triggerAbsent: 'not found',
    triggerUnknown: 'unknown',
    explained: (fraction) => `explains ${fraction} of the growth`,
    more: (count) => `… and ${count} more`,
    help: 'would help',
    from: (place) => `from ${place}`,
    none: 'none',
    ledger: 'ledger',
    unaccounted: 'unaccounted',
    topCaches: 'caches',
    caseLabels: {
      class: 'class',
      introduced: 'since',
      fixed: 'fixed in',
      require: 'requires',
      support: 'for it',
      exclude: 'excludes',
      confirm: 'confirms',
      triggers: 'triggers',
      cautions: 'caution',
      references: 'see',
    },
    columns: { cache: 'cache', objects: 'objects', bytes: 'held', objectSize: 'size', aliases: 'merged with', rate: 'growth', shape: '' },
  },
  zh: {
    watched: (duration) => `观察 ${duration}`,
    singleLook: '单次查看',
    verdict: '诊断',
    verdicts: { leak: '泄漏', growth: '增长', healthy: '健康', inconclusive: '无法判定' },
    classes: {
      'kernel-leak': '内核泄漏',
      'held-by-userspace': '由用户空间持有',
      reclaimable: '可回收',
      bounded: '有界',
      accounting: '计数漂移',
    },
    standings: { confirmed: '确诊', probable: '很可能', suspected: '疑似', 'ruled-out': '已排除' },
    stages: { look: '望', listen: '闻', ask: '问', touch: '切', case: '医案', treat: '论治', next: '下一步', unread: '未读到' },
    healthy: '健康:内核中没有超出本窗口可解释范围的增长',
    cannotTell: '无法判定',
    gone: (duration) => `内存将在 ${duration}后耗尽`,
    sinceBoot: '自启动以来的平均值;是否仍在继续,看一次无法判断',
    objectsPerSecond: '对象/秒',
    perSecond: '/秒',
    against: '反证',
    unknown: '未知',
    ruledOut: (cases) => `已排除:${cases}`,
    noCase: '没有已知泄漏与此相符;医案中无此症候',
    reversible: '可逆',
    bootWith: (parameters) => `启动参数:${parameters}`,
    installedBy: (names) => `与 ${names} 所安装的相同`,
    triggerAbsent: '未发现',
    triggerUnknown: '未知',
    explained: (fraction) => `解释了 ${fraction} 的增长`,
    more: (count) => `……另有 ${count} 项`,
    help: '可以这样补足',
    from: (place) => `出自 ${place}`,
    none: '无',
    ledger: '账目',
    unaccounted: '未入账',
    topCaches: '缓存',
    caseLabels: {
      class: '类别',
      introduced: '始于',
      fixed: '修复于',
      require: '必备',
      support: '佐证',
      exclude: '排除',
      confirm: '确诊',
      triggers: '诱因',
      cautions: '注意',
      references: '参考',
    },
    columns: { cache: '缓存', objects: '对象', bytes: '占用', objectSize: '大小', aliases: '合并者', rate: '增长', shape: '' },
  },
};
