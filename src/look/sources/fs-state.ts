import { cursor, eachOf, integer } from '../scan.ts';
import type { Named, Source } from '../source.ts';

const dentryNames = ['nr_dentry', 'nr_unused', 'age_limit', 'want_pages', 'nr_negative', 'dummy'] as const;
const inodeNames = ['nr_inodes', 'nr_unused'] as const;

/** Six numbers; the fifth, nr_negative, is 0 before 5.0 (commit af0c9af1b3f6 "fs/dcache: Track & report number of negative dentries"). */
export function parseDentryState(text: string): Named {
  const c = cursor(text);
  return { names: dentryNames, values: eachOf(dentryNames, (name) => integer(c, `<${name}>`)) };
}

/** Two numbers that mean something, then five zeros; fs/inode.c, proc_nr_inodes(). */
export function parseInodeState(text: string): Named {
  const c = cursor(text);
  return { names: inodeNames, values: eachOf(inodeNames, (name) => integer(c, `<${name}>`)) };
}

/** How many directory entries exist, in use or cached. */
export const dentryState: Source<Named> = {
  id: 'dentry-state',
  path: '/proc/sys/fs/dentry-state',
  cadence: 'tick',
  help: { absent: 'mount /proc' },
  parse: parseDentryState,
  keys: () => dentryNames.map(() => null),
  values: (value) => value.values,
};

/** How many inodes exist, of all file systems together. */
export const inodeState: Source<Named> = {
  ...dentryState,
  id: 'inode-state',
  path: '/proc/sys/fs/inode-state',
  parse: parseInodeState,
  keys: () => inodeNames.map(() => null),
};
