/** Runs the built kmai as a user would and gives its record; starts workloads and ends them again. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Evidence } from '../../src/model/evidence.ts';
import type { Record } from '../../src/model/record.ts';
import { parseRecord } from '../../src/record/schema.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param options.within argv that runs it: `ip netns exec NAME` */
export function kmai(
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string; readonly within?: readonly string[] } = {},
): Promise<Ran> {
  const [program, ...rest] = [...(options.within ?? []), `${root}/bin/kmai`, ...args];
  return new Promise((resolve) => {
    execFile(
      program!,
      rest,
      { env: { ...process.env, LANG: 'C', ...options.env }, cwd: options.cwd ?? root, maxBuffer: 256 * 1024 * 1024 },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr }),
    );
  });
}

export async function diagnosed(args: readonly string[]): Promise<{ readonly code: number; readonly record: Record }> {
  const { code, stdout, stderr } = await kmai(['diagnose', '--json', ...args]);
  if (stdout === '') throw new Error(`kmai diagnose ${args.join(' ')}: exit ${code}: ${stderr}`);
  return { code, record: parseRecord(stdout, 'stdout') };
}

export interface Workload {
  readonly pid: number;
  /** Objects a second that it really made while the record's window lasted. */
  perSecond(window: Evidence['window']): number;
  stop(): Promise<void>;
}

/** Starts `test/workloads/NAME.ts ARGS` and waits until it says "ready". */
export async function workload(name: string, args: readonly (string | number)[]): Promise<Workload> {
  const argv = [`${root}/test/workloads/${name}.ts`, ...args.map(String)];
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const made: (readonly [time: number, count: number])[] = [];
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line === 'ready') resolve();
      const [, time, count] = /^(\d+) (\d+)$/.exec(line) ?? [];
      if (time !== undefined) made.push([Number(time), Number(count)]);
    });
    child.once('exit', () => reject(new Error(`${name} ${args.join(' ')} ended before it was ready`)));
  });
  return {
    pid: child.pid!,
    stop: () => stopped(child),
    perSecond: ({ start, end }) => {
      const within = made.filter(([time]) => time >= Date.parse(start) && time <= Date.parse(end));
      const [first, last] = [within[0], within.at(-1)];
      if (first === undefined || last === undefined || last[0] === first[0]) throw new Error(`${name} told nothing in the window`);
      return (last[1] - first[1]) / ((last[0] - first[0]) / 1000);
    },
  };
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await once(child, 'exit');
  clearTimeout(timer);
}

export const isRoot = process.getuid?.() === 0;
