import { cursor, integer, literal, word } from '../scan.ts';
import type { Named, Source } from '../source.ts';

const names = ['runnable', 'all'] as const;

/** `4.32 1.27 0.47 4/107 6900`: three averages, runnable/all tasks, the last pid; fs/proc/loadavg.c. */
export function parseLoadavg(text: string): Named {
  const c = cursor(text);
  for (const span of ['1', '5', '15']) word(c, `the average of ${span} minutes`);
  const runnable = integer(c, 'runnable tasks');
  literal(c, '/');
  return { names, values: Float64Array.of(runnable, integer(c, 'all tasks')) };
}

/** How many tasks (threads) exist. */
export const loadavg: Source<Named> = {
  id: 'loadavg',
  path: '/proc/loadavg',
  cadence: 'tick',
  help: { absent: 'mount /proc' },
  parse: parseLoadavg,
  keys: () => names.map((state) => ({ name: 'load_tasks', labels: { state } })),
  values: (value) => value.values,
};
