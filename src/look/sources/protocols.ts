import { addName, collectNames, cursor, integer, literal, more, namesOf, nextLine, word } from '../scan.ts';
import { growing } from '../named.ts';
import type { Named, Source } from '../source.ts';

/**
 * `protocol  size sockets  memory press maxhdr  slab module …`: net/core/sock.c, proto_seq_printf(). The protocol's name
 * is the name of its slab cache (`slab` yes). `sockets` counts this network namespace, and for TCP, UDP and RAW
 * only bound or connected ones.
 */
export function parseProtocols(text: string, like?: Named): Named {
  const c = cursor(text);
  literal(c, 'protocol');
  nextLine(c);
  const names = collectNames(like?.names);
  const numbers = growing(like?.names.length ?? 32);
  while (more(c)) {
    const protocol = word(c, 'a protocol');
    integer(c, '<size>');
    numbers.push(integer(c, '<sockets>'));
    addName(names, protocol, 0, protocol.length);
    nextLine(c);
  }
  return { names: namesOf(names), values: numbers.values() };
}

/** How many sockets of each protocol this network namespace has: cheaper than /proc/net/unix, and every family is there. */
export const protocols: Source<Named> = {
  id: 'protocols',
  path: '/proc/net/protocols',
  cadence: 'tick',
  help: { absent: 'a kernel with CONFIG_NET' },
  parse: parseProtocols,
  // -1: the protocol does not count its sockets.
  keys: (value) =>
    value.names.map((protocol, row) => (value.values[row]! < 0 ? null : { name: 'sockets', labels: { protocol, state: 'protocol' } })),
  values: (value) => value.values,
};
