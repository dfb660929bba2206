import { buildCommand, buildRouteMap } from '@stricli/core';
import type { TouchVerb } from '../consult/touch.ts';
import type { Context } from './context.ts';
import { exit } from './exit.ts';
import { jsonFlag } from './flags.ts';

interface TouchFlags {
  readonly core: string;
  readonly json: boolean;
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
    lostOnly: options.lost ?? false,
    onProgress: (text) => writers.progress(text),
  });
  if (!answered.ok) {
    const { what, reason, detail, help } = answered.unavailable;
    writers.err(`kmai: ${what}: ${detail}${help === '' ? '' : `; what would help: ${help}`}\n`);
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
    writers.out(`${text}\n`);
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
  brief: 'a dump (ELF, kdump-compressed, flattened; .gz or .zst around it); default: this machine, /proc/kcore',
  placeholder: 'DUMP',
  default: '/proc/kcore',
} as const;
const flags = { core: coreFlag, json: jsonFlag } as const;

async function run(context: Context, options: TouchOptions): Promise<void> {
  const err = (text: string): void => {
    context.process.stderr.write(text);
  };
  context.exit(await runTouch(options, { out: (text) => context.out(text), err, progress: (text) => context.progress(text) }));
}

const cachesCommand = buildCommand<TouchFlags, [], Context>({
  docs: { brief: 'slab caches with all their names and how many objects are allocated' },
  parameters: { flags },
  func(given) {
    return run(this, { ...given, verb: 'caches' });
  },
});

const censusCommand = buildCommand<TouchFlags & { readonly lost: boolean }, [string], Context>({
  docs: { brief: "what a cache's objects point to, and which types they are" },
  parameters: {
    flags: { ...flags, lost: { kind: 'boolean', brief: 'only objects that can be reached from nowhere', default: false } },
    positional: { kind: 'tuple', parameters: [{ brief: 'by its own name or any alias', parse: String, placeholder: 'CACHE' }] },
  },
  func(given, about) {
    return run(this, { ...given, verb: 'census', about });
  },
});

const orphansCommand = buildCommand<TouchFlags, [string?], Context>({
  docs: { brief: 'objects that can be reached from nowhere: what has leaked, by cache and type' },
  parameters: {
    flags,
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'one cache, with who holds its objects', parse: String, placeholder: 'CACHE', optional: true }],
    },
  },
  func(given, about) {
    return run(this, { ...given, verb: 'orphans', about });
  },
});

const pagesCommand = buildCommand<TouchFlags, [], Context>({
  docs: { brief: 'every page of RAM by what it is used for, and those that nothing accounts for or points to' },
  parameters: { flags },
  func(given) {
    return run(this, { ...given, verb: 'pages' });
  },
});

const readCommand = buildCommand<TouchFlags & { readonly struct: boolean }, [string], Context>({
  docs: { brief: "a value of the kernel's, as C names it: init_net.ipv6.ip6_dst_ops.kmem_cachep->name" },
  parameters: {
    flags: { ...flags, struct: { kind: 'boolean', brief: "EXPRESSION is a struct's name: print its layout", default: false } },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'members, ->, [], casts, per_cpu(name, CPU)', parse: String, placeholder: 'EXPRESSION' }],
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
      positional: { kind: 'tuple', parameters: [{ brief: 'an address, or an expression', parse: String, placeholder: 'ADDRESS' }] },
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
    page: addressCommand('page', 'what a page is used for'),
    object: addressCommand('object', 'the slab object an address is in, word by word'),
  },
  docs: { brief: "read the kernel's memory, live or from a dump, without debuginfo" },
});
