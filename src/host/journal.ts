/**
 * The journal of changes: before anything is changed, how to undo it lies on disk, as a shell script of its own (one file
 * a change). A change that is only for a while has a guard as well: a shell that waits for the end of our pipe, however it
 * comes (SIGKILL, a lost terminal), or for the change's deadline, and then runs the script. `kmai undo` runs what is left.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { available, type Reading, unavailable } from '../model/reading.ts';
import { isErrno } from './refusal.ts';
import { runProgram, safePath } from './run.ts';

export interface Intention {
  /** For people: what is about to be changed. */
  readonly what: string;
  /** Shell commands that undo it, and do nothing where there is nothing to undo. */
  readonly undo: readonly string[];
  /** Seconds after which it is undone whatever happens; null: it stays until `kmai undo`. */
  readonly withinSeconds: number | null;
  /** It outlives a reboot (a file in /etc): so must the journal. */
  readonly lasting?: boolean;
}

/** A change that may now be made. */
export interface Change {
  readonly path: string;
  /** Runs the way back, and forgets the change once it has succeeded. */
  undo(): Promise<Reading<null>>;
  /** The change is not to be undone after all: it came to nothing, or was undone in another way. */
  forget(): void;
}

export interface Entry {
  readonly path: string;
  readonly what: string;
  readonly at: string;
  readonly kept: boolean;
}

const HEAD = '#!/bin/sh';

/** Where the journals are: the first that can be had is written to, all of them are read. */
function folders(lasting: boolean): readonly string[] {
  const uid = process.geteuid?.() ?? 0;
  const own = process.env['KMAI_JOURNAL'];
  if (own !== undefined && own !== '') return [own];
  const passing = uid === 0 ? ['/run/kmai'] : process.env['XDG_RUNTIME_DIR'] ? [join(process.env['XDG_RUNTIME_DIR'], 'kmai')] : [];
  const staying = [...(uid === 0 ? ['/var/lib/kmai'] : []), `/var/tmp/kmai-${uid}`];
  return lasting ? staying : [...passing, ...staying];
}

/** A folder that is ours alone: in /var/tmp anyone could have made it before us. */
function usable(folder: string, make: boolean): boolean {
  try {
    if (make) mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!isErrno(error) || error.code !== 'EEXIST') return false;
  }
  try {
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === process.geteuid?.() && (found.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

/** Whether a way back could be written down: asked before anything is measured or sent on account of a change. */
export function journalReady(lasting: boolean): Reading<string> {
  const wanted = folders(lasting);
  const folder = wanted.find((each) => usable(each, true) && writable(each));
  return folder === undefined
    ? unavailable('the journal', 'denied', `none of ${wanted.join(', ')} can be written`, 'KMAI_JOURNAL names another folder')
    : available(folder);
}

/** access(2) knows of a read-only file system, even for root (EROFS). */
function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Writes down how to undo a change, and waits until the disk has it; for a passing change its guard is alive as well.
 * Only then may the change be made.
 */
export async function intend(intention: Intention): Promise<Reading<Change>> {
  const ready = journalReady(intention.lasting === true);
  if (!ready.ok) return ready;
  const folder = ready.value;
  const at = new Date().toISOString();
  const path = join(folder, `${at.replaceAll(':', '')}-${String(process.hrtime.bigint()).padStart(20, '0')}-${process.pid}.sh`);
  const kept = intention.withinSeconds === null;
  const text = [
    HEAD,
    `# kmai ${kept ? 'kept' : 'passing'} ${at}`,
    `# ${intention.what.replaceAll('\n', ' ')}`,
    '# Undoes it; run by kmai, by its guard, by `kmai undo`, or by hand.',
    `PATH=${safePath}; export PATH; LC_ALL=C; export LC_ALL`,
    ...intention.undo,
    '',
  ].join('\n');
  // Its guard first: a kill at any moment leaves no way back without one. What it finds is whole, by the rename, or is not there.
  const guard = kept ? undefined : await guardOf(path, intention.withinSeconds ?? 0);
  if (guard === null)
    return unavailable('the guard', 'unsupported', 'sh could not be started', 'kmai changes nothing that it could not undo');
  try {
    writeDown(folder, path, text);
    if (guard !== undefined && guard.exitCode !== null) throw new Error('its guard ended before it was needed: a very slow disk');
  } catch (error) {
    rmSync(path, { force: true });
    guard?.stdin?.end();
    return unavailable(path, 'denied', (error as Error).message, 'kmai changes nothing that it could not undo');
  }
  const forget = (): void => {
    rmSync(path, { force: true });
    guard?.stdin?.end();
  };
  return available({
    path,
    forget,
    async undo() {
      const undone = await runBack(path);
      if (undone.ok) forget();
      return undone;
    },
  });
}

/** On the disk, whole, before it returns. @throws the errno */
function writeDown(folder: string, path: string, text: string): void {
  const fd = openSync(partOf(path), 'wx', 0o600);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(partOf(path), path);
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

const partOf = (path: string): string => `${path}.part`;

/**
 * Waits for the end of its input (ours, however we end) or the deadline, then runs the way back until it succeeds.
 * timeout(1) sleeps in the kernel: the guard costs nothing while it waits. It ignores what a lost terminal sends.
 */
const guardScript = `trap '' HUP INT TERM QUIT
if command -v timeout >/dev/null; then timeout "$2" cat >/dev/null; else cat >/dev/null; fi
rm -f "$1.part"
i=0; while [ -e "$1" ] && [ $i -lt 20 ]; do sh "$1" >/dev/null 2>&1 && rm -f "$1"; i=$((i+1)); [ -e "$1" ] && sleep 0.2; done`;

async function guardOf(path: string, seconds: number): Promise<ChildProcess | null> {
  const child = spawn('sh', ['-c', guardScript, 'kmai-guard', path, String(Math.max(0.1, seconds))], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A session of its own: neither the terminal's end nor its Ctrl-C reaches it.
    detached: true,
    env: { PATH: safePath, LC_ALL: 'C' },
    cwd: '/',
  });
  child.stdin.on('error', () => {});
  const started = await new Promise<boolean>((resolve) => {
    child.once('spawn', () => resolve(true));
    child.once('error', () => resolve(false));
  });
  if (!started) return null;
  child.unref();
  (child.stdin as unknown as { unref?: () => void }).unref?.();
  return child;
}

async function runBack(path: string): Promise<Reading<null>> {
  // Its guard was quicker: the deadline has passed.
  if (!existsSync(path)) return available(null);
  const ran = await runProgram(['sh', path], { timeoutMs: 30_000 });
  if (!ran.ok) return ran;
  if (ran.value.code === 0) return available(null);
  const said = ran.value.stderr.trim();
  return unavailable(
    path,
    'unsupported',
    said === '' ? `exit code ${ran.value.code}` : said,
    'read it, and run it by hand: it is a shell script',
  );
}

/** What has been changed and not undone, the last first. */
export function entries(): readonly Entry[] {
  const places = [...new Set([...folders(false), ...folders(true)])];
  const found = places.flatMap((folder) =>
    usable(folder, false)
      ? readdirSync(folder)
          .filter((name) => name.endsWith('.sh'))
          .map((name) => join(folder, name))
      : [],
  );
  return found
    .flatMap((path) => entryOf(path))
    .toSorted((a, b) => (a.path.slice(a.path.lastIndexOf('/')) < b.path.slice(b.path.lastIndexOf('/')) ? 1 : -1));
}

function entryOf(path: string): readonly Entry[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return []; // undone by its guard since it was listed
  }
  const head = /^#!\/bin\/sh\n# kmai (kept|passing) (\S+)\n# (.*)\n/.exec(text);
  // Not ours.
  return head === null ? [] : [{ path, kept: head[1] === 'kept', at: head[2]!, what: head[3]! }];
}

export async function undoEntry({ path }: Entry): Promise<Reading<null>> {
  const undone = await runBack(path);
  if (undone.ok) rmSync(path, { force: true });
  return undone;
}
