import process from 'node:process';
import type { CommandContext } from '@stricli/core';
import type { Language } from '../messages/reasons.ts';
import { asciiOf } from '../record/ascii.ts';
import { wrap } from '../record/layout.ts';
import { language } from './language.ts';
import { terminalOf } from './terminal.ts';

/** What every command gets: where to write, for whom, and when to stop. */
export interface Context extends CommandContext {
  readonly version: string;
  readonly language: Language;
  readonly color: boolean;
  /** What the terminal can show: no colours, 16 or 256. */
  readonly colors: 0 | 1 | 2;
  /** Keys can be read and the screen be drawn on: no pipe at either end, no dumb terminal. */
  readonly interactive: boolean;
  /** ASCII only, and no second screen. */
  readonly plain: boolean;
  readonly width: number;
  /** Aborted by the first Ctrl-C: a running window ends early and is diagnosed as far as it went. */
  readonly signal: AbortSignal;
  out(text: string): void;
  /** A line on stderr that the next one replaces; nothing where stderr is no terminal. */
  progress(text: string): void;
  exit(code: number): void;
}

export function terminalContext(version: string): Context {
  const stopper = new AbortController();
  process.on('SIGINT', () => {
    if (stopper.signal.aborted) process.exit(130);
    stopper.abort();
  });
  // A closed pipe (kmai … | head) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 70));
  const { dumb, plain, colors } = terminalOf(process.env);
  const toTerminal = (text: string): string => (plain && process.stdout.isTTY ? asciiOf(text) : text);
  let shown = false;
  return {
    process,
    version,
    language,
    color: process.stdout.isTTY && colors > 0 && (process.env['NO_COLOR'] ?? '') === '',
    colors,
    interactive: process.stdin.isTTY && process.stdout.isTTY && !dumb,
    plain,
    // A serial line has no size, and says 0.
    width: process.stdout.columns || (process.stdout.isTTY ? 80 : 100),
    signal: stopper.signal,
    out: (text) => {
      if (shown) process.stderr.write('\r\u001b[K');
      shown = false;
      process.stdout.write(toTerminal(text));
    },
    progress: (text) => {
      if (!process.stderr.isTTY || dumb) return;
      // A line that wraps could not be taken back.
      const line = wrap(text, (process.stderr.columns || 80) - 1)[0] ?? '';
      process.stderr.write(`\r\u001b[K${plain ? asciiOf(line) : line}`);
      shown = text !== '';
    },
    exit: (code) => {
      process.exitCode = code;
    },
  };
}
