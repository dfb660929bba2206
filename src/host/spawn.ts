import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { available, type Reading, unavailable } from '../model/reading.ts';

/** A program that runs while it is listened to. */
export interface Spawned {
  readonly output: AsyncIterable<Uint8Array>;
  /** What it said on standard error so far: the last 64 KiB. */
  readonly complaints: () => string;
  /** Resolves when `text` was said on standard error; false when it ended, or the time passed, without it. */
  saysOnError(text: string, timeoutMs: number): Promise<boolean>;
  /** Pipes another's output into its input, to the end. */
  takes(from: AsyncIterable<Uint8Array>): Promise<void>;
  /** Closes its input: programs are started such that this ends them, and so does our own death. */
  end(): void;
  kill(): void;
  readonly exited: Promise<number>;
}

const COMPLAINTS_BYTES = 65_536;

/**
 * Starts a program with a pipe as its input. The pipe closes when this process ends, however it ends (SIGKILL too), so a
 * program that ends with its input leaves nothing behind.
 */
export async function spawnProgram(
  argv: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>> = {},
): Promise<Reading<Spawned>> {
  const [program, ...rest] = argv;
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C', ...environment } });
  let complaints = '';
  const waiting: { readonly text: string; readonly settle: (said: boolean) => void }[] = [];
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString('utf8')).slice(-COMPLAINTS_BYTES);
    for (const each of waiting) if (complaints.includes(each.text)) each.settle(true);
  });
  child.stdin.on('error', () => {}); // it ended before its input did
  const exited = new Promise<number>((resolve) => {
    child.once('close', (code) => {
      for (const each of waiting) each.settle(false);
      resolve(code ?? -1);
    });
  });
  const failure = await new Promise<Error | undefined>((resolve) => {
    child.once('spawn', () => resolve(undefined));
    child.once('error', resolve);
  });
  if (failure !== undefined) return unavailable(program, 'absent', `it could not be started: ${failure.message}`, `install ${program}`);
  return available({
    output: child.stdout as AsyncIterable<Uint8Array>,
    complaints: () => complaints,
    saysOnError: (text, timeoutMs) =>
      new Promise<boolean>((resolve) => {
        if (complaints.includes(text)) {
          resolve(true);
          return;
        }
        const timer = setTimeout(() => resolve(false), timeoutMs);
        const settle = (said: boolean) => {
          clearTimeout(timer);
          resolve(said);
        };
        waiting.push({ text, settle });
      }),
    async takes(from) {
      for await (const chunk of from) if (!child.stdin.write(chunk)) await Promise.race([once(child.stdin, 'drain'), exited]);
      child.stdin.end();
    },
    end: () => void child.stdin.end(),
    kill: () => void child.kill('SIGKILL'),
    exited,
  });
}

/**
 * The argv that runs a program which would not notice that its input ended: a shell waits for that and ends it. Whoever is
 * ended may still have something to say: it is killed when it goes on for so many seconds. `$@` is given as words, nothing
 * is interpreted.
 */
export function tethered(argv: readonly [string, ...string[]], seconds = 3): readonly [string, ...string[]] {
  const tries = seconds * 10;
  const still = `i=0; while kill -0 $p && [ $i -lt ${tries} ]; do sleep 0.1; i=$((i+1)); done; [ $i -lt ${tries} ]`;
  const end = `kill -TERM $p; ${still} || kill -KILL $p`;
  const script = `exec 3<&0; "$@" </dev/null 3<&- & p=$!; { cat <&3; ${end}; } >/dev/null 2>&1 & exec 3<&-; wait $p; exit $?`;
  return ['sh', '-c', script, 'sh', ...argv];
}
