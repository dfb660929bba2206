import type { FactValue } from '../model/facts.ts';
import { Malformed } from '../model/reading.ts';
import { lines } from './places.ts';

export type IptablesRule = FactValue<'iptables6'>[number];

/** `*table`, `:CHAIN POLICY [p:b]`, `[p:b] -A CHAIN … -m MATCH … -j TARGET …`, `COMMIT`, `#` comments: iptables-save(8). */
export function parseIptablesSave(text: string): IptablesRule[] {
  const rules: IptablesRule[] = [];
  let table: string | null = null;
  for (const [index, line] of lines(text).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (line.startsWith('*')) table = line.slice(1).trim();
    else if (line.trim() === 'COMMIT') table = null;
    else if (table !== null && line.startsWith(':')) continue;
    else {
      const found = /^(?:\[\d+:\d+\] )?(-A (\S+).*)$/.exec(line);
      if (table === null || found?.[1] === undefined || found[2] === undefined) {
        throw new Malformed(index + 1, table === null ? '*TABLE before chains and rules' : '-A CHAIN …', line);
      }
      rules.push({ table, chain: found[2], ...optionsOf(words(found[1])), text: found[1].trimEnd() });
    }
  }
  if (table !== null) throw new Malformed(0, `COMMIT at the end of table ${table} (a cut listing?)`, '');
  return rules;
}

/** A quoted word may hold blanks and \" . */
function words(text: string): readonly string[] {
  return text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
}

function optionsOf(list: readonly string[]): Pick<IptablesRule, 'matches' | 'target'> {
  const matches: string[] = [];
  let target = '';
  for (let at = 2; at < list.length; at++) {
    if (list[at] === '-m') matches.push(list[++at] ?? '');
    else if (list[at] === '-j' || list[at] === '-g') target = list[++at] ?? '';
  }
  return { matches, target };
}
