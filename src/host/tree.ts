import type { Reading } from '../model/reading.ts';
import { unavailable } from '../model/reading.ts';
import type { Entry } from './host.ts';

/**
 * Files below a root: a folder on disk, or an archive in memory. Every path is taken from that root, as in a
 * chroot: `..` stops at it, and a link, absolute ones too, leads to a place inside or nowhere.
 */
export interface Tree {
  bytes(path: string): Reading<Uint8Array>;
  list(path: string): Reading<readonly Entry[]>;
}

/** What stands at an already resolved path, for the walk: its kind, or the text of a link. */
export type Standing = 'file' | 'folder' | 'other' | 'nothing' | { readonly link: string };

const maxLinks = 40; // as the kernel's MAXSYMLINKS

/**
 * Walks a path from the root and follows its links inside it.
 * @param standing what is at a path whose parents hold no link; '' is the root
 * @returns the path without leading slash ('' is the root), or why it leads nowhere
 */
export function resolveInside(path: string, standing: (resolved: string) => Standing): Reading<string> {
  if (path.includes('\0')) return unavailable(path, 'absent', 'no path contains a NUL');
  const ahead = path.split('/').toReversed();
  const walked: string[] = [];
  let links = 0;
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      walked.pop();
      continue;
    }
    const next = [...walked, name].join('/');
    const at = standing(next);
    if (at === 'nothing') return unavailable(path, 'absent', 'ENOENT');
    if (typeof at === 'object') {
      links += 1;
      if (links > maxLinks) return unavailable(path, 'unsupported', 'ELOOP: its links lead in a circle');
      if (at.link.startsWith('/')) walked.length = 0;
      ahead.push(...at.link.split('/').toReversed());
      continue;
    }
    if (at !== 'folder' && ahead.some((left) => left !== '' && left !== '.')) return unavailable(path, 'absent', 'ENOTDIR');
    walked.push(name);
  }
  return { ok: true, value: walked.join('/') };
}

/** Text of bytes: UTF-8, invalid bytes replaced, a byte order mark kept, as `Host.read` promises. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
