import type { Host } from '../../host/host.ts';
import { Malformed } from '../../model/reading.ts';
import { atLineEnd, cursor, hexadecimal, more, nextLine, word } from '../scan.ts';
import type { Named, Source } from '../source.ts';

/**
 * /proc/net/stat/TABLE: a header of names, then a line a CPU of hexadecimal numbers. `entries` is the table's size,
 * the same on every line; the others are counters of that CPU. net/ipv4/route.c, net/core/neighbour.c, nf_conntrack_standalone.c.
 */
export function parseNetStat(text: string, like?: Named): Named {
  const c = cursor(text);
  const names: string[] = [];
  while (!atLineEnd(c)) names.push(word(c, 'a column name'));
  if (names.length === 0) throw new Malformed(1, 'a header of column names', text);
  nextLine(c);
  const values = new Float64Array(names.length);
  if (!more(c)) throw new Malformed(2, 'a line of numbers', '');
  while (more(c)) {
    for (const [column, name] of names.entries()) {
      const value = hexadecimal(c, `<${name}>, hexadecimal`);
      values[column] = name === 'entries' ? value : values[column]! + value;
    }
    nextLine(c);
  }
  const same = like !== undefined && like.names.length === names.length && names.every((name, index) => name === like.names[index]);
  return { names: same ? like.names : names, values };
}

export function netStat(table: string): Source<Named> {
  return {
    id: `net-stat-${table}`,
    path: `/proc/net/stat/${table}`,
    cadence: 'tick',
    help: {},
    parse: parseNetStat,
    keys: (value) =>
      value.names.map((counter) =>
        counter === 'entries'
          ? { name: 'netstat_cache_entries', labels: { table } }
          : { name: 'netstat_cache_total', labels: { table, counter } },
      ),
    values: (value) => value.values,
  };
}

/** A source for each table this kernel has: rt_cache, arp_cache, ndisc_cache, nf_conntrack … */
export function netStats(host: Host): readonly Source[] {
  const tables = host.list('/proc/net/stat');
  return tables.ok ? tables.value.filter(({ kind }) => kind === 'file').map(({ name }) => netStat(name)) : [];
}
