import { spawn } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readdirSync, readFileSync, readSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { available, type Reading, unavailable } from '../model/reading.ts';
import { isErrno, refusal } from './refusal.ts';

/** A tracing instance of our own (Documentation/trace/ftrace.rst, "Instances"): what anyone else traces is not touched. */
export interface TraceInstance {
  /** Writes a file of the instance. Throws the errno. */
  write(file: string, text: string): void;
  read(file: string): string;
  readonly cpus: readonly number[];
  /** The next page of a CPU's ring buffer into `page`; 0 when there is none now. */
  readPage(cpu: number, page: Buffer): number;
  /** Removes the instance with everything in it. */
  close(): void;
}

const roots = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];

/** Removes the instance once our end of the pipe is closed, however that came; a folder still in use is tried again. */
const undertaker =
  'read -r _; i=0; while [ -d "$1" ] && [ $i -lt 100 ]; do echo 0 > "$1/tracing_on"; rmdir "$1" && break; i=$((i+1)); sleep 0.1; done';

/** @param name unique to this process */
export function openTraceInstance(name: string): Reading<TraceInstance> {
  const what = 'tracefs';
  const root = roots.find((each) => hasInstances(each));
  if (root === undefined)
    return unavailable(
      what,
      'absent',
      `no ${roots.map((each) => join(each, 'instances')).join(' or ')}`,
      'mount -t tracefs tracefs /sys/kernel/tracing (as root)',
    );
  const folder = join(root, 'instances', name);
  // Started first: it must outlive us at every moment the folder exists.
  const guard = spawn('sh', ['-c', undertaker, 'sh', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  guard.unref();
  if (guard.pid === undefined) return unavailable(what, 'unsupported', 'no shell to clean up after us', '');
  try {
    mkdirSync(folder);
  } catch (error) {
    guard.stdin.end();
    return refusal(folder, error);
  }
  const cpus = readdirSync(join(folder, 'per_cpu')).map((each) => Number(each.slice('cpu'.length)));
  const pipes = new Map<number, number>();
  const path = (cpu: number) => join(folder, 'per_cpu', `cpu${cpu}`, 'trace_pipe_raw');
  return available({
    write: (file, text) => writeFileSync(join(folder, file), text),
    read: (file) => readFileSync(join(folder, file), 'latin1'),
    cpus,
    readPage(cpu, page) {
      let fd = pipes.get(cpu);
      if (fd === undefined) {
        fd = openSync(path(cpu), constants.O_RDONLY | constants.O_NONBLOCK);
        pipes.set(cpu, fd);
      }
      try {
        return readSync(fd, page, 0, page.length, null);
      } catch (error) {
        if (isErrno(error) && error.code === 'EAGAIN') return 0;
        throw error;
      }
    },
    close() {
      for (const fd of pipes.values()) closeSync(fd);
      pipes.clear();
      try {
        rmdirSync(folder);
      } finally {
        guard.stdin.end();
      }
    },
  });
}

function hasInstances(root: string): boolean {
  try {
    readdirSync(join(root, 'instances'));
    return true;
  } catch {
    return false;
  }
}
