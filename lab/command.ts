import { spawnSync } from 'node:child_process';

/** A host command that failed: what was run, how it ended and the last lines it said. */
export class CommandFailed extends Error {
  constructor(argv: readonly string[], status: number | null, output: string) {
    super(`${argv.join(' ')}: ended with ${status ?? 'a signal'}\n${output.trimEnd().split('\n').slice(-15).join('\n')}`);
    this.name = 'CommandFailed';
  }
}

/** Runs a host command to its end and gives its stdout. Throws `CommandFailed`. */
export function command(argv: readonly string[], options: { readonly cwd?: string; readonly input?: string } = {}): string {
  const [program = '', ...rest] = argv;
  const done = spawnSync(program, rest, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive', PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    ...options,
  });
  if (done.error !== undefined) throw new CommandFailed(argv, null, done.error.message);
  if (done.status !== 0) throw new CommandFailed(argv, done.status, done.stdout + done.stderr);
  return done.stdout;
}

/** The path of a program, or null where it is not installed. */
export function which(program: string): string | null {
  const done = spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v "$1"`, 'which', program], { encoding: 'utf8' });
  return done.status === 0 ? done.stdout.trim() : null;
}
