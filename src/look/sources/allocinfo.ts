import { addName, collectNames, cursor, integer, literal, malformed, more, namesOf, nextLine, restOfLine } from '../scan.ts';
import { growing } from '../named.ts';
import type { Named, Source } from '../source.ts';

/**
 * Two header lines, then `<size> <calls> FILE:LINE [MODULE] func:FUNCTION` for each call site that allocates;
 * Documentation/mm/allocation-profiling.rst (commit 22d407b164ff "lib: add allocation tagging support for memory allocation
 * profiling", in v6.10). Sites that hold nothing are left out. Values in bytes.
 */
export function parseAllocinfo(text: string, like?: Named): Named {
  const c = cursor(text);
  literal(c, 'allocinfo - version:');
  nextLine(c);
  const bytes = new Map<string, number>();
  while (more(c)) {
    if (text.charCodeAt(c.at) === 35) {
      nextLine(c);
      continue;
    }
    const size = integer(c, '<size>');
    integer(c, '<calls>');
    const site = restOfLine(c).trim();
    if (site === '') throw malformed(c, 'FILE:LINE func:FUNCTION');
    // One line of source may be several sites (inlined): the sum is what that line holds.
    const name = site.replace(' func:', ' ');
    if (size !== 0) bytes.set(name, (bytes.get(name) ?? 0) + size);
    nextLine(c);
  }
  const names = collectNames(like?.names);
  const numbers = growing(bytes.size);
  for (const [name, size] of bytes) {
    addName(names, name, 0, name.length);
    numbers.push(size);
  }
  return { names: namesOf(names), values: numbers.values() };
}

/** Who holds how much, by the line of kernel source that allocated it. */
export const allocinfo: Source<Named> = {
  id: 'allocinfo',
  path: '/proc/allocinfo',
  cadence: 'edge',
  help: {
    absent: 'a kernel ≥ 6.10 with CONFIG_MEM_ALLOC_PROFILING, booted with sysctl.vm.mem_profiling=1',
    denied: 'run as root',
  },
  keep: 200,
  parse: parseAllocinfo,
  keys: (value) => value.names.map((site) => ({ name: 'allocation_bytes', labels: { site } })),
  values: (value) => value.values,
};
