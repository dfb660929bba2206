/** `kmai completion SHELL`: a script made from the very commands, so that it cannot say what they do not know. */
import { buildCommand, type Command, type RouteMap } from '@stricli/core';
import { topics } from '../messages/topics.ts';
import type { Context } from './context.ts';
import { said } from './language.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/** What may stand somewhere on the line. */
interface Word {
  readonly text: string;
  readonly brief: string;
}

/** A command: the words that lead to it, its flags with what may follow them, and what its argument is. */
export interface Completable {
  readonly path: readonly string[];
  readonly subcommands: readonly Word[];
  readonly flags: readonly (Word & { readonly values: readonly string[] | 'file' | 'cache' | 'any' | null })[];
  readonly argument: 'cache' | 'file' | 'topic' | null;
}

const files = new Set(['FILE', 'PATH', 'DUMP', 'RECORD', 'TRACE', 'FILE.yaml', 'FILE.kmai', 'FILE.html|.md|.json', 'CASE|FINDING']);
const caches = new Set(['CACHE', 'ALIAS']);

/** All commands below a route map, itself first. */
export function completables(target: RouteMap<Context> | Command<Context>, path: readonly string[] = []): readonly Completable[] {
  if (!('getAllEntries' in target)) return [ofCommand(target, path)];
  const entries = target.getAllEntries().filter(({ hidden }) => !hidden);
  const subcommands = entries.map(({ name, target: { brief } }) => ({ text: name['convert-camel-to-kebab'], brief }));
  return [
    { path, subcommands, flags: [], argument: null },
    ...entries.flatMap(({ name, target: below }) => completables(below, [...path, name['convert-camel-to-kebab']])),
  ];
}

function ofCommand({ parameters }: Command<Context>, path: readonly string[]): Completable {
  const flags = Object.entries(parameters.flags ?? {}).map(([name, flag]) => {
    const text = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (flag.kind === 'boolean') return { text, brief: flag.brief, values: null };
    if (flag.kind === 'enum') return { text, brief: flag.brief, values: flag.values };
    return { text, brief: flag.brief, values: kindOf(('placeholder' in flag && flag.placeholder) || '') ?? 'any' } as const;
  });
  const { positional } = parameters;
  const first = positional?.kind === 'array' ? positional.parameter : positional?.parameters[0];
  return { path, subcommands: [], flags, argument: path[0] === 'help' ? 'topic' : kindOf(first?.placeholder ?? '') };
}

function kindOf(placeholder: string): 'file' | 'cache' | null {
  if (caches.has(placeholder)) return 'cache';
  return files.has(placeholder) ? 'file' : null;
}

/** Names of slab caches, as the shell itself reads them: by alias from sysfs, from slabinfo where that may be read. */
const cacheNames = "{ ls /sys/kernel/slab 2>/dev/null | grep -v '^:'; awk 'NR>2{print $1}' /proc/slabinfo 2>/dev/null; } | sort -u";

function bash(all: readonly Completable[]): string {
  const wordsOf = ({ subcommands, flags, argument }: Completable): string =>
    [...subcommands, ...flags]
      .map(({ text }) => text)
      .concat(argument === 'topic' ? topics : [], '--help')
      .join(' ');
  const valued = all.flatMap(({ path, flags }) =>
    flags.flatMap(({ text, values }) => {
      if (values === null) return [];
      const given =
        values === 'cache'
          ? `compgen -W "$(_kmai_caches)" -- "$cur"`
          : values === 'file'
            ? 'compgen -f -- "$cur"'
            : values === 'any'
              ? 'true'
              : `compgen -W '${values.join(' ')}' -- "$cur"`;
      return [`    '${path.join(' ')} ${text}') COMPREPLY=($(${given})); return ;;`];
    }),
  );
  const lines = all.map((each) => `    '${each.path.join(' ')}') words='${wordsOf(each)}'; argument='${each.argument ?? ''}' ;;`);
  const paths = all.filter(({ path }) => path.length > 0).map(({ path }) => `'${path.join(' ')}'`);
  return `# kmai completion bash > /etc/bash_completion.d/kmai, or: source <(kmai completion bash)
_kmai_caches() { ${cacheNames}; }
_kmai() {
  local cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' word words='' argument=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in ${paths.join('|')}) path="\${path:+$path }$word" ;; esac
  done
  COMPREPLY=()
  case "$path $previous" in
${valued.join('\n')}
    *' --lang') COMPREPLY=($(compgen -W 'en zh' -- "$cur")); return ;;
  esac
  case "$path" in
${lines.join('\n')}
  esac
  case "$cur" in -*) argument='' ;; esac
  case "$argument" in
    cache) words="$words $(_kmai_caches)" ;;
    file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")) ;;
  esac
  COMPREPLY+=($(compgen -W "$words" -- "$cur"))
}
complete -F _kmai kmai
`;
}

/** In single quotes of sh, zsh and fish, where a quote ends them. */
function quoted(text: string, shell: Shell): string {
  return `'${text.replaceAll('\\', shell === 'fish' ? '\\\\' : '\\').replaceAll("'", shell === 'fish' ? "\\'" : "'\\''")}'`;
}

function zsh(all: readonly Completable[]): string {
  const described = (words: readonly Word[]): string =>
    words.map(({ text, brief }) => quoted(`${text.replaceAll(':', '\\:')}:${brief}`, 'zsh')).join(' ');
  const cases = all.map(({ path, subcommands, flags, argument }) => {
    const topicWords = argument === 'topic' ? topics.map((text) => ({ text, brief: text })) : [];
    const values = flags.flatMap(({ text, values: given }) => {
      if (given === null || given === 'any') return [];
      const does = given === 'cache' ? 'compadd -- $(_kmai_caches)' : given === 'file' ? '_files' : `compadd -- ${given.join(' ')}`;
      return [`        ${text}) ${does}; return ;;`];
    });
    const more = argument === 'cache' ? '\n      compadd -- $(_kmai_caches)' : argument === 'file' ? '\n      _files' : '';
    return `    ${quoted(path.join(' '), 'zsh')})
      case "$previous" in
${[...values, '        --lang) compadd -- en zh; return ;;'].join('\n')}
      esac
      described=(${described([...subcommands, ...flags, ...topicWords])})
      _describe kmai described${more} ;;`;
  });
  const paths = all.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path.join(' '), 'zsh'));
  return `#compdef kmai
# kmai completion zsh > /usr/local/share/zsh/site-functions/_kmai
_kmai_caches() { ${cacheNames}; }
_kmai() {
  local at='' word previous=\${words[CURRENT-1]}
  local -a described
  for word in \${words[2,CURRENT-1]}; do
    case "\${at:+$at }$word" in (${paths.join('|')}) at="\${at:+$at }$word" ;; esac
  done
  case "$at" in
${cases.join('\n')}
  esac
}
compdef _kmai kmai
`;
}

function fish(all: readonly Completable[]): string {
  const lines = all.flatMap(({ path, subcommands, flags, argument }) => {
    const here = `complete -c kmai -n "_kmai_at ${quoted(path.join(' '), 'fish')}"`;
    const argumentWords =
      argument === 'cache'
        ? ['-a "(_kmai_caches)"']
        : argument === 'topic'
          ? [`-a "${topics.join(' ')}"`]
          : argument === 'file'
            ? ['-F']
            : [];
    return [
      ...subcommands.map(({ text, brief }) => `${here} -a ${text} -d ${quoted(brief, 'fish')}`),
      ...flags.map(({ text, brief, values }) => {
        const given =
          values === null
            ? ''
            : values === 'cache'
              ? ' -x -a "(_kmai_caches)"'
              : values === 'file'
                ? ' -r -F'
                : values === 'any'
                  ? ' -x'
                  : ` -x -a "${values.join(' ')}"`;
        return `${here} -l ${text.slice(2)}${given} -d ${quoted(brief, 'fish')}`;
      }),
      ...argumentWords.map((words) => `${here} ${words}`),
    ];
  });
  const paths = all.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path.join(' '), 'fish'));
  return `# kmai completion fish > ~/.config/fish/completions/kmai.fish
function _kmai_caches
    ${cacheNames.replace(/\{ /, 'begin; ').replace(/; \}/, '; end')}
end
function _kmai_at
    set -l at ''
    for word in (commandline -opc)[2..]
        switch (string trim -- "$at $word")
            case ${paths.join(' ')}
                set at (string trim -- "$at $word")
        end
    end
    test "$at" = "$argv"
end
complete -c kmai -f
complete -c kmai -l lang -x -a 'en zh'
${lines.join('\n')}
`;
}

export function script(shell: Shell, routes: RouteMap<Context>): string {
  const all = completables(routes);
  return { bash, zsh, fish }[shell](all);
}

/** @param routes asked for when the command runs: it is one of them */
export function completionCommandOf(routes: () => RouteMap<Context>): Command<Context> {
  return buildCommand<object, [Shell], Context>({
    docs: {
      brief: said('print a completion script for a shell', '打印某种 shell 的补全脚本'),
      fullDescription: said(
        'Completes commands, flags, their values, and names of slab caches with every alias. The first line of the script says where it goes.',
        '补全命令、选项及其值,以及 slab 缓存的名称与别名。脚本开头说明应放在何处。',
      ),
    },
    parameters: {
      positional: {
        kind: 'tuple',
        parameters: [
          {
            brief: said('bash, zsh or fish', 'bash、zsh 或 fish'),
            placeholder: 'SHELL',
            parse: (text: string): Shell => {
              const known = shells.find((shell) => shell === text);
              if (known === undefined) throw new Error(said(`expected one of ${shells.join(', ')}`, `应为 ${shells.join('、')} 之一`));
              return known;
            },
          },
        ],
      },
    },
    func(_flags, shell) {
      this.out(script(shell, routes()));
    },
  });
}
