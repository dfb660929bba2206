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
  /**
   * Closes its input: programs are started such that this ends them, and so does our own death.
   * @param last a line before that, by which a tethered program knows that we still listen
   */
  end(last?: string): void;
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
    end: (last = '') => void child.stdin.end(last),
    kill: () => void child.kill('SIGKILL'),
    exited,
  });
}

/** Whoever goes on for so long after nobody listens any more is killed. */
const ORPHAN_SECONDS = 3;

/**
 * The argv that runs a program which would not notice that its input ended: a shell waits for that and ends it. `$@` is
 * given as words, nothing is interpreted.
 * @param patience seconds in which it may say what it has to say, when a line on the input asked for that before it ended
 */
export function tethered(argv: readonly [string, ...string[]], patience = ORPHAN_SECONDS): readonly [string, ...string[]] {
  const tries = `n=${ORPHAN_SECONDS * 10}; if read -r asked <&3; then n=${patience * 10}; fi`;
  const still = 'i=0; while kill -0 $p && [ $i -lt $n ]; do sleep 0.1; i=$((i+1)); done; [ $i -lt $n ]';
  const end = `kill -TERM $p; ${still} || kill -KILL $p`;
  const script = `exec 3<&0; "$@" </dev/null 3<&- & p=$!; { ${tries}; ${end}; } >/dev/null 2>&1 & exec 3<&-; wait $p; exit $?`;
  return ['sh', '-c', script, 'sh', ...argv];
}
