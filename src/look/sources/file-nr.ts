import { cursor, eachOf, integer } from '../scan.ts';
import type { Named, Source } from '../source.ts';

const names = ['allocated', 'unused', 'max'] as const;

/**
 * `allocated unused max`: fs/file_table.c, proc_nr_files(). The counter is kept per CPU; newer kernels sum it for this read, older ones print it
 * without the parts not yet folded in, up to max(32, 2 × CPUs) a CPU.
 */
export function parseFileNr(text: string): Named {
  const c = cursor(text);
  return { names, values: eachOf(names, (name) => integer(c, `<${name}>`)) };
}

/** How many struct file exist. */
export const fileNr: Source<Named> = {
  id: 'file-nr',
  path: '/proc/sys/fs/file-nr',
  cadence: 'tick',
  help: { absent: 'mount /proc' },
  parse: parseFileNr,
  keys: () => [null, null, { name: 'population_limit', labels: { cache: 'filp', by: '/proc/sys/fs/file-nr max' } }],
  values: (value) => value.values,
};
