import { growing } from '../named.ts';
import { addName, collectNames, cursor, integer, literal, more, namesOf, nextLine, word } from '../scan.ts';
import type { Named, Source } from '../source.ts';

/** `Filename Type Size Used Priority`, sizes in KiB; mm/swapfile.c, swap_show(). Two values a device: size and used, in bytes. */
export function parseSwaps(text: string, like?: Named): Named {
  const c = cursor(text);
  literal(c, 'Filename');
  nextLine(c);
  const names = collectNames(like?.names);
  const numbers = growing(8);
  while (more(c)) {
    const device = word(c, 'a swap device');
    word(c, 'partition or file');
    addName(names, device, 0, device.length);
    numbers.push(integer(c, '<Size>') * 1024);
    numbers.push(integer(c, '<Used>') * 1024);
    nextLine(c);
  }
  return { names: namesOf(names), values: numbers.values() };
}

/** Where pages are swapped to. */
export const swaps: Source<Named> = {
  id: 'swaps',
  path: '/proc/swaps',
  cadence: 'edge',
  help: { absent: 'a kernel with CONFIG_SWAP' },
  parse: parseSwaps,
  keys: (value) =>
    value.names.flatMap((device) => ['size', 'used'].map((field) => ({ name: 'swap_bytes' as const, labels: { device, field } }))),
  values: (value) => value.values,
};
