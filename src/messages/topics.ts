/** `kmai help TOPIC`: what is not about one command. */
import type { Language } from './sentence.ts';

export const topics = ['stages', 'live', 'caches', 'exit-codes', 'captures', 'safety', 'casebook', 'language'] as const;
export type Topic = (typeof topics)[number];

interface TopicText {
  readonly title: string;
  readonly text: string;
}

export const topicWords: Readonly<Record<Language, { readonly list: string; readonly none: (topic: string) => string }>> = {
  en: {
    list: '`kmai help TOPIC`; `kmai help COMMAND` or `kmai COMMAND --help` for a command:',
    none: (topic) => `there is no topic or command "${topic}"; there are ${topics.join(', ')}`,
  },
  zh: {
    list: '`kmai help 主题`;命令的帮助用 `kmai help 命令` 或 `kmai 命令 --help`:',
    none: (topic) => `没有主题或命令“${topic}”;主题有 ${topics.join('、')}`,
  },
};

export const topicTexts: Readonly<Record<Language, Readonly<Record<Topic, TopicText>>>> = {
  en: {
    stages: {
      title: 'the seven stages and their commands',
      text: `望 look       how much, over time: the ledger of MemTotal, slab caches, counters     kmai look
闻 listen     who allocates and never frees: call paths                             kmai listen
问 ask        under what circumstances: kernel, rules, modules, services            kmai ask
切 touch      what exactly: objects in kernel memory, live or from a dump           kmai touch
辨证 diagnose what it is, what speaks for and against it, what would decide          kmai diagnose
论治 treat    what changes when something is changed: experiments and remedies      kmai challenge, eliminate, treat, undo
医案 record   all of it as one file                                                 kmai capture, report

The first four read, the fifth thinks, the sixth changes things and can take them back, the seventh writes down.`,
    },
    live: {
      title: 'the live view',
      text: `\`kmai look\` on a terminal looks once a second. ? shows its keys: those of slabtop to sort, / to filter, Enter for a cache's
detail, l to listen to it, d to diagnose. A rate is the median of all slopes of the last minute (Theil–Sen) with its 95 % interval;
▲ marks growth that would not be called so by chance among all caches that move. \`A → B\`: in the merged cache A it is B
that grows, by B's own counter. Without a terminal, or with --once, it is one look as text; --for D prints growth.`,
    },
    caches: {
      title: 'caches, aliases, and who owns what grows',
      text: `The kernel merges slab caches of like size and flags, and /proc/slabinfo shows the one name that came first: what grows as
pool_workqueue may be ip6_dst_cache. Wherever kmai takes a CACHE, any alias will do. Whose the growth is, is found by each
population's own counter (file-nr for filp, rt6_stats for ip6_dst_cache, sockstat for sockets …), then by call paths
(\`kmai listen\`), then by the objects themselves (\`kmai touch census\`). slab_nomerge on the kernel's command line
keeps caches apart.`,
    },
    'exit-codes': {
      title: 'exit codes',
      text: `0   healthy (or: done)
1   abnormal growth found (challenge: something was convicted; treat: slowed or unchanged)
2   cannot tell: unknown is an answer, and never passes for healthy
64  wrong usage, or a file that is not what it should be
70  a fault of kmai
77  not permitted
130 interrupted; 143 terminated (the live view)`,
    },
    captures: {
      title: 'captures, sosreports, folders and dumps',
      text: `kmai capture -o case.kmai --for 60s     records all that a diagnosis reads; --redact for pseudonyms
kmai diagnose --from case.kmai          the byte-identical record, anywhere
kmai diagnose --from sosreport.tar.xz   a sosreport, packed or not; or a folder that looks like a root
kmai diagnose --core vmcore             a dump alone; with --from, together with what was captured

What a source does not hold is told as not read, with its reason; it never counts as absent.`,
    },
    safety: {
      title: 'what kmai changes, and how it is taken back',
      text: `look, listen, ask, touch, diagnose and capture only read. listen attaches probes of its own; they end with it, also when it
is killed. challenge makes traffic or objects, to no address that was not named; eliminate pauses processes and always lets
them go on; treat changes nothing without --apply. The way back is written to a journal before a change is made;
\`kmai undo\` takes back what is left. --plan shows what would be done.`,
    },
    casebook: {
      title: 'the casebook of known leaks',
      text: `kmai case list · kmai case show ID · kmai case search WORDS · kmai case check FILE

A case is YAML: its signs (required, supporting, excluding, confirming), the triggers that arm it on a host, the releases that
have and fix it, remedies with their risk and way back. Titles, summaries and remedies are in English and Chinese; a case
without one of them does not pass \`kmai case check\`. A case is confirmed, probable, suspected or ruled out; what is unknown
keeps it at suspected.`,
    },
    language: {
      title: 'language and colours',
      text: `English or Chinese by LC_ALL, LC_MESSAGES or LANG; --lang en|zh anywhere on the line. JSON is the same in both.
Colours on a terminal only; --no-color or NO_COLOR=1 for none; TERM=dumb: neither colours nor the live view. The console of
Linux (TERM=linux) and serial lines (vt220) get ASCII, and English unless --lang zh is given: their fonts have no more. Blue and
orange can be told apart by nearly everyone; each stands beside a sign, letter or word that says the same.
Completions: \`kmai completion bash|zsh|fish\` prints a script, and in its first lines where it goes.`,
    },
  },
  zh: {
    stages: {
      title: '七个阶段及其命令',
      text: `望 look       多少,随时间:MemTotal 的账目、slab 缓存、计数器       kmai look
闻 listen     谁分配而从不释放:调用路径                              kmai listen
问 ask        处于何种境况:内核、规则、模块、服务                    kmai ask
切 touch      究竟是什么:内核内存中的对象,在线或取自转储            kmai touch
辨证 diagnose 是何病、正反证据、何者可以定论                          kmai diagnose
论治 treat    改变某物之后何者随之改变:实验与治法                    kmai challenge、eliminate、treat、undo
医案 record   以上一切,一个文件                                      kmai capture、report

前四者只读,第五者思辨,第六者施治且可撤销,第七者记录。`,
    },
    live: {
      title: '实时视图',
      text: `终端上的 \`kmai look\` 每秒看一次。? 显示按键:排序键同 slabtop,/ 筛选,Enter 看某缓存的详情,l 闻(监听),d 辨证。
速率是最近一分钟所有斜率的中位数(Theil–Sen)及其 95 % 区间;▲ 表示在所有变动的缓存中并非偶然的增长。
\`A → B\`:合并缓存 A 中增长的是 B,依据 B 自己的计数器。没有终端或加 --once 时只以文本看一次;--for D 打印增长。`,
    },
    caches: {
      title: '缓存、别名,以及增长属于谁',
      text: `内核把大小与标志相近的 slab 缓存合并,/proc/slabinfo 只显示最先创建者的名称:看似 pool_workqueue 在增长,实为 ip6_dst_cache。
凡需 CACHE 之处,任一别名皆可。增长属于谁,先看各自的计数器(filp 看 file-nr,ip6_dst_cache 看 rt6_stats,套接字看 sockstat……),
再看调用路径(\`kmai listen\`),再看对象本身(\`kmai touch census\`)。内核命令行加 slab_nomerge 可使缓存不合并。`,
    },
    'exit-codes': {
      title: '退出码',
      text: `0   健康(或:已完成)
1   发现异常增长(challenge:有所定罪;treat:减缓或没有变化)
2   无法判定:未知也是一种回答,绝不当作健康
64  用法错误,或文件不是应有的样子
70  kmai 自身的错误
77  权限不足
130 被中断;143 被终止(实时视图)`,
    },
    captures: {
      title: '采样、sosreport、文件夹与转储',
      text: `kmai capture -o case.kmai --for 60s     录下诊断所读的一切;--redact 换用化名
kmai diagnose --from case.kmai          在任何地方得到逐字节相同的记录
kmai diagnose --from sosreport.tar.xz   sosreport,打包与否皆可;或形如根目录的文件夹
kmai diagnose --core vmcore             仅凭转储;与 --from 并用则结合采样

来源中没有的,说明为未读到并给出原因;绝不当作不存在。`,
    },
    safety: {
      title: 'kmai 会改什么,如何撤销',
      text: `look、listen、ask、touch、diagnose、capture 只读。listen 挂上自己的探针,随它结束而消失,被杀亦然。challenge 产生流量或对象,
绝不发往未指明的地址;eliminate 暂停进程且总会恢复;treat 不加 --apply 什么都不改。改动之前先把退路写入日志;
\`kmai undo\` 撤销余下者。--plan 只说明会做什么。`,
    },
    casebook: {
      title: '已知泄漏的医案',
      text: `kmai case list · kmai case show ID · kmai case search 词 · kmai case check 文件

病例是 YAML:症候(必备、佐证、排除、确诊),在本机诱发它的条件,受影响与已修复的版本,治法及其风险与退路。
标题、摘要与治法均有中英文;缺一种便过不了 \`kmai case check\`。病例分确诊、很可能、疑似、已排除;有未知者至多为疑似。`,
    },
    language: {
      title: '语言与颜色',
      text: `依 LC_ALL、LC_MESSAGES、LANG 取中文或英文;--lang en|zh 可放在命令行任何位置。JSON 两种语言相同。
只在终端上用颜色;--no-color 或 NO_COLOR=1 则不用;TERM=dumb 时既无颜色也无实时视图。Linux 控制台(TERM=linux)与
串口线(vt220)的字体没有汉字,只用 ASCII,且为英文,除非给出 --lang zh。蓝与橙几乎人人可辨;旁边总有符号、字母或文字。
补全:\`kmai completion bash|zsh|fish\` 打印脚本,开头几行说明放在何处。`,
    },
  },
};
