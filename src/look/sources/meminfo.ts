import { growing } from '../named.ts';
import { addName, collectNames, cursor, integer, malformed, more, namesOf, nextLine, skipBlanks, wordEnd } from '../scan.ts';
import type { Named, Source } from '../source.ts';

const colon = 58;

/**
 * `MemTotal:       24683620 kB`. Lines without a unit (HugePages_*) count pages of Hugepagesize and are given in bytes as well.
 * Kernel document: Documentation/filesystems/proc.rst, "meminfo".
 */
export function parseMeminfo(text: string, like?: Named): Named {
  const c = cursor(text);
  const names = collectNames(like?.names);
  const numbers = growing(like?.names.length ?? 64);
  const counts: number[] = [];
  let hugePageBytes: number | null = null;
  let row = 0;
  while (more(c)) {
    skipBlanks(c);
    const end = wordEnd(c, colon);
    if (end === c.at || text.charCodeAt(end) !== colon) throw malformed(c, 'a field name and a colon');
    addName(names, text, c.at, end);
    const isHugePageSize = text.startsWith('Hugepagesize', c.at);
    c.at = end + 1;
    const value = integer(c, 'a number');
    skipBlanks(c);
    const inKilobytes = text.startsWith('kB', c.at);
    if (!inKilobytes) counts.push(row);
    if (isHugePageSize) hugePageBytes = value * 1024;
    numbers.push(inKilobytes ? value * 1024 : value);
    row++;
    nextLine(c);
  }
  const values = numbers.values();
  // A count of pages whose size the file does not tell is not a number of bytes.
  for (const at of counts) values[at] = hugePageBytes === null ? Number.NaN : values[at]! * hugePageBytes;
  return { names: namesOf(names), values };
}

/** The kernel's own summary of memory: 55 lines, all in bytes here. */
export const meminfo: Source<Named> = {
  id: 'meminfo',
  path: '/proc/meminfo',
  cadence: 'tick',
  help: { absent: 'mount /proc' },
  parse: parseMeminfo,
  keys: (value) => value.names.map((field) => ({ name: 'meminfo_bytes', labels: { field } })),
  values: (value) => value.values,
};
