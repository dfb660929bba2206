import type { HoldingKind } from '../model/evidence.ts';

/** What a descriptor is, by the text of its link in /proc/PID/fd; Documentation/filesystems/proc.rst, 3.8, and the anon_inode names of the kernel. */
export function kindOf(target: string): HoldingKind {
  if (target.startsWith('/')) return 'regular';
  if (target.startsWith('socket:')) return 'sockets';
  if (target.startsWith('pipe:')) return 'pipes';
  if (!target.startsWith('anon_inode:')) return /^[a-z_]+:\[\d+\]$/.test(target) ? 'namespaces' : 'regular';
  const name = target.slice('anon_inode:'.length).replaceAll(/[[\]]/g, '');
  if (name === 'eventfd') return 'eventfds';
  if (name === 'eventpoll') return 'epolls';
  // The instance is told by its watches.
  if (name === 'inotify') return 'inotify-watches';
  if (name === 'timerfd') return 'timerfds';
  if (name === 'signalfd') return 'signalfds';
  return name.startsWith('bpf') ? 'bpf' : 'anon-inodes';
}

/** Lines that begin with `prefix`. */
export function countLines(text: string, prefix = ''): number {
  let count = 0;
  for (let at = 0; at < text.length; ) {
    if (text.startsWith(prefix, at)) count++;
    const end = text.indexOf('\n', at);
    if (end < 0) break;
    at = end + 1;
  }
  return count;
}
