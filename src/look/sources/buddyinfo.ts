import { growing } from '../named.ts';
import { addName, atLineEnd, collectNames, cursor, integer, literal, more, namesOf, nextLine, word } from '../scan.ts';
import type { Key, Named, Source } from '../source.ts';

/** Lines `Node 0, zone   Normal   3486   4624 …`: free blocks of 2^order pages, by order; mm/vmstat.c, frag_show(). */
export function parseBuddyinfo(text: string, like?: Named): Named {
  const c = cursor(text);
  const names = collectNames(like?.names);
  const numbers = growing(like?.names.length ?? 48);
  while (more(c)) {
    literal(c, 'Node');
    const node = integer(c, 'a node number');
    literal(c, ', zone');
    const zone = word(c, 'a zone name');
    for (let order = 0; !atLineEnd(c); order++) {
      numbers.push(integer(c, 'a number of free blocks'));
      const row = `${node} ${zone} ${order}`;
      addName(names, row, 0, row.length);
    }
    nextLine(c);
  }
  return { names: namesOf(names), values: numbers.values() };
}

function key(row: string): Key {
  const [node = '', zone = '', order = ''] = row.split(' ');
  return { name: 'buddy_free_blocks', labels: { node, zone, order } };
}

/** How broken up free memory is. */
export const buddyinfo: Source<Named> = {
  id: 'buddyinfo',
  path: '/proc/buddyinfo',
  cadence: 'edge',
  help: { denied: 'run as root' },
  parse: parseBuddyinfo,
  keys: (value) => value.names.map(key),
  values: (value) => value.values,
};
