import type { Peer } from '../intervene/arms.ts';

/** An address, `ADDRESS:PORT` for IPv4, `[ADDRESS]:PORT` for IPv6. */
export function parsePeer(text: string): Peer {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? /^(\d+\.\d+\.\d+\.\d+)(?::(\d{1,5}))?$/.exec(text);
  const [, address = text, port] = bracketed ?? [];
  return { address, ...(port === undefined ? {} : { port: Number(port) }) };
}
