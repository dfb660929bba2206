/**
 * Reasons, helps, refusals and remarks in the reader's language. They arise as English text deep in the examinations, and
 * stand so in the Record, the same for everyone; here is what they are in Chinese. `{}` stands for a name, number or path.
 * A test reads the sources and fails for a text that is not in the table.
 */
import type { Unavailable } from '../model/evidence.ts';
import type { Language } from './sentence.ts';
import { inChinese } from './units.ts';

/** Why something could not be read, in a word. */
export const reasonWords: Readonly<Record<Language, Readonly<Record<Unavailable['reason'], string>>>> = {
  en: { absent: 'absent', denied: 'denied', unsupported: 'unsupported', malformed: 'malformed' },
  zh: { absent: '不存在', denied: '被拒绝', unsupported: '不支持', malformed: '格式不符' },
};

const chinese: Readonly<Record<string, string>> = {
  // rights, kernels and programs that would help
  'run as root': '以 root 运行',
  'run as root (CAP_BPF and CAP_PERFMON); kernel lockdown "confidentiality" forbids it':
    '以 root 运行(CAP_BPF 与 CAP_PERFMON);内核 lockdown "confidentiality" 会禁止',
  'run as root (CAP_SYS_PTRACE)': '以 root 运行(CAP_SYS_PTRACE)',
  'run as root (CAP_DAC_OVERRIDE), or chmod a+r /proc/slabinfo': '以 root 运行(CAP_DAC_OVERRIDE),或 chmod a+r /proc/slabinfo',
  'run as root on a kernel with CONFIG_SLUB and CONFIG_SYSFS (slab_nomerge shows every cache by its own name)':
    '以 root 运行,内核须有 CONFIG_SLUB 与 CONFIG_SYSFS(slab_nomerge 可使每个缓存以本名出现)',
  'run as root: /proc/zoneinfo is 0400 on some systems': '以 root 运行:某些系统上 /proc/zoneinfo 为 0400',
  'run as root; perf must fit the kernel': '以 root 运行;perf 须与内核相配',
  'read it as root': '以 root 读取',
  'read it as root; kernel lockdown (mode confidentiality) closes /proc/kcore to everybody':
    '以 root 读取;内核 lockdown(confidentiality 模式)对任何人关闭 /proc/kcore',
  'needs a kernel with CONFIG_BPF_SYSCALL': '需要带 CONFIG_BPF_SYSCALL 的内核',
  'a kernel with CONFIG_DEBUG_KMEMLEAK, debugfs mounted, as root': '带 CONFIG_DEBUG_KMEMLEAK 的内核,挂载 debugfs,以 root 运行',
  'a kernel ≥ 6.10 with CONFIG_MEM_ALLOC_PROFILING, booted with sysctl.vm.mem_profiling=1':
    '带 CONFIG_MEM_ALLOC_PROFILING 的 6.10 及以上内核,以 sysctl.vm.mem_profiling=1 启动',
  'a kernel ≥ 6.9 with CONFIG_PAGE_OWNER, booted with page_owner=on, and debugfs mounted':
    '带 CONFIG_PAGE_OWNER 的 6.9 及以上内核,以 page_owner=on 启动,并挂载 debugfs',
  'a kernel with CONFIG_PSI, booted with psi=1': '带 CONFIG_PSI 的内核,以 psi=1 启动',
  'a kernel with IPv6 (ipv6.disable=1, or the module is not loaded)': '启用 IPv6 的内核(现为 ipv6.disable=1,或模块未加载)',
  'a kernel with CONFIG_SLUB_DEBUG or CONFIG_SLAB; none is built without': '带 CONFIG_SLUB_DEBUG 或 CONFIG_SLAB 的内核;没有内核两者皆无',
  'a kernel built with CONFIG_IKCONFIG_PROC': '带 CONFIG_IKCONFIG_PROC 的内核',
  'a kernel with {}': '带 {} 的内核',
  'boot with slub_debug=U,{}, mount debugfs, run as root': '以 slub_debug=U,{} 启动,挂载 debugfs,以 root 运行',
  'mount -t tracefs tracefs /sys/kernel/tracing (as root)': '(以 root)mount -t tracefs tracefs /sys/kernel/tracing',
  'mount a cgroup hierarchy with the memory controller': '挂载带内存控制器的 cgroup 层级',
  'mount {}': '挂载 {}',
  'sysctl kernel.kptr_restrict=1, and run as root': 'sysctl kernel.kptr_restrict=1,并以 root 运行',
  'install a bpftrace that fits the kernel, or use --engine bpf': '安装与内核相配的 bpftrace,或用 --engine bpf',
  'install kmai with its dependencies': '连同依赖一起安装 kmai',
  'install {}': '安装 {}',
  'run kmai on a machine with glibc or musl': '在有 glibc 或 musl 的机器上运行 kmai',
  'please report this line with your kernel release': '请将此行连同内核版本报告给我们',
  'report this as a defect of kmai': '请作为 kmai 的缺陷报告',
  'capture again with this version of kmai': '用此版本的 kmai 重新采样',
  'free space in {}, or unpack it by hand': '在 {} 腾出空间,或手工解包',
  'what is whole was used': '已采用其中完好的部分',
  'a makedumpfile that knows this kernel, or dump level 0': '认识此内核的 makedumpfile,或转储级别 0',
  'a whole dump of a kernel with BTF and kallsyms (6.0 or later)': '带 BTF 与 kallsyms 的内核(6.0 及以上)的完整转储',
  'examine the machine itself, or give a capture of it beside the dump': '检查机器本身,或在转储之外再给一份采样',
  'see `kmai touch caches` for the names; pages, pages:ORDER, vmalloc and percpu are heard too':
    '名称见 `kmai touch caches`;亦可监听 pages、pages:ORDER、vmalloc、percpu',
  '`kmai touch caches` has the names': '名称见 `kmai touch caches`',
  '`kmai ask` shows the rules': '`kmai ask` 可显示规则',
  '`systemctl status` tells more': '`systemctl status` 说得更详细',
  'ask again': '再问一次',
  'try it by hand': '请手工一试',
  'do it by hand': '请手工操作',
  'change it by hand': '请手工修改',
  'delete it by hand': '请手工删除',
  'read it, and run it by hand: it is a shell script': '读过之后手工运行:它是 shell 脚本',
  'start it while it grows': '请在它增长时开始',
  '--engine bpf': '改用 --engine bpf',
  'KMAI_JOURNAL names another folder': '可用 KMAI_JOURNAL 指定别的文件夹',
  'kmai changes nothing that it could not undo': 'kmai 不做无法撤销的更改',

  // the host, its files, its programs
  'exit code {}: {}': '退出码 {}:{}',
  'exit code {}': '退出码 {}',
  "the system call's number on {} is not known": '不知道 {} 上的系统调用号',
  'system call numbers on {} are not known': '不知道 {} 上的系统调用号',
  'not in the capture': '不在采样之中',
  'a capture with its manifest.json': '带 manifest.json 的采样',
  'a capture of schema kmai.capture/1': '模式为 kmai.capture/1 的采样',
  'TCP at {}': '{} 的 TCP',
  'is there a route to it?': '有通往它的路由吗?',
  '{}, the limit is {} bytes': '{},上限为 {} 字节',
  'EISDIR: it is a folder': 'EISDIR:是文件夹',
  'it is a device, pipe or socket, not a file': '是设备、管道或套接字,而不是文件',
  'the journal': '日志',
  'none of {} can be written': '{} 都不可写',
  'the guard': '守护',
  'sh could not be started': 'sh 无法启动',
  '{} bytes, too many to be taken from the archive': '{} 字节,太大,不能从归档中取出',
  'it is neither a folder nor a tar': '既不是文件夹也不是 tar',
  'this folder is none of what can be examined': '此文件夹不是可检查之物',
  'no path contains a NUL': '路径不含 NUL',
  'not recorded, and nothing is run for a machine that is not this one': '未曾录下;不会为别的机器在本机运行程序',
  'no program named': '没有指明程序',
  'no end within {} ms; it was killed': '{} 毫秒内未结束,已被终止',
  'more than {} bytes of output; it was killed': '输出超过 {} 字节,已被终止',
  'ended by {}': '被 {} 终止',
  'no {} below sos_commands': 'sos_commands 之下没有 {}',
  'it could not be started: {}': '无法启动:{}',
  'koffi did not load: {}': 'koffi 未能加载:{}',
  'none of {} could be loaded': '{} 都无法加载',
  'no shell to clean up after us': '没有可善后的 shell',
  'ELOOP: its links lead in a circle': 'ELOOP:链接成环',
  'the first stack, with {}': '第一个调用栈,含 {}',
  'not the first stack, with {}': '不是第一个调用栈,含 {}',
  'no stack with {}': '没有含 {} 的调用栈',
  '/proc/slabinfo does not show it': '/proc/slabinfo 中没有它',
  'no engine': '没有可用的监听方式',
  'not found': '未找到',

  // look and ask
  'the descriptors of {} of {} processes may not be listed': '{2} 个进程中有 {1} 个的描述符不可列出',
  'the kinds of descriptors of {} processes were not read: the limit is {} in all; they are counted':
    '{} 个进程的描述符种类没有读:总上限为 {};已计其数',
  'the watches of {} epoll and inotify descriptors were not counted: the limit is {}':
    '{} 个 epoll 与 inotify 描述符的监视没有计数:上限为 {}',
  '{} of {} processes were not looked at: the limit is {}': '{2} 个进程中有 {1} 个没有看:上限为 {3}',
  'the descriptors of processes were not counted': '进程的描述符没有计数',
  'memory cgroups': '内存 cgroup',
  'the number of memory cgroups': '内存 cgroup 的数目',
  'dying cgroups': '垂死的 cgroup',
  'no cgroup hierarchy has the memory controller': '没有哪个 cgroup 层级带内存控制器',
  'not readable, or more than {} folders': '不可读,或文件夹多于 {} 个',
  'the module nf_conntrack is not loaded: nothing is tracked': '模块 nf_conntrack 未加载:没有连接被跟踪',
  'the question': '该问题',
  'stopped before it was asked': '还没问就停止了',
  'nothing printed, and no /proc/net/if_inet6: the kernel shows no IPv6': '没有输出,也没有 /proc/net/if_inet6:内核未显示 IPv6',
  'no interface with its files': '没有带相应文件的网络接口',
  'legacy tables are in use, which nft does not show': '正在使用 legacy 表,nft 不显示它们',
  'not gzip: {}': '不是 gzip:{}',
  'no service has a cgroup there': '那里没有任何服务的 cgroup',
  'none of the settings is there': '这些设置一个也没有',
  'it was not there': '它不在那里',
  'not described': '没有描述',
  'slab_active_objects of {}': '{} 的 slab_active_objects',

  // listen
  'it is none of {}': '它不是 {} 之一',
  'no line is one of a known format': '没有一行属于已知格式',
  'frees are not visible for this cache: {} objects seem to survive, but it grew by {}':
    '看不到此缓存的释放:似有 {} 个对象存活,而它只增长了 {}',
  'frees are not visible for this cache: {} objects seem to survive, but it grew by {} and {} live pointers were given out again':
    '看不到此缓存的释放:似有 {} 个对象存活,而它只增长了 {},且有 {} 个存活指针被再次分配',
  ' and {} live pointers were given out again': ',且有 {} 个存活指针被再次分配',
  'how much {} grew could not be measured: nothing is called leaking': '未能测得 {} 增长多少:不称任何一处为泄漏',
  'what was heard explains {} % of the growth of {} objects; the rest is not accounted for': '所闻解释了增长 {2} 个对象的 {1} %;其余未入账',
  'the kernel frees these objects when memory is wanted: what survives may be cached, not lost':
    '内核在需要内存时会回收这些对象:存活者可能只是缓存,并未丢失',
  '{} allocations were not recorded: more objects live than there is room for': '{} 次分配未能记录:存活对象多于可容纳之数',
  '{} stacks were lost and stand under their innermost caller': '{} 个调用栈丢失,归于其最内层调用者',
  'the kernel dropped {} events': '内核丢弃了 {} 个事件',
  '{} events came nested in another; {} of them were caught by the second copy': '{} 个事件嵌套于其他事件之中;其中 {} 个由第二份程序捕获',
  '{} lines could not be read': '{} 行读不懂',
  "{} can't be heard: {}": '听不到 {}:{}',
  'this kernel lets no function be hooked': '此内核不允许挂接任何函数',
  '{}; the kernel dropped {} events, it is too busy for this engine': '{};内核丢弃了 {} 个事件,对此引擎而言过于繁忙',
  'after {} s listening cost {} % of a CPU: went on with {}': '{} 秒后监听占用一个 CPU 的 {} %:改以 {} 继续',
  'after {} s listening cost {} % of a CPU: {}': '{} 秒后监听占用一个 CPU 的 {} %:{}',
  'objects have sizes of their own: growth is told in objects of {} bytes, the mean of what is still held':
    '对象大小不一:增长以 {} 字节的对象计,即仍被持有者的平均大小',
  'the event {}': '事件 {}',
  'this kernel has no event for {}': '此内核没有 {} 的事件',
  'a younger kernel has one': '较新的内核才有',
  'it has {} arguments, {} are known': '它有 {} 个参数,已知 {} 个',
  'every address is zero': '地址全为零',
  'did you mean {}?': '是否指 {}?',
  'the slab cache {}': 'slab 缓存 {}',
  'neither a row of /proc/slabinfo nor an alias in /sys/kernel/slab': '既不是 /proc/slabinfo 的一行,也不是 /sys/kernel/slab 中的别名',
  'pages of order {}': '{} 阶页',
  'an order is 0 to 10': '阶应为 0 至 10',
  'listening with {}': '以 {} 监听',
  'it listens to slab caches only': '它只能监听 slab 缓存',
  'perf record': 'perf record 录制',
  'struct kmem_cache': '结构 kmem_cache',
  'not in /sys/kernel/btf/vmlinux': '不在 /sys/kernel/btf/vmlinux 之中',
  'the cache of kmem_cache_alloc': 'kmem_cache_alloc 的缓存',
  "the event's third argument is {}, not a cache": '事件的第三个参数是 {},不是缓存',

  // touch
  'not to be had from a dump': '无法取自转储',
  '{}; BTF has no type for it: cast it, *(struct x *)&name': '{};BTF 中没有它的类型:请转换,*(struct x *)&name',
  '; BTF has no type for it: cast it, *(struct x *)&name': ';BTF 中没有它的类型:请转换,*(struct x *)&name',
  'kmai touch {} needs something to examine': 'kmai touch {} 缺少要检查的对象',
  'pointers … {} %': '指针……{} %',
  '{} of {} objects can be reached from nowhere': '{2} 个对象中有 {1} 个无处可达',

  // challenge, eliminate, treat
  'the peer {}': '对端 {}',
  'there is no route to it': '没有通往它的路由',
  'it does not answer': '它不应答',
  'it does not answer ({} sent)': '它不应答(已发 {} 个)',
  'name a peer that answers': '请指定会应答的对端',
  'name a peer that answers: a UDP echo service, a closed port, or ping (icmp6-…)':
    '请指定会应答的对端:UDP echo 服务、关闭的端口,或 ping(icmp6-…)',
  'the stimulus {}': '刺激 {}',
  'there is none of that name': '没有这个名称的',
  'there are {}': '现有 {}',
  'it needs root': '需要 root',
  'it needs the program {}': '需要程序 {}',
  'no server is named': '没有指明服务器',
  "this machine has no IPv{} address but the loopback's": '本机除回环外没有 IPv{} 地址',
  'no IPv{} peer is named, and nothing is sent to anyone else': '没有指明 IPv{} 对端,而绝不发给别人',
  '--peer ADDRESS, one that is {}': '--peer ADDRESS,须是 {} 的',
  'it could not be read': '读不到',
  'it could not be done once': '一次也做不成',
  'it can no longer be read': '已读不到了',
  'it could not be watched': '无法观察',
  'it could not be watched to the end': '未能观察到底',
  'growth of {} by /proc/slabinfo': '依 /proc/slabinfo,{} 的增长',
  'growth of {}': '{} 的增长',
  '{} objects/s: it does not grow steadily now': '{} 对象/秒:它此刻没有稳定增长',
  'ended while it was watched': '观察中途结束',
  'the way in': '登录通路',
  'init and its helpers': 'init 及其助手',
  'what all others wait for': '其他进程都等待者',
  'the network': '网络',
  'whoever resets a silent machine': '会重启无响应机器者',
  "the hypervisor's and the cloud's agents": '虚拟机管理程序与云的代理',
  'it is advice: kmai does not do that by itself': '这是建议:kmai 不会自行去做',
  'kmai knows no way back from it': 'kmai 不知道如何撤销它',
  'no cgroup file system is mounted': '没有挂载 cgroup 文件系统',
  "cgroup {} (a challenge's)": 'cgroup {}(激发试验所建)',
  'run:PROGRAM ARGUMENT…': '写作 run:PROGRAM ARGUMENT…',
  'a TCP peer needs a port': 'TCP 对端须有端口',
  'firewalld is not set up here': '此处没有配置 firewalld',
  'it has no plain line {}=…': '其中没有单独一行 {}=…',
  '{} is not known': '不知道 {}',
  '--set {}=…': '用 --set {}=… 指定',
  'the module {}': '模块 {}',
  'it is not loaded': '没有加载',
  'it is {}': '它是 {}',
  '{} use it': '有 {} 个使用者',
  'the nftables rule': 'nftables 规则',
  'the policy rule': '策略路由规则',
  'no such rule is there now': '现在没有这条规则',
  'handle {} of {} could not be restored as it was': '{2} 的 handle {1} 无法原样恢复',
  '{}: it could not be restored word by word': '{}:无法逐字恢复',
  'it is no empty cgroup': '它不是空的 cgroup',
  'the network namespace {}': '网络命名空间 {}',
  'processes live in it': '其中有进程',
  'expected FILE=VALUE and the path of a cgroup': '应为 FILE=VALUE 与 cgroup 的路径',
  'no cgroup of that name has {}': '没有这个名称的 cgroup 带 {}',
  '`kmai ask` and systemd-cgls show the cgroups': '`kmai ask` 与 systemd-cgls 可显示 cgroup',
  'expected one PROPERTY=VALUE': '应为一项 PROPERTY=VALUE',
  'systemctl list-units': '可用 systemctl list-units 查看',
  '{} was no treatment': '{} 不是施治',
  'growth was measured per {} before: {}': '此前的增长是按 {} 测量的:{}',
  'what was before is in a record: --record RECORD': '施治之前的情形在记录里:--record RECORD',
  '{} has no treatment of {}': '{} 中没有对 {} 的施治',
  'the dose': '剂量',
  'ended early: {}': '提前结束:{}',
  'the case has no arm that grows': '此病例没有会增长的组',
  'a protocol file stands alone; its arms are in it': '方案文件须单独给出;各组已在其中',
  'the case {} has no challenge of its own': '病例 {} 没有自带的激发试验',
  'no stimulus is named; `kmai challenge --help` lists them': '没有指明刺激;`kmai challenge --help` 列出全部',
  'no cache is named whose objects are to be counted: --cache ALIAS': '没有指明要计数哪个缓存的对象:--cache ALIAS',
  'no cache is named whose growth is to be explained: --cache ALIAS': '没有指明要解释哪个缓存的增长:--cache ALIAS',
  'no cache is named whose growth shows whether it helped: --cache ALIAS': '没有指明以哪个缓存的增长判断疗效:--cache ALIAS',
  'pausing others needs root': '暂停其他进程需要 root',
  'changing the machine needs root': '更改机器需要 root',
  'there is nobody to pause: {} are spared': '无人可暂停:{} 个受到豁免',
  'there is nobody to pause{}': '无人可暂停{}',
  'the case has no remedy "{}"; it has {}': '此病例没有治法“{}”;它有 {}',
  'no case is confirmed or probable for {}: first what would decide, `kmai report {}` says':
    '{} 尚无确诊或很可能的病例:先做可以定论的检查,见 `kmai report {}`',
  '--set {}: expected NAME=VALUE, NAME in capitals': '--set {}:应为 NAME=VALUE,NAME 大写',
  'ended before anything was changed': '在作出任何更改之前结束',
  'there is no case "{}"; `kmai case list` shows all': '没有病例“{}”;`kmai case list` 列出全部',
  'there is no case "{}"; did you mean {}?': '没有病例“{}”;是否指 {}?',
  'there is no case "{}"; {}': '没有病例“{}”;{}',

  // what would decide
  'a longer one': '更长的',
  'dropping the caches would show that the kernel can give it back': '丢弃缓存可以看出内核能否归还它',
  'files are read from disk again afterwards': '其后须重新从磁盘读文件',
  'listening to {} would show who allocates and never frees': '闻 {} 可知谁分配而从不释放',
  'a few per cent of one CPU for 20 s': '20 秒内占用一个 CPU 的百分之几',
  'reading the objects of {} would show what they are and whether anything points at them':
    '切 {} 的对象可知它们是什么、是否还有指针指向它们',
  'reads kernel memory, about a second': '读内核内存,约一秒',
  'tracing page allocations would show who takes them': '跟踪页分配可知谁取走了它们',
  'run as root: {} places could not be read, {} among them': '以 root 运行:有 {} 处读不到,其中有 {}',
  'a window of {} would decide': '观察 {} 便可定论',
  'about {} of memory while it runs': '运行时约占内存 {}',
  none: '无',

  // refusals put together of what, why and help
  '{}: {}; what would help: {}': '{}:{};可以这样补足:{}',
};

interface Pattern {
  readonly match: RegExp;
  readonly translation: string;
  /** Letters that are the same in every text it matches: the most telling pattern is tried first. */
  readonly weight: number;
}

const patterns: readonly Pattern[] = Object.entries(chinese)
  .filter(([english]) => english.includes('{}'))
  .map(([english, translation]) => ({
    match: new RegExp(`^${english.split('{}').map(escaped).join('([\\s\\S]+?)')}$`),
    translation,
    weight: english.replaceAll('{}', '').length,
  }))
  .toSorted((a, b) => b.weight - a.weight);

/** A reason, help, refusal or remark as a person reads it; the text itself where its language is not known to have it. */
export function tell(text: string, language: Language): string {
  if (language === 'en') return text;
  if (Object.hasOwn(chinese, text)) return chinese[text]!;
  for (const { match, translation } of patterns) {
    const found = match.exec(text);
    if (found === null) continue;
    let next = 0;
    return translation.replace(/\{(\d*)\}/g, (_, place: string) => {
      const part = found[place === '' ? ++next : Number(place)]!;
      const amount = inChinese(part);
      if (amount !== part) return amount;
      return /^[\w/.:-]*$/.test(part) || part.length >= text.length ? part : tell(part, language);
    });
  }
  return text;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
