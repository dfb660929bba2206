import { growing } from '../named.ts';
import { collectNames, addName, cursor, integer, malformed, more, namesOf, nextLine, wordEnd } from '../scan.ts';
import type { Named, Source } from '../source.ts';

/** Softirqs in the kernel's order; include/linux/interrupt.h. */
const softirqs = ['HI', 'TIMER', 'NET_TX', 'NET_RX', 'BLOCK', 'IRQ_POLL', 'TASKLET', 'SCHED', 'HRTIMER', 'RCU'] as const;
const wanted: ReadonlySet<string> = new Set(['intr', 'ctxt', 'processes', 'softirq']);

/** Of /proc/stat: `intr TOTAL …`, `ctxt N`, `processes N` (forks since boot), `softirq TOTAL` and one number a softirq; fs/proc/stat.c. */
export function parseStat(text: string, like?: Named): Named {
  const c = cursor(text);
  if (!text.startsWith('cpu')) throw malformed(c, 'a line beginning with "cpu"');
  const names = collectNames(like?.names);
  const numbers = growing(16);
  const put = (name: string): void => {
    numbers.push(integer(c, `the total of ${name}`));
    addName(names, name, 0, name.length);
  };
  while (more(c)) {
    const end = wordEnd(c);
    const name = text.charCodeAt(c.at) === 99 && text.charCodeAt(c.at + 1) === 112 ? 'cpu' : text.slice(c.at, end);
    if (wanted.has(name)) {
      c.at = end;
      put(name);
      if (name === 'softirq') for (const one of softirqs) put(`softirq_${one}`);
    }
    nextLine(c);
  }
  return { names: namesOf(names), values: numbers.values() };
}

/** Context switches, interrupts, forks, softirqs. */
export const stat: Source<Named> = {
  id: 'stat',
  path: '/proc/stat',
  cadence: 'tick',
  help: { absent: 'mount /proc' },
  parse: parseStat,
  keys: (value) => value.names.map((counter) => ({ name: 'stat_total', labels: { counter } })),
  values: (value) => value.values,
};
