/** Runs a program again and again, tied to our own life. Only intervene/ may use it. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { safePath } from './run.ts';
import { tethered } from './spawn.ts';

export interface Ended {
  /** null: it could not be started, or was killed. */
  readonly code: number | null;
  readonly output: string;
}

/**
 * How it ends with us, if we are killed. `none`: it ends by itself at once. `signal`: the kernel kills it (PR_SET_PDEATHSIG,
 * which a program with file capabilities, ping for one, loses). `input`: a shell beside it waits for the end of its input.
 */
export type Tie = 'none' | 'signal' | 'input';

const OUTPUT_BYTES = 65_536;
const setpriv = '/usr/bin/setpriv';

export function runOnce(
  argv: readonly [string, ...string[]],
  { tie, signal }: { readonly tie: Tie; readonly signal?: AbortSignal | undefined },
): Promise<Ended> {
  const [program, ...rest] =
    tie === 'none'
      ? argv
      : tie === 'signal' && existsSync(setpriv)
        ? ([setpriv, '--pdeathsig', 'KILL', '--', ...argv] as const)
        : tethered(argv);
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      cwd: '/',
      env: { PATH: safePath, LC_ALL: 'C' },
      stdio: tie === 'none' ? 'ignore' : ['pipe', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      if (output.length < OUTPUT_BYTES) output += chunk.toString('utf8');
    });
    child.stdin?.on('error', () => {});
    const stop = (): void => void (tie === 'input' ? child.stdin?.end() : child.kill('SIGTERM'));
    signal?.addEventListener('abort', stop, { once: true });
    const end = (code: number | null): void => {
      signal?.removeEventListener('abort', stop);
      resolve({ code, output });
    };
    child.once('error', () => end(null));
    child.once('close', (code) => end(code));
  });
}
