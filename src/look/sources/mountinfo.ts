import { cursor, integer, more, nextLine } from '../scan.ts';
import type { Named, Source } from '../source.ts';

const names = ['mounts'] as const;

/** How many lines: a mount each, of this mount namespace; Documentation/filesystems/proc.rst, 3.5. */
export function parseMountinfo(text: string): Named {
  const c = cursor(text);
  let mounts = 0;
  while (more(c)) {
    integer(c, 'a mount id');
    mounts++;
    nextLine(c);
  }
  return { names, values: Float64Array.of(mounts) };
}

/** Mounts that this process sees: a lower bound, other mount namespaces have their own. */
export const mountinfo: Source<Named> = {
  id: 'mountinfo',
  path: '/proc/self/mountinfo',
  cadence: 'edge',
  help: { absent: 'mount /proc' },
  parse: parseMountinfo,
  keys: () => [null],
  values: (value) => value.values,
};
