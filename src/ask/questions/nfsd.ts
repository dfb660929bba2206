import type { Question } from '../question.ts';
import { file, firstOf, integer } from '../places.ts';

/** Threads of the kernel's NFS server: above 0 it serves. Without nfsd mounted there is no file, and no claim either. */
export const nfsdThreads: Question<'nfsdThreads'> = {
  id: 'nfsdThreads',
  ask: (host) => firstOf<'nfsdThreads'>(file(host, '/proc/fs/nfsd/threads', (text) => integer(text.trim(), 1, 'a number of threads'))),
};
