import { buildApplication, buildRouteMap, ExitCode, run } from '@stricli/core';
import { askCommand } from './ask.ts';
import { captureCommand } from './capture.ts';
import { caseRoutes } from './case.ts';
import { challengeCommand } from './challenge.ts';
import { type Context, terminalContext } from './context.ts';
import { diagnoseCommand } from './diagnose.ts';
import { doctorCommand } from './doctor.ts';
import { eliminateCommand } from './eliminate.ts';
import { exit, UsageError } from './exit.ts';
import { listenCommand } from './listen.ts';
import { lookCommand } from './look.ts';
import { reportCommand } from './report.ts';
import { touchRoutes } from './touch.ts';
import { treatCommand } from './treat.ts';
import { undoCommand } from './undo.ts';

type Verb =
  | 'diagnose'
  | 'look'
  | 'listen'
  | 'ask'
  | 'capture'
  | 'case'
  | 'report'
  | 'doctor'
  | 'touch'
  | 'challenge'
  | 'eliminate'
  | 'treat'
  | 'undo';

const routes = buildRouteMap<Verb, Context>({
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
    doctor: doctorCommand,
  },
  docs: {
    brief: "K脉, the kernel's pulse: why this machine's memory disappears into the kernel, with proof",
    fullDescription:
      'Reads only, unless told otherwise. Exit codes: 0 healthy, 1 abnormal growth found, 2 cannot tell, 64 usage, 70 internal error, 77 not permitted.',
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

function exitOfError(error: unknown): number {
  return (error instanceof Error && forPeople[error.name]) || exit.internal;
}

export async function runApp(argv: readonly string[], version: string): Promise<void> {
  const context: Context = terminalContext(version);
  const app = buildApplication<Context>(routes, {
    name: 'kmai',
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { caseStyle: 'convert-camel-to-kebab', disableAnsiColor: !context.color },
    determineExitCode: exitOfError,
    localization: {
      text: {
        ...(await import('@stricli/core')).text_en,
        exceptionWhileRunningCommand: (error) =>
          error instanceof Error && error.name in forPeople
            ? `kmai: ${error.message}`
            : `kmai: internal error: ${String((error as Error)?.stack ?? error)}`,
        exceptionWhileParsingArguments: (error) =>
          error instanceof UsageError ? `kmai: ${error.message}` : `kmai: ${(error as Error).message}`,
      },
    },
  });
  await run(app, argv, context);
  context.progress('');
  if (process.exitCode === ExitCode.InvalidArgument || process.exitCode === ExitCode.UnknownCommand) process.exitCode = exit.usage;
  else if (typeof process.exitCode === 'number' && process.exitCode < 0) process.exitCode = exit.internal;
}
