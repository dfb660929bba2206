import process from 'node:process';
import type { CommandContext } from '@stricli/core';
import type { Language } from '../messages/reasons.ts';
import { wrap } from '../record/layout.ts';
import { language } from './language.ts';

/** What every command gets: where to write, for whom, and when to stop. */
export interface Context extends CommandContext {
  readonly version: string;
  readonly language: Language;
  readonly color: boolean;
  /** What the terminal can show: 16 colours or 256. */
  readonly colors: 1 | 2;
  /** Keys can be read and the screen be drawn on: no pipe at either end, no dumb terminal. */
  readonly interactive: boolean;
  /** The console's font has no finer blocks. */
  readonly ascii: boolean;
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
  const dumb = process.env['TERM'] === 'dumb';
  let shown = false;
  return {
    process,
    version,
    language,
    color: process.stdout.isTTY && !dumb && (process.env['NO_COLOR'] ?? '') === '',
    colors: /256|truecolor|24bit|direct/.test(`${process.env['TERM']} ${process.env['COLORTERM']}`) ? 2 : 1,
    interactive: process.stdin.isTTY && process.stdout.isTTY && !dumb,
    ascii: process.env['TERM'] === 'linux',
    width: process.stdout.columns ?? 100,
    signal: stopper.signal,
    out: (text) => {
      if (shown) process.stderr.write('\r\u001b[K');
      shown = false;
      process.stdout.write(text);
    },
    progress: (text) => {
      if (!process.stderr.isTTY || dumb) return;
      // A line that wraps could not be taken back.
      process.stderr.write(`\r\u001b[K${wrap(text, (process.stderr.columns ?? 80) - 1)[0] ?? ''}`);
      shown = text !== '';
    },
    exit: (code) => {
      process.exitCode = code;
    },
  };
}
