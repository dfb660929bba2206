/** Runs the built kmai as a user would and gives its record; starts workloads and ends them again. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
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
  stop(): Promise<void>;
}

/** Starts `test/workloads/NAME.ts ARGS` and waits until it says "ready". */
export async function workload(name: string, args: readonly (string | number)[]): Promise<Workload> {
  const argv = [`${root}/test/workloads/${name}.ts`, ...args.map(String)];
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') break;
  child.stdout.resume();
  return { pid: child.pid!, stop: () => stopped(child) };
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await once(child, 'exit');
  clearTimeout(timer);
}

export const isRoot = process.getuid?.() === 0;
