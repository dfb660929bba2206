import { growing } from '../named.ts';
import { cursor, integer, literal, malformed, more, nextLine, restOfLine, skipBlanks, word, wordEnd } from '../scan.ts';
import type { Key, Named, Source } from '../source.ts';

const wanted: ReadonlySet<string> = new Set(['min', 'low', 'high', 'spanned', 'present', 'managed']);

/**
 * Blocks `Node 0, zone   Normal` … `pages free N`, `min N` …, `pagesets`, `cpu: 0`, `count: N` …; mm/vmstat.c, zoneinfo_show_print().
 * Rows are named `node zone field`; `pcp` is the sum of the zone's per-CPU lists, which MemFree leaves out.
 */
export function parseZoneinfo(text: string, like?: Named): Named {
  const c = cursor(text);
  const names: string[] = [];
  const numbers = growing(like?.names.length ?? 32);
  let zone: string | null = null;
  let lists = 0;
  let inPagesets = false;
  const put = (field: string, value: number): void => {
    if (zone === null) throw malformed(c, 'a line "Node N, zone NAME" before the first field');
    names.push(`${zone} ${field}`);
    numbers.push(value);
  };
  while (more(c)) {
    skipBlanks(c);
    const end = wordEnd(c);
    const field = text.slice(c.at, end);
    if (field === 'Node') {
      if (zone !== null) put('pcp', lists);
      c.at = end;
      const node = integer(c, 'a node number');
      literal(c, ', zone');
      zone = `${node} ${word(c, 'a zone name')}`;
      lists = 0;
      inPagesets = false;
    } else if (field === 'pages') {
      c.at = end;
      literal(c, 'free');
      put('free', integer(c, 'free pages'));
    } else if (field === 'pagesets') inPagesets = true;
    else if (inPagesets && field === 'count:') {
      c.at = end;
      lists += integer(c, 'pages on a per-CPU list');
    } else if (!inPagesets && wanted.has(field)) {
      c.at = end;
      put(field, integer(c, 'pages'));
    } else if (zone === null) throw malformed(c, `"Node N, zone NAME", not ${JSON.stringify(restOfLine(c).slice(0, 20))}`);
    nextLine(c);
  }
  if (zone !== null) put('pcp', lists);
  return { names: sameNames(names, like?.names), values: numbers.values() };
}

/** The earlier array where it says the same. */
function sameNames(names: readonly string[], like: readonly string[] | undefined): readonly string[] {
  return like !== undefined && like.length === names.length && names.every((name, index) => name === like[index]) ? like : names;
}

function key(row: string): Key {
  const [node = '', zone = '', field = ''] = row.split(' ');
  return { name: 'zone_pages', labels: { node, zone, field } };
}

/** Free, reserve marks and per-CPU lists of each zone. */
export const zoneinfo: Source<Named> = {
  id: 'zoneinfo',
  path: '/proc/zoneinfo',
  cadence: 'tick',
  help: { denied: 'run as root: /proc/zoneinfo is 0400 on some systems' },
  parse: parseZoneinfo,
  keys: (value) => value.names.map(key),
  values: (value) => value.values,
};
