import type { Unavailable } from '../model/evidence.ts';
import { unavailable } from '../model/reading.ts';

const reasons: Readonly<Record<string, Unavailable['reason']>> = {
  ENOENT: 'absent',
  ENOTDIR: 'absent',
  ENXIO: 'absent',
  ESRCH: 'absent', // the process went away between open and read
  ENAMETOOLONG: 'absent',
  EACCES: 'denied',
  EPERM: 'denied',
};

/** What the kernel answers when it has a file of that name but not that thing: always `unsupported`. */
const meanings: Readonly<Record<string, string>> = {
  ENODEV: 'the device or cgroup behind it is gone or switched off',
  EOPNOTSUPP: 'the kernel does not support it',
  ENOSYS: 'the kernel was built without it',
  EINVAL: 'the kernel refuses to read it this way',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead in a circle',
  EAGAIN: 'reading it would wait for an event',
};

interface Errno extends Error {
  readonly code: string;
}

export function isErrno(error: unknown): error is Errno {
  return error instanceof Error && typeof (error as Partial<Errno>).code === 'string';
}

/**
 * The reading that a failed system call gives.
 * @param what the path or command that was wanted
 * @throws the error itself when it is not an errno: that is a bug of ours, not a property of the machine
 */
export function refusal(what: string, error: unknown): { readonly ok: false; readonly unavailable: Unavailable } {
  if (!isErrno(error)) throw error;
  // node refuses a NUL in a path before the kernel sees it; no file can have such a name
  if (error.code === 'ERR_INVALID_ARG_VALUE') return unavailable(what, 'absent', 'no path contains a NUL');
  const reason = reasons[error.code] ?? 'unsupported';
  const meaning = meanings[error.code];
  return unavailable(what, reason, meaning === undefined ? error.code : `${error.code}: ${meaning}`, help(what, reason));
}

/** What would help by the kind of place; what a single file needs, its source knows better (`Source.help`). */
function help(path: string, reason: Unavailable['reason']): string {
  if (reason === 'denied') {
    return process.geteuid?.() === 0
      ? 'denied even to root: a container, a security module or kernel lockdown stands before it; run on the host itself'
      : 'run as root';
  }
  if (reason === 'absent' && path.startsWith('/sys/kernel/debug/')) return 'mount -t debugfs debugfs /sys/kernel/debug';
  if (reason === 'absent' && path.startsWith('/sys/kernel/tracing/')) return 'mount -t tracefs tracefs /sys/kernel/tracing';
  return '';
}
