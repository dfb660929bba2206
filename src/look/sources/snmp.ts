import { growing, parseNamed } from '../named.ts';
import {
  addName,
  atLineEnd,
  collectNames,
  cursor,
  integer,
  literal,
  malformed,
  more,
  namesOf,
  nextLine,
  skipBlanks,
  wordEnd,
} from '../scan.ts';
import type { Key, Named, Source } from '../source.ts';

/** Settings and gauges among the counters: their increments mean nothing. */
const notCounters: ReadonlySet<string> = new Set([
  'IpForwarding',
  'IpDefaultTTL',
  'TcpRtoAlgorithm',
  'TcpRtoMin',
  'TcpRtoMax',
  'TcpMaxConn',
  'TcpCurrEstab',
  'MPTcpExtMPCurrEstab',
]);

/**
 * Pairs of lines, names then values: `Ip: Forwarding DefaultTTL …` / `Ip: 1 64 …`. net/ipv4/proc.c, snmp_seq_show().
 * The same for /proc/net/netstat (TcpExt, IpExt, MPTcpExt). Rows are the words of the name lines, the group
 * (`Ip:`, without a value) before its counters, so that a known file is compared and not cut up.
 */
export function parseSnmp(text: string, like?: Named): Named {
  const heads = cursor(text);
  const data = cursor(text);
  const names = collectNames(like?.names);
  const numbers = growing(like?.names.length ?? 128);
  while (more(heads)) {
    data.at = heads.at;
    data.line = heads.line;
    nextLine(data);
    skipBlanks(heads);
    const groupEnd = wordEnd(heads);
    if (groupEnd === heads.at || text.charCodeAt(groupEnd - 1) !== 58) throw malformed(heads, 'a group and a colon');
    addName(names, text, heads.at, groupEnd);
    numbers.push(Number.NaN);
    literal(data, text.slice(heads.at, groupEnd));
    heads.at = groupEnd;
    while (!atLineEnd(heads)) {
      const end = wordEnd(heads);
      addName(names, text, heads.at, end);
      heads.at = end;
      numbers.push(integer(data, 'as many values as names'));
    }
    nextLine(data);
    heads.at = data.at;
    heads.line = data.line;
  }
  return { names: namesOf(names), values: numbers.values() };
}

function snmpKeys(value: Named): readonly (Key | null)[] {
  let group = '';
  return value.names.map((name) => {
    if (name.endsWith(':')) {
      group = name.slice(0, -1);
      return null;
    }
    return counter(group + name);
  });
}

function counter(name: string): Key | null {
  if (name === 'TcpCurrEstab') return { name: 'sockets', labels: { protocol: 'TCP', state: 'established' } };
  return notCounters.has(name) ? null : { name: 'snmp_total', labels: { counter: name } };
}

/** IPv4, ICMP, TCP and UDP counters of this network namespace. */
export const snmp: Source<Named> = {
  id: 'snmp',
  path: '/proc/net/snmp',
  cadence: 'tick',
  help: { absent: 'a kernel with CONFIG_INET' },
  parse: parseSnmp,
  keys: snmpKeys,
  values: (value) => value.values,
};

/** The extended counters: TcpExt, IpExt, MPTcpExt. */
export const netstat: Source<Named> = { ...snmp, id: 'netstat', path: '/proc/net/netstat' };

/** IPv6 counters, a line each; ICMPv6 types appear when first seen. */
export const snmp6: Source<Named> = {
  id: 'snmp6',
  path: '/proc/net/snmp6',
  cadence: 'tick',
  help: { absent: 'a kernel with IPv6' },
  parse: (text, like) => parseNamed(text, like),
  keys: (value) => value.names.map(counter),
  values: (value) => value.values,
};
