import type { Host } from '../host/host.ts';
import type { HoldingKind, Unavailable } from '../model/evidence.ts';
import { countLines, kindOf } from './descriptors.ts';
import { type Found, leftOut, type ProcessLimits } from './process-census.ts';

/** A table of this size is not read again when it has as many descriptors as before. */
const smallTable = 64;

/** Everything a descriptor can be: 0 when a process has none of a kind. */
const descriptorKinds = [
  'regular',
  'sockets',
  'pipes',
  'eventfds',
  'epolls',
  'epoll-watches',
  'inotify-watches',
  'timerfds',
  'signalfds',
  'bpf',
  'anon-inodes',
] as const;

/** /proc/PID/fdinfo holds plain files, so that counting them reads no link. */
export function countDescriptors(host: Host, found: readonly Found[], left: Unavailable[]): void {
  let denied = 0;
  let help = '';
  for (const { stat, held } of found) {
    if (stat.zombie) {
      for (const kind of ['files', ...descriptorKinds] as const) held.set(kind, 0);
      continue;
    }
    const entries = host.list(`/proc/${stat.pid}/fdinfo`);
    if (entries.ok) held.set('files', entries.value.length);
    else if (entries.unavailable.reason === 'denied') {
      denied++;
      help = entries.unavailable.help; // root may be denied too
    }
  }
  if (denied > 0)
    left.push({
      what: '/proc/PID/fd',
      reason: 'denied',
      detail: `the descriptors of ${denied} of ${found.length} processes may not be listed`,
      help,
    });
}

/** As many descriptors as at the start, and few: of the same kinds. Watches come and go without a descriptor: those are read again. */
function takenFromBefore({ before, held, namespaces }: Found, files: number): boolean {
  if (before === null || files > smallTable || before.watches.size > 0 || before.held.get('files') !== files) return false;
  for (const kind of descriptorKinds) {
    const count = before.held.get(kind);
    if (count !== undefined) held.set(kind, count);
  }
  for (const each of before.namespaces) namespaces.add(each);
  return true;
}

/** The kinds of all descriptors within the limits, the largest tables first, and the watches of epoll and inotify ones. */
export function readKinds(host: Host, found: readonly Found[], limits: ProcessLimits, left: Unavailable[]): void {
  let links = limits.links;
  let watchers = limits.watchers;
  let skipped = 0;
  let unwatched = 0;
  for (const one of found.toSorted((a, b) => (b.held.get('files') ?? 0) - (a.held.get('files') ?? 0))) {
    const files = one.held.get('files');
    if (files === undefined || files === 0 || takenFromBefore(one, files)) continue;
    if (files > links) {
      skipped++;
      continue;
    }
    links -= files;
    const entries = host.list(`/proc/${one.stat.pid}/fd`);
    if (!entries.ok) continue;
    const counts = new Map<HoldingKind, number>(descriptorKinds.map((kind) => [kind, 0]));
    const add = (kind: HoldingKind, count: number): void => void counts.set(kind, (counts.get(kind) ?? 0) + count);
    for (const { name, target } of entries.value) {
      // A descriptor that was closed meanwhile has no target any more.
      if (target === undefined) continue;
      const kind = kindOf(target);
      if (kind === 'namespaces') one.namespaces.add(target);
      if (kind !== 'namespaces' && kind !== 'inotify-watches') add(kind, 1);
      if (kind !== 'epolls' && kind !== 'inotify-watches') continue;
      if (watchers-- <= 0) {
        unwatched++;
        continue;
      }
      const info = host.read(`/proc/${one.stat.pid}/fdinfo/${name}`);
      if (!info.ok) continue;
      const count = countLines(info.value, kind === 'epolls' ? 'tfd:' : 'inotify wd');
      add(kind === 'epolls' ? 'epoll-watches' : kind, count);
      one.watches.set(`${kind} ${name}`, count);
    }
    // As one moment: the table may have changed since it was counted.
    one.held.set('files', entries.value.length);
    for (const [kind, count] of counts) one.held.set(kind, count);
  }
  if (skipped > 0)
    left.push(
      leftOut(
        '/proc/PID/fd',
        `the kinds of descriptors of ${skipped} processes were not read: the limit is ${limits.links} in all; they are counted`,
      ),
    );
  if (unwatched > 0)
    left.push(
      leftOut(
        '/proc/PID/fdinfo',
        `the watches of ${unwatched} epoll and inotify descriptors were not counted: the limit is ${limits.watchers}`,
      ),
    );
}
