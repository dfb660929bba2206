import { addName, collectNames, integer, malformed, more, namesOf, nextLine, skipBlanks, wordEnd, type Cursor, cursor } from './scan.ts';
import type { Named } from './source.ts';

/** Numbers that are collected while a file is parsed: a growing Float64Array. */
export function growing(expected: number): { push(value: number): void; values(): Float64Array } {
  let store = new Float64Array(Math.max(16, expected));
  let length = 0;
  return {
    push(value) {
      if (length === store.length) {
        const larger = new Float64Array(store.length * 2);
        larger.set(store);
        store = larger;
      }
      store[length++] = value;
    },
    values: () => store.subarray(0, length),
  };
}

/** Lines `name value`, as vmstat, snmp6 and cgroup.stat have them; `separator` ends the name where it is not a blank. */
export function parseNamed(text: string, like: Named | undefined, number: (c: Cursor) => number = plain): Named {
  const c = cursor(text);
  const names = collectNames(like?.names);
  const numbers = growing(like?.names.length ?? 64);
  while (more(c)) {
    skipBlanks(c);
    const end = wordEnd(c);
    if (end === c.at) throw malformed(c, 'a name and a number');
    addName(names, text, c.at, end);
    c.at = end;
    numbers.push(number(c));
    nextLine(c);
  }
  return { names: namesOf(names), values: numbers.values() };
}

function plain(c: Cursor): number {
  return integer(c, 'a number');
}

/** The value of a row, or null when there is no such row. */
export function valueOf(rows: Named, name: string): number | null {
  const index = rows.names.indexOf(name);
  return index < 0 ? null : rows.values[index]!;
}
