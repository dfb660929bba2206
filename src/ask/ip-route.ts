import * as z from 'zod';
import type { FactValue } from '../model/facts.ts';
import { Malformed } from '../model/reading.ts';
import { integer, lines, parseJson } from './places.ts';

/** Routes as iproute2 prints them (ip/iproute.c print_route); a route of several next hops is one entry for each. */
export type Route = FactValue<'routes6'>[number];

const hop = z.looseObject({
  gateway: z.string().optional(),
  via: z.looseObject({ host: z.string() }).optional(),
  dev: z.string().optional(),
});
const json = z.array(
  hop.extend({
    type: z.string().optional(),
    dst: z.string(),
    table: z.string().optional(),
    protocol: z.string().optional(),
    metric: z.int().optional(),
    nexthops: z.array(hop).optional(),
  }),
);

/** @param bits 32 or 128: the prefix length of an address that is printed without one */
export function parseRoutesJson(text: string, bits: 32 | 128): Route[] {
  const routes = json.safeParse(parseJson(text, []));
  if (!routes.success) throw new Malformed(0, `routes of ip -j (${routes.error.issues[0]?.path.join('.') ?? ''})`, text);
  return routes.data.flatMap((route) => {
    // Unless asked for details, ip leaves out what is usual: unicast, table main, protocol boot.
    const shared = {
      destination: route.dst,
      prefixLength: prefixLength(route.dst, bits, 0),
      table: route.table ?? 'main',
      metric: route.metric ?? 0,
      protocol: route.protocol ?? 'boot',
      type: route.type ?? 'unicast',
    };
    const hops = route.nexthops === undefined || route.nexthops.length === 0 ? [route] : route.nexthops;
    return hops.map((one) => ({ ...shared, gateway: one.gateway ?? one.via?.host ?? '', device: one.dev ?? '' }));
  });
}

const types = new Set('unicast local broadcast anycast multicast unreachable blackhole prohibit throw nat xresolve'.split(' '));

/** `[TYPE] DESTINATION [via G] [dev D] [table T] [proto P] [metric M] …`, next hops indented on lines of their own. */
export function parseRoutesText(text: string, bits: 32 | 128): Route[] {
  const routes: Route[] = [];
  let head: Route | null = null;
  for (const [index, line] of lines(text).entries()) {
    if (line.trim() === '') continue;
    const words = line.trim().split(/\s+/);
    if (words[0] === 'nexthop') {
      if (head === null) throw new Malformed(index + 1, 'a route before its next hop', line);
      // The head itself names no way out; its hops stand in its place.
      if (routes.at(-1) === head && head.gateway === '' && head.device === '') routes.pop();
      routes.push({ ...head, gateway: after(words, 'via'), device: after(words, 'dev') });
      continue;
    }
    const type = types.has(words[0] ?? '') ? (words[0] ?? '') : 'unicast';
    const destination = words[type === words[0] ? 1 : 0] ?? '';
    const metric = after(words, 'metric');
    head = {
      destination,
      prefixLength: prefixLength(destination, bits, index + 1),
      gateway: after(words, 'via'),
      device: after(words, 'dev'),
      table: after(words, 'table') || 'main',
      metric: metric === '' ? 0 : integer(metric, index + 1, 'a metric'),
      protocol: after(words, 'proto') || 'boot',
      type,
    };
    routes.push(head);
  }
  return routes;
}

/** The word after a keyword; `via inet6 fe80::1` names the family in between. */
function after(words: readonly string[], key: string): string {
  const at = words.indexOf(key);
  if (at < 0) return '';
  const next = words[at + 1] ?? '';
  return key === 'via' && (next === 'inet6' || next === 'inet') ? (words[at + 2] ?? '') : next;
}

function prefixLength(destination: string, bits: number, line: number): number {
  if (destination === 'default') return 0;
  const found = /^[0-9a-fA-F:.]+(?:\/(\d{1,3}))?$/.exec(destination);
  const length = found === null ? Number.NaN : found[1] === undefined ? bits : Number(found[1]);
  if (!(length <= bits)) throw new Malformed(line, 'default, an address or a prefix', destination);
  return length;
}
