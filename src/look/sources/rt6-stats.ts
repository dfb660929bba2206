import { cursor, eachOf, hexadecimal } from '../scan.ts';
import type { Named, Source } from '../source.ts';

const names = [
  'fib_nodes',
  'fib_route_nodes',
  'fib_rt_alloc',
  'fib_rt_entries',
  'fib_rt_cache',
  'dst_entries',
  'fib_discarded_routes',
] as const;

/**
 * Seven hexadecimal numbers, net/ipv6/route.c, rt6_stats_seq_show(). The sixth, `dst_entries`, counts every
 * IPv6 destination of this network namespace, cached, cloned or lost alike.
 */
export function parseRt6Stats(text: string): Named {
  const c = cursor(text);
  return { names, values: eachOf(names, (name) => hexadecimal(c, `<${name}>, hexadecimal`)) };
}

/** How many IPv6 routes and destinations exist in this network namespace. */
export const rt6Stats: Source<Named> = {
  id: 'rt6-stats',
  path: '/proc/net/rt6_stats',
  cadence: 'tick',
  help: { absent: 'a kernel with IPv6 (ipv6.disable=1, or the module is not loaded)' },
  parse: parseRt6Stats,
  keys: () => names.map(() => null),
  values: (value) => value.values,
};
