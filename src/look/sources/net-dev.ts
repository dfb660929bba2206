import { growing } from '../named.ts';
import { addName, collectNames, cursor, integer, malformed, more, namesOf, nextLine, skipBlanks, wordEnd } from '../scan.ts';
import type { Key, Named, Source } from '../source.ts';

/** Columns in the order the kernel prints them, receive then transmit; net/core/net-procfs.c, dev_seq_printf_stats(). */
const columns = ['rx_bytes', 'rx_packets', 'rx_errs', 'rx_drop', 'rx_fifo', 'rx_frame', 'rx_compressed', 'rx_multicast'] as const;
const sent = ['tx_bytes', 'tx_packets', 'tx_errs', 'tx_drop', 'tx_fifo', 'tx_colls', 'tx_carrier', 'tx_compressed'] as const;
const all: readonly string[] = [...columns, ...sent];
/** Those that can drive a growth. */
const kept: ReadonlySet<string> = new Set([
  'rx_bytes',
  'rx_packets',
  'rx_errs',
  'rx_drop',
  'rx_multicast',
  'tx_bytes',
  'tx_packets',
  'tx_errs',
  'tx_drop',
]);

/** Two header lines, then `  eth0:  16 numbers`. A row is a device; its 16 values follow each other. */
export function parseNetDev(text: string, like?: Named): Named {
  const c = cursor(text);
  if (!text.startsWith('Inter-|')) throw malformed(c, 'the header "Inter-|   Receive"');
  nextLine(c);
  nextLine(c);
  const names = collectNames(like?.names);
  const numbers = growing(like?.values.length ?? 64);
  while (more(c)) {
    skipBlanks(c);
    const end = wordEnd(c, 58);
    if (end === c.at || text.charCodeAt(end) !== 58) throw malformed(c, 'a device and a colon');
    addName(names, text, c.at, end);
    c.at = end + 1;
    for (const column of all) numbers.push(integer(c, column));
    nextLine(c);
  }
  return { names: namesOf(names), values: numbers.values() };
}

/** What each network device received and sent, in this network namespace. */
export const netDev: Source<Named> = {
  id: 'net-dev',
  path: '/proc/net/dev',
  cadence: 'tick',
  help: { absent: 'a kernel with CONFIG_NET' },
  parse: parseNetDev,
  keys: (value) =>
    value.names.flatMap((device) =>
      all.map((counter): Key | null => (kept.has(counter) ? { name: 'netdev_total', labels: { device, counter } } : null)),
    ),
  values: (value) => value.values,
};
