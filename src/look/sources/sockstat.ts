import { growing } from '../named.ts';
import { addPair, atLineEnd, collectNames, cursor, integer, malformed, more, namesOf, nextLine, skipBlanks, wordEnd } from '../scan.ts';
import type { Key, Named, Source } from '../source.ts';

/**
 * Lines `TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 243`; rows are named `TCP inuse`. net/ipv4/proc.c, sockstat_seq_show().
 * `alloc` and `mem` are of the whole machine, `inuse` and `tw` of this network namespace.
 */
export function parseSockstat(text: string, like?: Named): Named {
  const c = cursor(text);
  const names = collectNames(like?.names);
  const numbers = growing(like?.names.length ?? 16);
  while (more(c)) {
    skipBlanks(c);
    const start = c.at;
    const colon = wordEnd(c) - 1;
    if (colon < start || text.charCodeAt(colon) !== 58) throw malformed(c, 'a protocol and a colon');
    c.at = colon + 1;
    while (!atLineEnd(c)) {
      skipBlanks(c);
      const end = wordEnd(c);
      addPair(names, text, start, colon, c.at, end);
      c.at = end;
      numbers.push(integer(c, 'a number'));
    }
    nextLine(c);
  }
  return { names: namesOf(names), values: numbers.values() };
}

function key(row: string): Key {
  const [protocol = '', field = ''] = row.split(' ');
  if (field === 'mem') return { name: 'socket_pages', labels: { protocol } };
  if (field === 'memory') return { name: 'socket_bytes', labels: { protocol } };
  return { name: 'sockets', labels: { protocol: protocol === 'sockets' ? 'all' : protocol, state: field } };
}

function source(id: string, path: string, absent: string): Source<Named> {
  return {
    id,
    path,
    cadence: 'tick',
    help: { absent },
    parse: parseSockstat,
    keys: (value) => value.names.map(key),
    values: (value) => value.values,
  };
}

/** How many sockets of each protocol exist, and the pages their buffers are charged for. */
export const sockstat = source('sockstat', '/proc/net/sockstat', 'a kernel with CONFIG_INET');
export const sockstat6 = source('sockstat6', '/proc/net/sockstat6', 'a kernel with IPv6');
