/**
 * The terminal, taken and given back: however the view ends, what the shell finds is what it left. kill -9 leaves nobody to
 * do that; bin/kmai, which waits for us, does.
 */
import process from 'node:process';
import { clearScreen, enterScreen, leaveScreen } from './screen.ts';

export interface Session {
  /** Columns and rows. */
  size(): readonly [number, number];
  write(text: string): void;
  /** Gives the terminal back and stops, until the shell lets it go on. */
  suspend(): void;
  close(): void;
}

export interface SessionEvents {
  readonly onInput: (text: string) => void;
  readonly onResize: () => void;
  /** Taken again after it had been given back: nothing is known of what it shows. */
  readonly onResume: () => void;
  /** It is to end: a signal, or nobody is there any more. @param code for the exit */
  readonly onEnd: (code: number) => void;
}

const signals = { SIGTERM: 15, SIGHUP: 1, SIGQUIT: 3 } as const;

/** @param plain it has no second screen: what was drawn must be taken off the one there is */
export function openSession(plain: boolean, events: SessionEvents): Session {
  const { stdin, stdout } = process;
  let taken = false;
  const take = (): void => {
    if (taken) return;
    taken = true;
    stdin.setRawMode(true);
    stdin.resume();
    stdout.write(enterScreen);
  };
  const giveBack = (): void => {
    if (!taken) return;
    taken = false;
    try {
      stdout.write(plain ? clearScreen + leaveScreen : leaveScreen);
      stdin.setRawMode(false);
    } catch {
      // The terminal itself is gone: then there is nothing to give back.
    }
    stdin.pause();
  };
  const suspend = (): void => {
    giveBack();
    process.removeListener('SIGTSTP', suspend);
    // The whole job, as Ctrl-Z would: the shell waits for its leader, which may be the launcher.
    process.kill(0, 'SIGTSTP');
  };
  const resume = (): void => {
    process.removeListener('SIGTSTP', suspend);
    process.on('SIGTSTP', suspend);
    take();
    events.onResume();
  };
  const input = (text: string): void => events.onInput(text);
  const gone = (): void => events.onEnd(129);
  const enders = Object.entries(signals).map(([name, number]) => [name, () => events.onEnd(128 + number)] as const);

  stdin.setEncoding('utf8');
  stdin.on('data', input);
  stdin.on('end', gone);
  stdin.on('error', gone);
  stdout.on('resize', events.onResize);
  process.on('SIGTSTP', suspend);
  process.on('SIGCONT', resume);
  process.on('exit', giveBack);
  for (const [name, end] of enders) process.on(name, end);
  take();
  return {
    size: () => [stdout.columns || 80, stdout.rows || 24],
    // What is painted between Ctrl-Z and the stop would land among the shell's lines.
    write: (text) => {
      if (taken) stdout.write(text);
    },
    suspend,
    close: () => {
      giveBack();
      stdin.off('data', input);
      stdin.off('end', gone);
      stdin.off('error', gone);
      stdout.off('resize', events.onResize);
      process.off('SIGTSTP', suspend);
      process.off('SIGCONT', resume);
      process.off('exit', giveBack);
      for (const [name, end] of enders) process.off(name, end);
    },
  };
}
