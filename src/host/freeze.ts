/** Pauses processes, and always lets them go on again. Never kills. Only intervene/ may use it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Reading, unavailable } from '../model/reading.ts';
import { type Change, intend } from './journal.ts';
import { isErrno } from './refusal.ts';
import { shellWord } from './shell.ts';

export interface Pausable {
  readonly name: string;
  readonly pids: readonly number[];
  /** Its cgroup v2 folder, where it can be paused as a whole; null: its processes one by one. */
  readonly cgroup: string | null;
}

export interface PauseOptions {
  /** All go on again after so many seconds, whatever becomes of us. */
  readonly withinSeconds: number;
  /** The freezer hierarchy of cgroup v1; null: none is mounted, processes get SIGSTOP. */
  readonly freezer: string | null;
}

/**
 * Pauses all of them. cgroup v2: `cgroup.freeze` (Documentation/admin-guide/cgroup-v2.rst); v1: a freezer cgroup of our own that
 * they are moved into and back out of (cgroup-v1/freezer-subsystem.rst); SIGSTOP otherwise, which a parent can see.
 */
export async function pause(set: readonly Pausable[], { withinSeconds, freezer }: PauseOptions): Promise<Reading<Change>> {
  const whole = set.flatMap(({ cgroup }) => (cgroup === null ? [] : [`${cgroup}/cgroup.freeze`]));
  const pids = set.flatMap((each) => (each.cgroup === null ? each.pids : []));
  const processes = pids.flatMap((pid) => processOf(pid, freezer));
  const folder = freezer === null ? null : `${freezer}/kmai-${process.pid}-${process.hrtime.bigint()}`;
  const undo = [
    ...whole.map((file) => `[ ! -e ${shellWord(file)} ] || echo 0 > ${shellWord(file)}`),
    ...(folder === null ? resume(processes) : leave(freezer!, folder, processes)),
  ];
  const intended = await intend({ what: `paused: ${set.map(({ name }) => name).join(', ')}`, undo, withinSeconds });
  if (!intended.ok) return intended;
  try {
    for (const file of whole) writeFileSync(file, '1', { flag: 'r+' });
    if (folder === null) for (const { pid } of processes) ifAlive(() => process.kill(pid, 'SIGSTOP'));
    else if (processes.length > 0) {
      mkdirSync(folder);
      for (const { pid } of processes) ifAlive(() => writeFileSync(`${folder}/cgroup.procs`, String(pid), { flag: 'r+' }));
      writeFileSync(`${folder}/freezer.state`, 'FROZEN', { flag: 'r+' });
    }
  } catch (error) {
    await intended.value.undo();
    if (!isErrno(error)) throw error;
    return unavailable(
      'pausing',
      error.code === 'EPERM' || error.code === 'EACCES' ? 'denied' : 'unsupported',
      error.message,
      'run as root',
    );
  }
  return intended;
}

interface Process {
  readonly pid: number;
  /** Field 22 of its stat: a pid that is used again is another process. */
  readonly start: string;
  /** Its freezer cgroup now. */
  readonly origin: string;
}

function processOf(pid: number, freezer: string | null): readonly Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
    const cgroup = freezer === null ? '' : readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    return [{ pid, start, origin: /^\d+:(?:[^:\n]*,)?freezer(?:,[^:\n]*)?:(.*)$/m.exec(cgroup)?.[1] ?? '/' }];
  } catch {
    return []; // it has ended
  }
}

function ifAlive(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!isErrno(error) || error.code !== 'ESRCH') throw error;
  }
}

function resume(processes: readonly Process[]): readonly string[] {
  return [
    'go_on() { s=$(cat "/proc/$1/stat" 2>/dev/null) || return 0; set -- "$1" "$2" ${s##*) }; [ "${22}" != "$2" ] || kill -CONT "$1"; }',
    ...processes.map(({ pid, start }) => `go_on ${pid} ${start}`),
  ];
}

/** Thaws, and puts each back where it was; what was forked meanwhile goes to the root with its parents' kin. */
function leave(freezer: string, folder: string, processes: readonly Process[]): readonly string[] {
  const there = shellWord(folder);
  return [
    `if [ -d ${there} ]; then`,
    `echo THAWED > ${there}/freezer.state`,
    ...processes.map(
      ({ pid, origin }) => `echo ${pid} 2>/dev/null > ${shellWord(`${freezer}${origin === '/' ? '' : origin}/cgroup.procs`)} || :`,
    ),
    `while read -r p; do echo "$p" > ${shellWord(`${freezer}/cgroup.procs`)} || :; done < ${there}/cgroup.procs`,
    `rmdir ${there}; fi`,
  ];
}
