import { networkInterfaces } from 'node:os';
import * as z from 'zod';
import type { Host } from '../host/host.ts';
import { available, type Reading, unavailable } from '../model/reading.ts';
import type { Family, Target } from './stimulus.ts';

export const loopbackOf: Readonly<Record<Family, string>> = { 4: '127.0.0.1', 6: '::1' };

const routes = z.array(
  z.looseObject({ type: z.string().optional(), gateway: z.string().optional(), via: z.unknown().optional(), dev: z.string().optional() }),
);

/** What `ip -j route get` says of an address: a local route is our own, one without a gateway is on the link. */
export function parseRouteGet(text: string): Target | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const found = routes.safeParse(json);
  const [route] = found.success ? found.data : [];
  if (route === undefined || ['unreachable', 'blackhole', 'prohibit'].includes(route.type ?? '')) return null;
  if (route.type === 'local') return 'own';
  return route.gateway === undefined && route.via === undefined ? 'on-link' : 'off-link';
}

/** Where an address is, as this machine routes. */
export async function whereIs(host: Host, family: Family, address: string): Promise<Reading<Target>> {
  if (address.startsWith('127.') || address === '::1') return available('loopback');
  const ran = await host.run(['ip', `-${family}`, '-j', 'route', 'get', address]);
  if (!ran.ok) return ran;
  const target = ran.value.code === 0 ? parseRouteGet(ran.value.stdout) : null;
  if (target !== null) return available(target);
  const said = ran.value.stderr.trim();
  return unavailable(`the peer ${address}`, 'absent', said === '' ? 'there is no route to it' : said, 'name a peer that answers');
}

/** An address of this machine that is neither the loopback's nor of the link alone. */
export function ownAddress(family: Family): string | null {
  for (const list of Object.values(networkInterfaces()))
    for (const each of list ?? [])
      if (each.family === `IPv${family}` && !each.internal && !each.address.startsWith('fe80')) return each.address;
  return null;
}
