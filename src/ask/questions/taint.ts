import type { FactValue } from '../../model/facts.ts';
import { Malformed } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { file, firstOf, integer } from '../places.ts';

/** What has made the kernel less trustworthy: Documentation/admin-guide/tainted-kernels.rst */
export const taint: Question<'taint'> = {
  id: 'taint',
  ask: (host) => firstOf<'taint'>(file(host, '/proc/sys/kernel/tainted', parseTaint)),
};

/** Bit n has letter n; bit 0 is P (a proprietary module), 12 O (out of tree), 13 E (unsigned), 9 W (a warning was given). */
const letters = 'PFSRMBUDAWCIOELKXTNJ';

export function parseTaint(text: string): FactValue<'taint'> {
  const value = integer(text.trim(), 1, 'a bit mask in decimal');
  if (value >= 2 ** 32) throw new Malformed(1, 'a bit mask of at most 32 bits', text);
  const flags = Array.from({ length: 32 }, (_, bit) => bit)
    .filter((bit) => Math.floor(value / 2 ** bit) % 2 === 1)
    .map((bit) => letters[bit] ?? `bit ${bit}`);
  return { value, flags };
}
