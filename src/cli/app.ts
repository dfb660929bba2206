import { buildApplication, buildRouteMap, ExitCode, type RouteMap, run } from '@stricli/core';
import { askCommand } from './ask.ts';
import { captureCommand } from './capture.ts';
import { caseRoutes } from './case.ts';
import { challengeCommand } from './challenge.ts';
import { completionCommandOf } from './completion.ts';
import { type Context, terminalContext } from './context.ts';
import { diagnoseCommand } from './diagnose.ts';
import { doctorCommand } from './doctor.ts';
import { eliminateCommand } from './eliminate.ts';
import { exit } from './exit.ts';
import { helpCommand } from './help.ts';
import { isLanguage, language, said, takeLanguage } from './language.ts';
import { listenCommand } from './listen.ts';
import { lookCommand } from './look.ts';
import { reportCommand } from './report.ts';
import { serveCommand } from './serve.ts';
import { touchRoutes } from './touch.ts';
import { treatCommand } from './treat.ts';
import { undoCommand } from './undo.ts';
import { wording } from './wording.ts';
import { commandLineWords } from '../messages/command-line.ts';

type Verb =
  | 'diagnose'
  | 'look'
  | 'listen'
  | 'ask'
  | 'capture'
  | 'case'
  | 'report'
  | 'serve'
  | 'doctor'
  | 'touch'
  | 'challenge'
  | 'eliminate'
  | 'treat'
  | 'undo'
  | 'help'
  | 'completion';

const routes: RouteMap<Context> = buildRouteMap<Verb, Context>({
  routes: {
    diagnose: diagnoseCommand,
    look: lookCommand,
    listen: listenCommand,
    touch: touchRoutes,
    ask: askCommand,
    challenge: challengeCommand,
    eliminate: eliminateCommand,
    treat: treatCommand,
    undo: undoCommand,
    capture: captureCommand,
    case: caseRoutes,
    report: reportCommand,
    serve: serveCommand,
    doctor: doctorCommand,
    help: helpCommand,
    completion: completionCommandOf(() => routes),
  },
  docs: {
    brief: said(
      "K脉, the kernel's pulse: why this machine's memory disappears into the kernel, with proof",
      'K脉,内核之脉:这台机器的内存为何消失在内核里,并给出证据',
    ),
    fullDescription: said(
      'Reads only, unless told otherwise. Exit codes: 0 healthy, 1 abnormal growth found, 2 cannot tell, 64 usage, 70 internal error, 77 not permitted.',
      '除非另有吩咐,只读不改。退出码:0 健康,1 发现异常增长,2 无法判定,64 用法错误,70 内部错误,77 权限不足。`kmai help` 列出各主题;--lang en|zh 可用于任何命令。',
    ),
  },
});

/** Errors whose message is written for people: shown as it is, without a stack. */
const forPeople: Readonly<Record<string, number>> = {
  UsageError: exit.usage,
  Unreadable: exit.usage,
  NoSuchCase: exit.usage,
  BadRecord: exit.usage,
  NotPermitted: exit.notPermitted,
  Refused: exit.usage,
};

function isForPeople(error: unknown): error is Error {
  return error instanceof Error && error.name in forPeople;
}

function exitOfError(error: unknown): number {
  return (error instanceof Error && forPeople[error.name]) || exit.internal;
}

export async function runApp(argv: readonly string[], version: string): Promise<void> {
  const { wanted, rest } = takeLanguage(argv);
  const context: Context = terminalContext(version);
  if (wanted !== undefined && !isLanguage(wanted)) {
    process.stderr.write(`kmai: ${commandLineWords[language].noLanguage(wanted)}\n`);
    process.exitCode = exit.usage;
    return;
  }
  const text = wording(language, isForPeople);
  const app = buildApplication<Context>(routes, {
    name: 'kmai',
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { caseStyle: 'convert-camel-to-kebab', disableAnsiColor: !context.color },
    determineExitCode: exitOfError,
    localization: { text },
  });
  await run(app, ofCommand(rest), context);
  context.progress('');
  if (process.exitCode === ExitCode.InvalidArgument || process.exitCode === ExitCode.UnknownCommand) process.exitCode = exit.usage;
  else if (typeof process.exitCode === 'number' && process.exitCode < 0) process.exitCode = exit.internal;
}

/** `kmai help look` is `kmai look --help`; topics are the help command's own. */
function ofCommand(argv: readonly string[]): readonly string[] {
  const [first, second] = argv;
  const known = first === 'help' && second !== undefined && second !== 'help' && routes.getRoutingTargetForInput(second) !== undefined;
  return known ? [...argv.slice(1), '--help'] : argv;
}
