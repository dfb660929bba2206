/** What the command line says by itself: headings of help, and what was wrong with the arguments. */
import type { Language } from './sentence.ts';

export interface CommandLineWords {
  readonly headers: Readonly<Record<'usage' | 'aliases' | 'commands' | 'flags' | 'arguments', string>>;
  readonly keywords: Readonly<Record<'default' | 'separator', string>>;
  readonly briefs: Readonly<Record<'help' | 'helpAll' | 'version' | 'argumentEscapeSequence', string>>;
  readonly noCommand: (input: string, near: readonly string[]) => string;
  readonly noFlag: (flag: string, near: readonly string[]) => string;
  readonly noAlias: (letter: string) => string;
  readonly badValue: (name: string, why: string) => string;
  readonly notAmong: (flag: string, input: string, values: readonly string[]) => string;
  readonly flagLacksValue: (flag: string) => string;
  readonly tooMany: (expected: number, input: string) => string;
  readonly tooFew: (placeholder: string) => string;
  readonly twice: (flag: string) => string;
  readonly negatedWithValue: (flag: string) => string;
  readonly noLanguage: (given: string) => string;
  readonly internal: (stack: string) => string;
  readonly wouldHelp: string;
}

const or = (list: readonly string[], word: string): string => list.join(` ${word} `);

export const commandLineWords: Readonly<Record<Language, CommandLineWords>> = {
  en: {
    headers: { usage: 'USAGE', aliases: 'ALIASES', commands: 'COMMANDS', flags: 'FLAGS', arguments: 'ARGUMENTS' },
    keywords: { default: 'default =', separator: 'separator =' },
    briefs: {
      help: 'Print help information and exit',
      helpAll: 'Print help information (including hidden commands/flags) and exit',
      version: 'Print version information and exit',
      argumentEscapeSequence: 'All subsequent inputs should be interpreted as arguments',
    },
    noCommand: (input, near) =>
      `there is no command "${input}"${near.length === 0 ? '; `kmai --help` lists them' : `; did you mean ${or(near, 'or')}?`}`,
    noFlag: (flag, near) => `there is no flag --${flag}${near.length === 0 ? '' : `; did you mean ${or(near, 'or')}?`}`,
    noAlias: (letter) => `there is no flag -${letter}`,
    badValue: (name, why) => `${name}: ${why}`,
    notAmong: (flag, input, values) => `--${flag}: expected one of ${values.join(', ')}, found "${input}"`,
    flagLacksValue: (flag) => `--${flag} needs a value`,
    tooMany: (expected, input) => `too many arguments: ${expected} expected, "${input}" is one more`,
    tooFew: (placeholder) => `${placeholder} is missing`,
    twice: (flag) => `--${flag} is given twice`,
    negatedWithValue: (flag) => `--${flag} takes no value`,
    noLanguage: (given) => `--lang: expected en or zh, found "${given}"`,
    internal: (stack) => `internal error: ${stack}`,
    wouldHelp: 'what would help',
  },
  zh: {
    headers: { usage: '用法', aliases: '别名', commands: '命令', flags: '选项', arguments: '参数' },
    keywords: { default: '默认 =', separator: '分隔符 =' },
    briefs: {
      help: '打印帮助并退出',
      helpAll: '打印帮助(含隐藏的命令与选项)并退出',
      version: '打印版本并退出',
      argumentEscapeSequence: '其后的一切均视为参数',
    },
    noCommand: (input, near) => `没有命令“${input}”${near.length === 0 ? ';`kmai --help` 列出全部' : `;是否想用 ${or(near, '或')}?`}`,
    noFlag: (flag, near) => `没有选项 --${flag}${near.length === 0 ? '' : `;是否想用 ${or(near, '或')}?`}`,
    noAlias: (letter) => `没有选项 -${letter}`,
    badValue: (name, why) => `${name}:${why}`,
    notAmong: (flag, input, values) => `--${flag}:应为 ${values.join('、')} 之一,而非“${input}”`,
    flagLacksValue: (flag) => `--${flag} 缺少值`,
    tooMany: (expected, input) => `参数太多:应有 ${expected} 个,“${input}”多余`,
    tooFew: (placeholder) => `缺少 ${placeholder}`,
    twice: (flag) => `--${flag} 给了两次`,
    negatedWithValue: (flag) => `--${flag} 不带值`,
    noLanguage: (given) => `--lang:应为 en 或 zh,而非“${given}”`,
    internal: (stack) => `内部错误:${stack}`,
    wouldHelp: '可以这样补足',
  },
};
