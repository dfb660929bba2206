import { buildCommand, buildRouteMap } from '@stricli/core';
import type { TouchVerb } from '../consult/touch.ts';
import { tell } from '../messages/details.ts';
import { tellExamined } from '../messages/examined.ts';
import type { Context } from './context.ts';
import { language, said } from './language.ts';
import { exit } from './exit.ts';
import { jsonFlag, parseBytes } from './flags.ts';

interface TouchFlags {
  readonly core: string;
  readonly json: boolean;
  readonly memory?: number;
}

export interface TouchOptions extends TouchFlags {
  readonly verb: TouchVerb;
  readonly about?: string | undefined;
  readonly lost?: boolean;
}

interface Writers {
  out(text: string): void;
  err(text: string): void;
  progress(text: string): void;
}

/** Runs one verb and writes what it found. @returns the exit code */
export async function runTouch(options: TouchOptions, writers: Writers): Promise<number> {
  const { touch } = await import('../consult/touch.ts');
  const answered = await touch({
    verb: options.verb,
    about: options.about,
    core: options.core,
    memory: options.memory,
    lostOnly: options.lost ?? false,
    onProgress: (text) => writers.progress(tell(text, language)),
    language,
  });
  if (!answered.ok) {
    const { what, reason, detail, help } = answered.unavailable;
    const told = `${what}: ${detail}${help === '' ? '' : `; what would help: ${help}`}`;
    writers.err(`kmai: ${tell(told, language)}\n`);
    return reason === 'denied' ? exit.notPermitted : exit.inconclusive;
  }
  const { specimens, text, answer, core, flaws, abnormal, unanswered } = answered.value;
  const flawed = flaws.first.map(({ address, what }) => ({ address: `0x${address.toString(16)}`, what }));
  if (options.json) {
    const found = {
      core: { ...core, damage: Object.fromEntries(core.damage) },
      specimens,
      ...(answer === undefined ? {} : { answer }),
      flaws: { count: flaws.count, first: flawed },
    };
    writers.out(`${JSON.stringify(found, null, 1)}\n`);
  } else {
    // What `read` printed is the kernel's own.
    writers.out(`${options.verb === 'read' || options.verb === 'struct' ? text : tellExamined(text, language)}\n`);
    for (const [kind, count] of core.damage) writers.err(`kmai: ${count} ${kind}\n`);
    if (flaws.count > 0)
      writers.err(
        `kmai: ${flaws.count} flaws in the kernel's own memory:\n${flawed.map((one) => `  ${one.address} ${one.what}`).join('\n')}\n`,
      );
  }
  if (unanswered !== undefined) return exit.inconclusive;
  return abnormal ? exit.abnormal : exit.healthy;
}

const coreFlag = {
  kind: 'parsed',
  parse: (text: string): string => text,
  brief: said(
    'a dump (ELF, kdump-compressed, flattened; .gz or .zst around it); default: this machine, /proc/kcore',
    '转储(ELF、kdump 压缩、flattened;外包 .gz 或 .zst 亦可);默认:本机 /proc/kcore',
  ),
  placeholder: 'DUMP',
  default: '/proc/kcore',
} as const;
const memoryFlag = {
  kind: 'parsed',
  parse: parseBytes,
  brief: said(
    'what orphans may keep in memory beyond the 100 MiB it takes anyway, e.g. 300M (2G): with less than it would like it takes longer',
    '查找孤儿对象时,在本就占用的 100 MiB 之外可占用的内存,如 300M(默认 2G):给得少则耗时更长',
  ),
  placeholder: 'LIMIT',
  optional: true,
} as const;
const flags = { core: coreFlag, json: jsonFlag, memory: memoryFlag } as const;

async function run(context: Context, options: TouchOptions): Promise<void> {
  const err = (text: string): void => {
    context.process.stderr.write(text);
  };
  context.exit(await runTouch(options, { out: (text) => context.out(text), err, progress: (text) => context.progress(text) }));
}

const cachesCommand = buildCommand<TouchFlags, [], Context>({
  docs: { brief: said('slab caches with all their names and how many objects are allocated', 'slab 缓存及其全部名称、已分配的对象数') },
  parameters: { flags },
  func(given) {
    return run(this, { ...given, verb: 'caches' });
  },
});

const censusCommand = buildCommand<TouchFlags & { readonly lost: boolean }, [string], Context>({
  docs: { brief: said("what a cache's objects point to, and which types they are", '某缓存的对象指向什么、是什么类型') },
  parameters: {
    flags: {
      ...flags,
      lost: { kind: 'boolean', brief: said('only objects that can be reached from nowhere', '只看无处可达的对象'), default: false },
    },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: said('by its own name or any alias', '本名或任一别名'), parse: String, placeholder: 'CACHE' }],
    },
  },
  func(given, about) {
    return run(this, { ...given, verb: 'census', about });
  },
});

const orphansCommand = buildCommand<TouchFlags, [string?], Context>({
  docs: {
    brief: said('objects that can be reached from nowhere: what has leaked, by cache and type', '无处可达的对象:已泄漏者,按缓存与类型'),
  },
  parameters: {
    flags,
    positional: {
      kind: 'tuple',
      parameters: [
        {
          brief: said('one cache, with who holds its objects', '一个缓存,并列出谁持有其对象'),
          parse: String,
          placeholder: 'CACHE',
          optional: true,
        },
      ],
    },
  },
  func(given, about) {
    return run(this, { ...given, verb: 'orphans', about });
  },
});

const pagesCommand = buildCommand<TouchFlags, [], Context>({
  docs: {
    brief: said(
      'every page of RAM by what it is used for, and those that nothing accounts for or points to',
      '每一页内存用于何处,以及无人入账、无人指向的页',
    ),
  },
  parameters: { flags },
  func(given) {
    return run(this, { ...given, verb: 'pages' });
  },
});

const readCommand = buildCommand<TouchFlags & { readonly struct: boolean }, [string], Context>({
  docs: {
    brief: said(
      "a value of the kernel's, as C names it: init_net.ipv6.ip6_dst_ops.kmem_cachep->name",
      '内核中的一个值,按 C 的写法:init_net.ipv6.ip6_dst_ops.kmem_cachep->name',
    ),
  },
  parameters: {
    flags: {
      ...flags,
      struct: {
        kind: 'boolean',
        brief: said("EXPRESSION is a struct's name: print its layout", 'EXPRESSION 为结构体名:打印其布局'),
        default: false,
      },
    },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          brief: said('members, ->, [], casts, per_cpu(name, CPU)', '成员、->、[]、类型转换、per_cpu(name, CPU)'),
          parse: String,
          placeholder: 'EXPRESSION',
        },
      ],
    },
  },
  func(given, about) {
    return run(this, { ...given, verb: given.struct ? 'struct' : 'read', about });
  },
});

function addressCommand(verb: 'page' | 'object', brief: string) {
  return buildCommand<TouchFlags, [string], Context>({
    docs: { brief },
    parameters: {
      flags,
      positional: {
        kind: 'tuple',
        parameters: [{ brief: said('an address, or an expression', '地址,或表达式'), parse: String, placeholder: 'ADDRESS' }],
      },
    },
    func(given, about) {
      return run(this, { ...given, verb, about });
    },
  });
}

export const touchRoutes = buildRouteMap<'caches' | 'census' | 'orphans' | 'pages' | 'read' | 'page' | 'object', Context>({
  routes: {
    caches: cachesCommand,
    census: censusCommand,
    orphans: orphansCommand,
    pages: pagesCommand,
    read: readCommand,
    page: addressCommand('page', said('what a page is used for', '某页用于何处')),
    object: addressCommand('object', said('the slab object an address is in, word by word', '地址所在的 slab 对象,逐字解读')),
  },
  docs: { brief: said("read the kernel's memory, live or from a dump, without debuginfo", '切:读内核内存,在线或转储,无需 debuginfo') },
});
