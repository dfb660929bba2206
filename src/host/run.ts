import { spawn } from 'node:child_process';
import { available, unavailable } from '../model/reading.ts';
import type { Reading } from '../model/reading.ts';
import type { Completed, RunLimits } from './host.ts';
import { refusal } from './refusal.ts';

/** Fixed, so that nothing in the caller's environment decides which program runs; sbin because `ip` and `nft` are there. */
export const safePath = '/usr/sbin:/usr/bin:/sbin:/bin';
const environment = { PATH: safePath, LC_ALL: 'C', LANG: 'C', TZ: 'UTC', TERM: 'dumb' };
const maxStderr = 64 * 1024;

/**
 * Runs a program by argv and gives what it printed; an exit code other than 0 is a result, not a refusal.
 * It runs in a process group of its own, which is killed whole at the time or output limit.
 */
export function runProgram(argv: readonly string[], limits: RunLimits = {}): Promise<Reading<Completed>> {
  const timeoutMs = limits.timeoutMs ?? 10_000;
  const maxBytes = limits.maxBytes ?? 8 * 1024 * 1024;
  const what = argv.join(' ');
  const [program, ...rest] = argv;
  if (program === undefined || program === '') return Promise.resolve(unavailable(what, 'absent', 'no program named'));
  return new Promise((resolve) => {
    const child = spawnOrRefuse();
    if ('refused' in child) {
      resolve(child.refused);
      return;
    }
    const { process: running } = child;
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let stdoutBytes = 0;
    let stderrBytes = 0;
    const timer = setTimeout(() => stop(unavailable(what, 'unsupported', `no end within ${timeoutMs} ms; it was killed`)), timeoutMs);
    function finish(reading: Reading<Completed>): void {
      clearTimeout(timer);
      resolve(reading); // a promise resolves once: what comes later is ignored
    }
    function stop(reading: Reading<Completed>): void {
      killGroup(running.pid);
      running.stdout.destroy();
      running.stderr.destroy();
      finish(reading);
    }
    running.stdout.on('data', (chunk: Buffer) => {
      stdoutBytes += chunk.length;
      if (stdoutBytes > maxBytes) stop(unavailable(what, 'malformed', `more than ${maxBytes} bytes of output; it was killed`));
      else stdout.push(chunk);
    });
    running.stderr.on('data', (chunk: Buffer) => {
      if (stderrBytes < maxStderr) stderr.push(chunk);
      stderrBytes += chunk.length;
    });
    running.on('error', (error) => finish(refusal(what, error)));
    running.on('close', (code, signal) => {
      if (code === null) return finish(unavailable(what, 'unsupported', `ended by ${signal ?? 'a signal'}`));
      const complaint = Buffer.concat(stderr).toString('utf8');
      const cut = stderrBytes > maxStderr ? `\n[… ${stderrBytes} bytes in all]` : '';
      return finish(available({ code, stdout: Buffer.concat(stdout).toString('utf8'), stderr: complaint + cut }));
    });
  });

  function spawnOrRefuse() {
    try {
      return {
        process: spawn(program!, rest, { cwd: '/', env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true, shell: false }),
      };
    } catch (error) {
      return { refused: refusal(what, error) }; // a NUL in an argument, no memory for a process
    }
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // the whole group has ended already
  }
}
