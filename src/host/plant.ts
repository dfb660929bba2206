import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { available, type Reading, unavailable } from '../model/reading.ts';

export const plantKinds = ['files', 'eventfds', 'sockets', 'watches'] as const;
export type PlantKind = (typeof plantKinds)[number];

/** A process of our own that makes kernel objects in known numbers, at an even pace, and holds them until it is told to end. */
export interface Plant {
  readonly pid: number;
  /** Makes them all over so many seconds. Rejects when the process ends before it is done. */
  grow(seconds: number): Promise<void>;
  /** Ends the process, and with it everything it holds. */
  uproot(): Promise<void>;
}

/** System calls by architecture: openat, eventfd2, socket, inotify_init1, inotify_add_watch, inotify_rm_watch, close. */
const numbers: Readonly<Record<string, readonly number[]>> = {
  x64: [257, 290, 41, 294, 254, 255, 3],
  arm64: [56, 19, 198, 26, 27, 28, 57],
};

/**
 * The child's program. It ends with its input, hence with us. One inotify instance watches a folder once, by whatever path
 * (tracefs has two): folders of /sys, /proc/sys and /usr are watched, of which there are thousands. Until it is told to
 * grow it makes and unmakes an object now and then: some engines must see an event of a cache before they know it.
 */
const program = `
import { readdirSync, statSync } from 'node:fs';
const [koffiUrl, callNumbers, wanted] = process.argv.slice(1);
const koffi = await import(koffiUrl);
const syscall = koffi.load(null).func('long syscall(long, long, intptr_t, long, long)');
const path = koffi.load(null).func('long syscall(long, long, const char *, long, long)');
const [openat, eventfd2, socket, inotifyInit, inotifyAdd, inotifyRemove, close] = JSON.parse(callNumbers);
const counts = JSON.parse(wanted);
const folders = [];
const seen = new Set();
const queue = ['/sys', '/proc/sys', '/usr'];
while (folders.length < (counts.watches ?? 0) && queue.length > 0) {
  const folder = queue.shift();
  const { dev, ino } = statSync(folder);
  if (seen.has(dev + ':' + ino)) continue;
  seen.add(dev + ':' + ino);
  folders.push(folder);
  try { for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) queue.push(folder + '/' + entry.name); } catch {}
}
const instance = Number(syscall(inotifyInit, 0, 0, 0, 0));
const makers = {
  files: () => path(openat, -100, '/dev/null', 0, 0),
  eventfds: () => syscall(eventfd2, 0, 0, 0, 0),
  sockets: () => syscall(socket, 2, 2, 0, 0),
  watches: (index) => path(inotifyAdd, instance, folders[index], 0x200, 0),
};
const made = {};
const stirring = setInterval(() => {
  for (const kind of Object.keys(counts)) {
    const one = Number(makers[kind](0));
    if (kind === 'watches') syscall(inotifyRemove, instance, one, 0, 0);
    else syscall(close, one, 0, 0, 0);
  }
}, 50);
process.stdin.once('data', (data) => {
  clearInterval(stirring);
  const seconds = Number(String(data));
  const start = performance.now();
  const timer = setInterval(() => {
    const share = Math.min(1, (performance.now() - start) / 1000 / seconds);
    for (const [kind, count] of Object.entries(counts))
      for (made[kind] ??= 0; made[kind] < Math.floor(count * share); made[kind]++)
        if (Number(makers[kind](made[kind])) < 0) { console.error(kind + ' ' + made[kind] + ': errno ' + koffi.errno()); process.exit(1); }
    if (share === 1) { clearInterval(timer); console.log('done'); }
  }, 25);
});
process.stdin.on('end', () => process.exit(0));
console.log('ready');
`;

/** @param counts objects of each kind */
export async function plant(counts: Readonly<Partial<Record<PlantKind, number>>>): Promise<Reading<Plant>> {
  const calls = numbers[process.arch];
  if (calls === undefined) return unavailable('planting', 'unsupported', `system call numbers on ${process.arch} are not known`);
  const given = [import.meta.resolve('koffi'), JSON.stringify(calls), JSON.stringify(counts)];
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, '--', ...given], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-2000);
  });
  child.stdin.on('error', () => {});
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    child.emit('said');
  });
  const exited = once(child, 'close');
  const says = async (word: string): Promise<boolean> => {
    while (!said.includes(word))
      if ((await Promise.race([once(child, 'said').then(() => 'said'), exited.then(() => 'ended')])) === 'ended')
        return said.includes(word);
    return true;
  };
  if (!(await says('ready'))) return unavailable('planting', 'unsupported', complaints.trim(), '');
  return available({
    pid: child.pid!,
    async grow(seconds) {
      child.stdin.write(`${seconds}\n`);
      if (!(await says('done'))) throw new Error(`the plant ended early: ${complaints.trim()}`);
    },
    async uproot() {
      child.stdin.end();
      await exited;
    },
  });
}
