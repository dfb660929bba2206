import type { Route } from './ip-route.ts';
import { Malformed } from '../model/reading.ts';
import { lines } from './places.ts';

/** RTF_* of include/uapi/linux/route.h and ipv6_route.h. */
const RTF_REJECT = 0x200;
const RTF_ANYCAST = 0x0010_0000;
const RTF_CACHE = 0x0100_0000;
const RTF_LOCAL = 0x8000_0000;

const hex = (text: string): number => Number.parseInt(text, 16);
const has = (flags: number, flag: number): boolean => (flags & flag) !== 0;

/**
 * /proc/net/ipv6_route (net/ipv6/route.c rt6_print / ipv6_route_native_seq_show): routes of all tables, the table
 * itself not among the columns. The kernel's null entry of each table (::/0, metric ffffffff, rejecting) and
 * cached exceptions are not routes anybody set; `ip -6 route` leaves them out too.
 */
export function parseIpv6Route(text: string): Route[] {
  return lines(text).flatMap((line, index) => {
    const found =
      /^([\da-f]{32}) ([\da-f]{2}) [\da-f]{32} [\da-f]{2} ([\da-f]{32}) ([\da-f]{8}) [\da-f]{8} [\da-f]{8} ([\da-f]{8}) +(\S+)$/.exec(line);
    if (found === null) throw new Malformed(index + 1, 'ten columns of /proc/net/ipv6_route', line);
    const [, destination = '', length = '', gateway = '', metric = '', flag = '', device = ''] = found;
    const flags = hex(flag);
    const prefixLength = hex(length);
    if (prefixLength > 128) throw new Malformed(index + 1, 'a prefix length up to 128', line);
    if (has(flags, RTF_CACHE) || (metric === 'ffffffff' && has(flags, RTF_REJECT))) return [];
    const address = ipv6(destination);
    return [
      {
        destination: prefixLength === 0 ? 'default' : prefixLength === 128 ? address : `${address}/${prefixLength}`,
        prefixLength,
        gateway: /^0+$/.test(gateway) ? '' : ipv6(gateway),
        device,
        table: '',
        metric: hex(metric),
        protocol: '',
        type: typeOf(flags, destination),
      },
    ];
  });
}

function typeOf(flags: number, destination: string): string {
  if (has(flags, RTF_REJECT)) return 'unreachable';
  if (has(flags, RTF_LOCAL)) return 'local';
  if (has(flags, RTF_ANYCAST)) return 'anycast';
  return destination.startsWith('ff') ? 'multicast' : 'unicast';
}

/** 32 hexadecimal digits in the form of RFC 5952: the first longest run of two or more zero groups as "::". */
export function ipv6(digits: string): string {
  const groups = (digits.match(/.{4}/g) ?? []).map((group) => hex(group).toString(16));
  let best = { at: -1, length: 1 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === '0') length++;
    if (length > best.length) best = { at, length };
  }
  if (best.at < 0) return groups.join(':');
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`;
}

/**
 * /proc/net/route (net/ipv4/fib_trie.c fib_route_seq_show): table main only. Addresses are words of the machine's
 * byte order; a mask tells which, since its ones are contiguous from the network's side.
 */
export function parseIpv4Route(text: string): Route[] {
  const [head, ...rest] = lines(text);
  if (head === undefined || !/^Iface\s+Destination\s+Gateway/.test(head)) throw new Malformed(1, 'Iface Destination Gateway …', head ?? '');
  const rows = rest
    .map((line, index) => {
      const columns = line.trim().split(/\s+/);
      const [device, destination, gateway, flags, , , metric, mask] = columns;
      const good =
        columns.length >= 8 &&
        [destination, gateway, mask].every((word) => /^[\dA-F]{8}$/i.test(word ?? '')) &&
        /^[\dA-F]{1,8}$/i.test(flags ?? '');
      if (!good || !/^\d{1,10}$/.test(metric ?? '')) throw new Malformed(index + 2, 'eleven columns of /proc/net/route', line);
      return {
        device: device ?? '',
        destination: destination ?? '',
        gateway: gateway ?? '',
        flags: hex(flags ?? ''),
        metric: Number(metric),
        mask: mask ?? '',
      };
    })
    .filter((row) => row.device !== '*' || has(row.flags, RTF_REJECT));
  const bigEndian = rows.some(({ mask }) => /^[89A-F]/i.test(mask) && mask.endsWith('0'));
  return rows.map((row) => {
    const length = hex(row.mask).toString(2).replaceAll('0', '').length;
    const address = ipv4(row.destination, bigEndian);
    return {
      destination: length === 0 ? 'default' : length === 32 ? address : `${address}/${length}`,
      prefixLength: length,
      gateway: /^0+$/.test(row.gateway) ? '' : ipv4(row.gateway, bigEndian),
      device: row.device === '*' ? '' : row.device,
      table: 'main',
      metric: row.metric,
      protocol: '',
      type: has(row.flags, RTF_REJECT) ? 'unreachable' : 'unicast',
    };
  });
}

function ipv4(word: string, bigEndian: boolean): string {
  const bytes = (word.match(/../g) ?? []).map(hex);
  return (bigEndian ? bytes : bytes.toReversed()).join('.');
}
