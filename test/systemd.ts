/**
 * systemd as the init of a container of the test's own: mount, process, network and cgroup namespaces on the cgroup v2 hierarchy that is
 * there, with units of the test's own and none of the machine's.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const program = ['/usr/lib/systemd/systemd', '/lib/systemd/systemd'].find((path) => existsSync(path));
const cgroup2 = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((path) => existsSync(`${path}/cgroup.controllers`));

/** Why there can be no container here; false where there can. */
export const noSystemd: string | false =
  process.getuid?.() !== 0
    ? 'needs root: namespaces'
    : program === undefined
      ? 'systemd is not installed'
      : cgroup2 === undefined || !existsSync(`${cgroup2}/cgroup.procs`)
        ? 'no cgroup v2 hierarchy is mounted'
        : false;

export interface Container {
  /** What is put before an argv to run it inside. */
  readonly within: readonly [string, ...string[]];
  /** The cgroup v2 folder of the container, seen from outside. */
  readonly folder: string;
  run(argv: readonly string[]): string;
  close(): Promise<void>;
}

/** Folders that are the container's own: emptied before systemd starts. */
const own = ['/run', '/etc/systemd/system', '/usr/lib/systemd/system', '/var/log/journal', '/etc/firewalld'];

/** @param units by name, with the text of each; @param setUp more shell, run before systemd in the container's mounts */
export async function systemd(name: string, units: Readonly<Record<string, string>>, setUp = ''): Promise<Container> {
  const folder = `${cgroup2}/${name}`;
  mkdirSync(folder);
  const texts: Record<string, string> = { 'default.target': '[Unit]\nDescription=nothing\n', ...units };
  const script = [
    'set -e',
    `echo 0 > ${folder}/cgroup.procs`,
    'exec unshare --mount --pid --net --fork --kill-child --cgroup --propagation private sh -ec "$1"',
  ].join('\n');
  const inside = [
    'mount -t proc proc /proc',
    'umount -R /sys/fs/cgroup',
    'mount -t cgroup2 cgroup2 /sys/fs/cgroup',
    ...own.map((path) => `mkdir -p ${path}; mount -t tmpfs tmpfs ${path}`),
    ...Object.entries(texts).map(([unit, text]) => `cat > /etc/systemd/system/${unit} <<'UNIT'\n${text}\nUNIT`),
    setUp,
    'export container=test',
    `exec ${program} --unit=default.target --log-target=null --show-status=no`,
  ].join('\n');
  const child: ChildProcess = spawn('sh', ['-c', script, 'sh', inside], { stdio: 'ignore' });
  const init = await initOf(child);
  const within = ['nsenter', '-t', String(init), '-m', '-p', '-n', '-C', '--'] as const;
  const [enter, ...rest] = within;
  const run = (argv: readonly string[]): string =>
    execFileSync(enter, [...rest, ...argv], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  for (let tries = 0; !answers(); tries++) {
    if (tries > 100) throw new Error('systemd does not come up');
    await sleep(100);
  }
  return { within: [enter, ...rest], folder, run, close };

  function answers(): boolean {
    try {
      run(['systemctl', 'is-active', 'default.target']);
      return true;
    } catch {
      return false;
    }
  }

  async function close(): Promise<void> {
    process.kill(init, 'SIGKILL'); // and with the first process of the namespace all others
    for (let tries = 0; tries < 50; tries++) {
      await sleep(100);
      try {
        removeTree(folder);
        return;
      } catch {
        // they have not all ended yet
      }
    }
  }
}

function removeTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeTree(`${folder}/${entry.name}`);
  rmdirSync(folder);
}

/** The child of unshare, once it is systemd. */
async function initOf(child: ChildProcess): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    await sleep(50);
    const pids = existsSync(`/proc/${child.pid}/task/${child.pid}/children`)
      ? readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
      : '';
    const [first] = pids.trim().split(' ');
    if (first !== undefined && first !== '' && readFileSync(`/proc/${first}/comm`, 'utf8').trim() === 'systemd') return Number(first);
  }
  throw new Error('systemd does not start');
}
