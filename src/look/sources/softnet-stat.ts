import { cursor, hexadecimal, more, nextLine } from '../scan.ts';
import type { Named, Source } from '../source.ts';

const names = ['processed', 'dropped', 'time_squeeze'] as const;

/** A line a CPU of hexadecimal numbers; the first three are summed. net/core/net-procfs.c, softnet_seq_show(). */
export function parseSoftnetStat(text: string): Named {
  const c = cursor(text);
  const values = new Float64Array(names.length);
  do {
    for (const [column, name] of names.entries()) values[column]! += hexadecimal(c, `<${name}>, hexadecimal`);
    nextLine(c);
  } while (more(c));
  return { names, values };
}

/** Packets that the receive softirq handled on all CPUs, whatever their namespace. */
export const softnetStat: Source<Named> = {
  id: 'softnet-stat',
  path: '/proc/net/softnet_stat',
  cadence: 'tick',
  help: { absent: 'a kernel with CONFIG_NET' },
  parse: parseSoftnetStat,
  keys: () => names.map((counter) => ({ name: 'softnet_total', labels: { counter } })),
  values: (value) => value.values,
};
