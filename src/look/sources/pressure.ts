import { growing } from '../named.ts';
import { addName, collectNames, cursor, integer, malformed, more, namesOf, nextLine, word } from '../scan.ts';
import type { Named, Source } from '../source.ts';

/** Lines `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`, total in µs; Documentation/accounting/psi.rst. Values in seconds. */
export function parsePressure(text: string, like?: Named): Named {
  const c = cursor(text);
  const names = collectNames(like?.names);
  const numbers = growing(2);
  while (more(c)) {
    const share = word(c, 'some or full');
    if (share !== 'some' && share !== 'full') throw malformed(c, 'some or full at the start of the line');
    const lineEnd = text.indexOf('\n', c.at);
    const total = text.indexOf('total=', c.at);
    if (total < 0 || (lineEnd >= 0 && total > lineEnd)) throw malformed(c, 'total=');
    c.at = total + 6;
    addName(names, share, 0, share.length);
    numbers.push(integer(c, 'microseconds') / 1e6);
    nextLine(c);
  }
  return { names: namesOf(names), values: numbers.values() };
}

function pressure(resource: string): Source<Named> {
  return {
    id: `pressure-${resource}`,
    path: `/proc/pressure/${resource}`,
    cadence: 'tick',
    help: { absent: 'a kernel with CONFIG_PSI, booted with psi=1', denied: 'run as root' },
    parse: parsePressure,
    keys: (value) => value.names.map((share) => ({ name: 'pressure_stall_seconds_total', labels: { resource, share } })),
    values: (value) => value.values,
  };
}

/** How long tasks waited for memory, CPU and I/O. */
export const pressures: readonly Source[] = ['memory', 'cpu', 'io'].map(pressure);
