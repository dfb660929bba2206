import { createHmac } from 'node:crypto';

/**
 * Pseudonyms for addresses that keep what a diagnosis needs: two addresses share a prefix exactly as long as
 * their pseudonyms do, so that routes still hold their hosts (Xu, Fan, Ammar, Moon: "Prefix-Preserving IP
 * Address Anonymization", ICNP 2002), and an address stays in its class: private, link-local, unique-local.
 * Addresses are bytes in network order.
 */
export interface AddressPseudonyms {
  /** 4 or 16 bytes. @param prefix bits that are meant; a network's zeros beyond it stay zeros */
  readonly ip: (address: Uint8Array, prefix?: number) => Uint8Array;
  /** Of any length; the bits that say multicast and locally administered stay. */
  readonly mac: (address: Uint8Array) => Uint8Array;
}

interface Range {
  readonly start: readonly number[];
  readonly bits: number;
  /** Leading bits that are not changed; all of them for addresses that name nobody. */
  readonly keep: number;
}

const range4 = (start: readonly number[], bits: number, keep = bits): Range => ({ start, bits, keep });

/** The first that holds the address decides. IANA special-purpose registries. */
const ranges4: readonly Range[] = [
  range4([0], 8, 32), // this network: 0.0.0.0
  range4([127], 8, 32), // loopback
  range4([169, 254, 169, 254], 32), // where clouds answer for metadata
  range4([169, 254], 16), // link-local
  range4([10], 8),
  range4([172, 16], 12),
  range4([192, 168], 16),
  range4([100, 64], 10), // shared by carriers
  range4([224], 3, 32), // multicast, reserved, broadcast; netmasks too
  range4([], 0),
];

const mapped4 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const ranges6: readonly Range[] = [
  { start: mapped4, bits: 96, keep: 96 }, // replaced by the pseudonym of the IPv4 address
  { start: [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], bits: 96, keep: 96 }, // NAT64
  { start: [0], bits: 8, keep: 128 }, // :: and ::1
  { start: [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff], bits: 104, keep: 104 }, // solicited-node: the end of a host's address
  { start: [0xff], bits: 8, keep: 128 }, // multicast groups
  { start: [0xfe, 0x80], bits: 10, keep: 64 }, // link-local
  { start: [0xfc], bits: 7, keep: 8 }, // unique-local
  { start: [0x20], bits: 3, keep: 3 }, // global unicast
  { start: [], bits: 0, keep: 3 },
];

function holds(range: Range, address: Uint8Array): boolean {
  for (let bit = 0; bit < range.bits; bit++) {
    if (bitOf(address, bit) !== bitOf(range.start, bit)) return false;
  }
  return true;
}

function bitOf(bytes: ArrayLike<number>, bit: number): number {
  return ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
}

/** @param seed secret: who knows it can try addresses until one fits */
export function addressPseudonyms(seed: string): AddressPseudonyms {
  const flips = new Map<string, number>();

  /** Whether the bit after these first bits is turned: the same for all addresses that begin so. */
  function flip(address: Uint8Array, bit: number): number {
    const head = [...address.subarray(0, bit >> 3), bit & 7, (address[bit >> 3] ?? 0) >> (8 - (bit & 7))];
    const key = `${address.length} ${head.join('.')}`;
    let found = flips.get(key);
    if (found === undefined) {
      found = createHmac('sha256', seed).update(`bit ${key}`).digest()[0]! & 1;
      flips.set(key, found);
    }
    return found;
  }

  function permuted(address: Uint8Array, keep: number): Uint8Array {
    const result = new Uint8Array(address);
    for (let bit = keep; bit < address.length * 8; bit++) {
      if (flip(address, bit) === 1) result[bit >> 3]! ^= 0x80 >> (bit & 7);
    }
    return result;
  }

  function ip(address: Uint8Array, prefix = address.length * 8): Uint8Array {
    const ranges = address.length === 4 ? ranges4 : ranges6;
    const range = ranges.find((one) => holds(one, address))!;
    if (range.keep === address.length * 8) return address;
    if (address.length === 16 && range.bits === 96)
      return Uint8Array.of(...address.subarray(0, 12), ...ip(address.subarray(12), Math.max(0, prefix - 96)));
    // Walking on until the class is right again keeps the mapping one to one; addresses of one network walk together.
    let result = permuted(address, range.keep);
    while (ranges.find((one) => holds(one, result)) !== range) result = permuted(result, range.keep);
    return isNetwork(address, prefix) ? cleared(result, prefix) : result;
  }

  return {
    ip,
    mac(address) {
      const group = (address[0]! & 1) === 1;
      if (group || address.every((byte) => byte === 0)) return address; // groups name nobody (33:33:ff… only the end of an address)
      const hash = createHmac('sha256', seed).update('mac').update(address).digest();
      const result = Uint8Array.from(address, (_byte, i) => hash[i % hash.length]!);
      result[0] = (result[0]! & 0xfc) | (address[0]! & 3);
      return result;
    },
  };
}

function isNetwork(address: Uint8Array, prefix: number): boolean {
  for (let bit = prefix; bit < address.length * 8; bit++) if (bitOf(address, bit) === 1) return false;
  return true;
}

function cleared(address: Uint8Array, prefix: number): Uint8Array {
  const result = new Uint8Array(address);
  for (let bit = prefix; bit < address.length * 8; bit++) result[bit >> 3]! &= ~(0x80 >> (bit & 7));
  return result;
}

export function ipv4Bytes(text: string): Uint8Array {
  return Uint8Array.from(text.split('.'), Number);
}

export function ipv4Text(bytes: Uint8Array): string {
  return bytes.join('.');
}

function groupBytes(groups: string): number[] {
  return groups
    .split(':')
    .filter((group) => group !== '')
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
}

/** @param text valid IPv6 (`net.isIPv6`), without zone */
export function ipv6Bytes(text: string): Uint8Array {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const tail = dotted === null ? [] : [...ipv4Bytes(dotted[2]!)];
  const rest = dotted === null ? text : dotted[1]!.endsWith('::') ? dotted[1]! : dotted[1]!.slice(0, -1);
  const [before = '', after] = rest.split('::');
  const [head, end] = [groupBytes(before), [...groupBytes(after ?? ''), ...tail]];
  return Uint8Array.from([...head, ...Array.from({ length: Math.max(0, 16 - head.length - end.length) }, () => 0), ...end]);
}

/** As RFC 5952 writes it, which is as the kernel's %pI6c does. */
export function ipv6Text(bytes: Uint8Array): string {
  if (mapped4.every((byte, i) => bytes[i] === byte)) return `::ffff:${ipv4Text(bytes.subarray(12))}`;
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  let longest = { at: 0, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === '0') length += 1;
    if (length > longest.length) longest = { at, length };
  }
  if (longest.length === 1) return groups.join(':');
  return `${groups.slice(0, longest.at).join(':')}::${groups.slice(longest.at + longest.length).join(':')}`;
}
