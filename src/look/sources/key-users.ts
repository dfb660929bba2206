import { cursor, integer, literal, more, nextLine } from '../scan.ts';
import type { Named, Source } from '../source.ts';

const names = ['keys', 'instantiated'] as const;

/** A line a user: `    0:     9 8/8 3/1000000 40/25000000`, uid: usage nkeys/nikeys qnkeys/maxkeys qnbytes/maxbytes; security/keys/proc.c. Summed. */
export function parseKeyUsers(text: string): Named {
  const c = cursor(text);
  const values = new Float64Array(names.length);
  while (more(c)) {
    integer(c, 'a user id');
    literal(c, ':');
    integer(c, '<usage>');
    values[0]! += integer(c, '<nkeys>');
    literal(c, '/');
    values[1]! += integer(c, '<nikeys>');
    nextLine(c);
  }
  return { names, values };
}

/** How many keys exist, of all users. */
export const keyUsers: Source<Named> = {
  id: 'key-users',
  path: '/proc/key-users',
  cadence: 'tick',
  help: { absent: 'a kernel with CONFIG_KEYS' },
  parse: parseKeyUsers,
  keys: () => names.map(() => null),
  values: (value) => value.values,
};
