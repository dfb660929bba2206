import { createHmac } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { addressPseudonyms, ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text } from './address-pseudonyms.ts';

export interface Redactor {
  /** Whether a file may hold names or addresses at all; others are left as they are, byte by byte. */
  readonly concerns: (path: string) => boolean;
  readonly text: (path: string, text: string) => string;
  readonly command: (argv: readonly string[], output: string) => string;
  /** Names within a path, an argument or a link's target. Paths of /proc and /sys are the kernel's: a replay asks for them as they are. */
  readonly path: (path: string) => string;
  readonly hostname: (name: string) => string;
  /** The same with more names. */
  readonly knowing: (more: KnownNames) => Redactor;
}

export interface KnownNames {
  readonly hostnames?: readonly string[];
  readonly users?: readonly string[];
}

/** Text in which addresses and names stand as people write them. */
const written: readonly RegExp[] = [
  /^\/etc\/(?:hosts|hostname|resolv\.conf|passwd|group|fstab|machine-id|nftables\.conf)$/,
  /^\/etc\/(?:sysconfig|network|netplan|NetworkManager|systemd\/network|firewalld|wireguard|iproute2)\//,
  /^\/proc\/cmdline$/,
  /^\/proc\/sys\/kernel\/(?:hostname|domainname)$/,
  /^\/proc\/(?:[^/]+\/)?(?:mounts|mountinfo|mountstats)$/,
  /^\/proc\/[^/]+\/(?:cmdline|environ|maps|smaps|cgroup)$/,
  /^\/proc\/(?:[^/]+\/)?net\/(?:arp|fib_trie|nf_conntrack|ip_conntrack|unix|rt_cache|ip_vs|ip_vs_conn)$/,
  /^\/proc\/fs\/(?:nfs|nfsfs|nfsd|cifs)\//,
  /^\/sys\/class\/net\/[^/]+\/(?:address|broadcast)$/,
  /^\/sys\/devices\/.*\/net\/[^/]+\/(?:address|broadcast)$/,
  /^\/(?:dev\/kmsg|run\/log|var\/log)/,
];

/** Tables of /proc/net with addresses as hexadecimal numbers. */
const hexadecimal = /^\/proc\/(?:[^/]+\/)?net\/(tcp6?|udp6?|udplite6?|raw6?|icmp6?|if_inet6|igmp6|anycast6|mcast6|ipv6_route|route)$/;

/** Programs that only count or name versions: four numbers with dots are no address there. */
const withoutAddresses = new Set(['lsmod', 'modinfo', 'rpm', 'dpkg', 'dpkg-query', 'zypper', 'apt', 'slabtop', 'getconf', 'uname']);

/**
 * Replaces host names, users, IPv4, IPv6 and MAC addresses, the same by the same wherever it stands. Numbers
 * of /proc are never touched: only files that hold names or addresses are looked into.
 * @param seed secret and random for each capture (`randomUUID()`); the same seed gives the same pseudonyms
 * @param known names that cannot be told from other words: this machine's, and those of its people
 */
export function redactor(seed: string, known: KnownNames = {}): Redactor {
  const addresses = addressPseudonyms(seed);
  const pseudonym = (kind: string, name: string) =>
    `${kind}-${createHmac('sha256', seed).update(`${kind} ${name}`).digest('hex').slice(0, 8)}`;
  const hostname = (name: string) =>
    name === '' || name === 'localhost' || name === '(none)' ? name : pseudonym('host', name.toLowerCase());
  const user = (name: string) => (unnamed.has(name) ? name : pseudonym('user', name));

  const hosts = [...new Set((known.hostnames ?? []).flatMap((name) => [name, name.split('.')[0]!]))].filter(
    (name) => hostname(name) !== name,
  );
  const users = [...new Set(known.users ?? [])].filter((name) => name.length > 1 && user(name) !== name);
  const hostPattern = words(hosts);
  const userPattern = words(users);

  function names(text: string): string {
    let result = text.replaceAll(/\/home\/([^/\s:,;'")\]]+)/g, (_all, name: string) => `/home/${user(name)}`);
    if (hostPattern !== null) result = result.replaceAll(hostPattern, (name) => hostname(name));
    if (userPattern !== null) result = result.replaceAll(userPattern, (name) => user(name));
    return result;
  }

  function everything(text: string): string {
    // In one pass: what has been replaced is not looked at again.
    return names(text).replaceAll(
      addressPattern,
      (all: string, mac: string | undefined, six: string | undefined, four: string | undefined, slash = '') => {
        const prefix = slash === '' ? undefined : Number.parseInt(slash.slice(1), 10);
        if (mac !== undefined) return hexPairs(addresses.mac(Uint8Array.from(mac.split(':'), (pair) => Number.parseInt(pair, 16))));
        if (six !== undefined && isIPv6(six)) return ipv6Text(addresses.ip(ipv6Bytes(six), prefix)) + slash;
        if (four !== undefined && isIPv4(four)) return ipv4Text(addresses.ip(ipv4Bytes(four), prefix)) + slash;
        return all;
      },
    );
  }

  /** Words of the machine's own byte order (little-endian on all that kmai runs on). */
  function hexWords(hex: string): string {
    const turned = Buffer.from(addresses.ip(swapWords(Buffer.from(hex, 'hex'))));
    return Buffer.from(swapWords(turned)).toString('hex').toUpperCase();
  }

  function hexAddress(hex: string, prefix?: number): string {
    return Buffer.from(addresses.ip(Buffer.from(hex, 'hex'), prefix)).toString('hex');
  }

  function table(name: string, text: string): string {
    if (name === 'route') return text.replaceAll(/^.*$/gm, routeLine);
    if (name === 'ipv6_route') {
      return text.replaceAll(
        /\b([0-9a-f]{32})( [0-9a-f]{2} )?/g,
        (_all, hex: string, prefix: string | undefined) =>
          hexAddress(hex, prefix === undefined ? 128 : Number.parseInt(prefix, 16)) + (prefix ?? ''),
      );
    }
    if (/^(?:if_inet6|igmp6|anycast6|mcast6)$/.test(name)) return text.replaceAll(/\b[0-9a-f]{32}\b/g, (hex) => hexAddress(hex));
    return text.replaceAll(/\b([0-9A-F]{32}|[0-9A-F]{8}):(?=[0-9A-F]{4}\b)/g, (_all, hex: string) => `${hexWords(hex)}:`);
  }

  function routeLine(line: string): string {
    const columns = line.split('\t');
    const [device, destination, gateway] = columns;
    const mask = columns[7]?.trim();
    if (!isHex(destination) || !isHex(gateway) || !isHex(mask)) return line;
    const prefix = Number.parseInt(mask, 16).toString(2).replaceAll('0', '').length;
    const network = Buffer.from(swapWords(addresses.ip(swapWords(Buffer.from(destination, 'hex')), prefix)))
      .toString('hex')
      .toUpperCase();
    return [device, network, hexWords(gateway), ...columns.slice(3)].join('\t');
  }

  return {
    concerns: (path) => hexadecimal.test(path) || written.some((pattern) => pattern.test(path)),
    text(path, text) {
      const [, name] = hexadecimal.exec(path) ?? [];
      if (name !== undefined) return table(name, text);
      if (/^\/etc\/machine-id$/.test(path))
        return text.replaceAll(/[0-9a-f]{32}/g, (id) => createHmac('sha256', seed).update(id).digest('hex').slice(0, 32));
      if (/^\/(?:etc\/hostname|proc\/sys\/kernel\/hostname)$/.test(path)) return text.replaceAll(/[^\s]+/g, hostname);
      if (path === '/etc/hosts')
        return everything(text).replaceAll(
          /^(\s*[0-9a-f.:]+\s)([^#\n]*)/gim,
          (_all, address: string, rest: string) => address + rest.replaceAll(/[^\s]+/g, hostsName),
        );
      if (path === '/etc/resolv.conf') return everything(text).replaceAll(/(?<=^\s*(?:search|domain)\s.*)[^\s]+/gm, hostsName);
      return everything(text);
    },
    command(argv, output) {
      const program = (argv[0] ?? '').replace(/^.*\//, '');
      return withoutAddresses.has(program) ? names(output) : everything(output);
    },
    path: (path) => (/^\/(?:proc|sys)(?:\/|$)/.test(path) ? path : names(path)),
    hostname,
    knowing: (more) =>
      redactor(seed, {
        hostnames: [...(known.hostnames ?? []), ...(more.hostnames ?? [])],
        users: [...(known.users ?? []), ...(more.users ?? [])],
      }),
  };

  /** Aliases of loopback that every distribution writes stay; a name that is a pseudonym already is not changed again. */
  function hostsName(name: string): string {
    return /^(?:localhost|ip6-|host-[0-9a-f]{8}$)/.test(name) ? name : hostname(name);
  }
}

/** Accounts that every machine has. */
const unnamed = new Set(['root', 'nobody', 'daemon', 'lost+found']);

const mac = /(?<![\w:])([0-9a-f]{2}(?::[0-9a-f]{2}){5,19})(?![\w:])/;
const six = /(?<![\w:.])((?:[0-9a-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}))(?![\w:])/;
const four = /(?<![\w.])(\d{1,3}(?:\.\d{1,3}){3})(?!\.?\w)/;
/** Groups: MAC, IPv6, IPv4, and the slash with the prefix length. */
const addressPattern = new RegExp(`${mac.source}|(?:${six.source}|${four.source})(/\\d{1,3}(?![\\w.]))?`, 'gi');

function words(names: readonly string[]): RegExp | null {
  if (names.length === 0) return null;
  const longestFirst = names.toSorted((a, b) => b.length - a.length).map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(?<![\\w-])(?:${longestFirst.join('|')})(?![\\w-])`, 'g');
}

function isHex(word: string | undefined): word is string {
  return word !== undefined && /^[0-9A-F]{8}$/.test(word);
}

function hexPairs(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

function swapWords(bytes: Uint8Array): Uint8Array {
  const swapped = Buffer.from(bytes);
  swapped.swap32();
  return swapped;
}
