/**
 * A process that takes kernel objects at a steady rate and keeps them: `hold.ts KIND COUNT PER_SECOND`. Prints "ready"
 * before the first, "done" after the last, then waits until its stdin closes. Its own arithmetic is the truth of the tests.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import koffi from 'koffi';
import { atPace } from './pace.ts';

const libc = koffi.load('libc.so.6');
const open = libc.func('int open(const char *path, int flags)');
const socket = libc.func('int socket(int domain, int type, int protocol)');
const eventfd = libc.func('int eventfd(unsigned int value, int flags)');
const inotifyInit = libc.func('int inotify_init1(int flags)');
const inotifyAddWatch = libc.func('int inotify_add_watch(int fd, const char *path, uint32_t mask)');
const unshare = libc.func('int unshare(int flags)');

const newNetworkNamespace = 0x40000000;

/** Each prepares what it needs (before the window begins) and gives the function that takes one more object. */
const kinds: Readonly<Record<string, (count: number) => (index: number) => number>> = {
  files: () => () => open('/proc/version', 0) as number,
  sockets: () => () => socket(2, 2, 0) as number,
  eventfds: () => () => eventfd(0, 0) as number,
  // One instance watches a path once, and instances are few: a file of its own for every watch.
  watches: (count) => {
    const folder = mkdtempSync(join(tmpdir(), 'kmai-watches-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    for (let i = 0; i < count; i++) writeFileSync(join(folder, String(i)), '');
    const instance = inotifyInit(0) as number;
    return (index) => inotifyAddWatch(instance, join(folder, String(index)), 0x2) as number;
  },
  // A namespace lives as long as an open file of it.
  namespaces: () => () => ((unshare(newNetworkNamespace) as number) < 0 ? -1 : (open('/proc/self/ns/net', 0) as number)),
};

const [kind = '', countText = '', rateText = ''] = process.argv.slice(2);
const count = Number(countText);
const rate = Number(rateText);
const prepare = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
if (prepare === undefined || !(count > 0) || !(rate > 0)) {
  console.error(`usage: hold.ts ${Object.keys(kinds).join('|')} COUNT PER_SECOND`);
  process.exit(64);
}
const take = prepare(count);

console.log('ready');
atPace(
  count,
  rate,
  (index) => {
    if (take(index) >= 0) return;
    console.error(`${kind} ${index}: errno ${koffi.errno()}`);
    process.exit(1);
  },
  () => console.log('done'),
);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
