/** IPv6 routes as the kernel holds them (net/ipv6/ip6_fib.c), in the JSON of `ip -j -6 route show table all`. */
import { address6 } from './fib-rules.ts';
import { tableName } from './route-names.ts';
import type { Structs } from './structs.ts';

const types: Readonly<Record<number, string>> = {
  1: 'unicast',
  2: 'local',
  3: 'broadcast',
  4: 'anycast',
  5: 'multicast',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
  9: 'throw',
};
const protocols: Readonly<Record<number, string>> = { 0: 'unspec', 1: 'redirect', 2: 'kernel', 3: 'boot', 4: 'static', 9: 'ra' };
const hashSize = 256; // FIB6_TABLE_HASHSZ
const mostNodes = 200_000;

/** @throws Meaningless where the kernel has no IPv6; Unmapped */
export function fib6Routes(given: Structs): string {
  const { number, text } = given;
  const none = number('init_net.ipv6.fib6_null_entry');
  const routes: unknown[] = [];
  for (const table of fib6Tables(given)) {
    const name = tableName(Number(number(`((struct fib6_table *)${table})->tb6_id`)));
    const pending = [number(`(unsigned long)&((struct fib6_table *)${table})->tb6_root`)];
    for (let left = mostNodes; pending.length > 0 && left > 0; left--) {
      const at = pending.pop()!;
      if (at === 0n) continue;
      const node = `((struct fib6_node *)${at})`;
      pending.push(number(`${node}->left`), number(`${node}->right`));
      for (
        let route = number(`${node}->leaf`), more = 1024;
        route !== 0n && route !== none && more > 0;
        route = number(`((struct fib6_info *)${route})->fib6_next`), more--
      )
        routes.push(routeOf(route, name));
    }
  }
  return JSON.stringify(routes);

  function routeOf(address: bigint, table: string): unknown {
    const route = `((struct fib6_info *)${address})`;
    const value = (member: string): number => Number(number(`${route}->${member}`));
    const length = value('fib6_dst.plen');
    return {
      type: types[value('fib6_type')] ?? 'unicast',
      dst: length === 0 ? 'default' : `${addressAt(`${route}->fib6_dst.addr`)}/${length}`,
      table,
      protocol: protocols[value('fib6_protocol')] ?? String(value('fib6_protocol')),
      metric: value('fib6_metric'),
      ...(number(`${route}->nh`) === 0n ? hop(`${route}->fib6_nh[0].nh_common`) : {}),
    };
  }

  function hop(common: string): Readonly<Record<string, string>> {
    const device = number(`${common}.nhc_dev`);
    return {
      ...(device === 0n ? {} : { dev: text(`((struct net_device *)${device})->name`) }),
      ...(number(`${common}.nhc_gw_family`) === 10n ? { gateway: addressAt(`${common}.nhc_gw.ipv6`) } : {}),
    };
  }

  function addressAt(place: string): string {
    const byte = (i: number): number => Number(number(`${place}.in6_u.u6_addr8[${i}]`));
    return address6(Array.from({ length: 8 }, (_, i) => byte(i * 2) * 256 + byte(i * 2 + 1)));
  }
}

/** Routing tables out of their hash; a single one without CONFIG_IPV6_MULTIPLE_TABLES. */
function* fib6Tables({ number }: Structs): Generator<bigint> {
  for (let i = 0; i < hashSize; i++) {
    let left = 64;
    for (
      let at = number(`init_net.ipv6.fib_table_hash[${i}].first`);
      at !== 0n && left > 0;
      at = number(`((struct hlist_node *)${at})->next`), left--
    )
      yield at - number('(unsigned long)&((struct fib6_table *)0)->tb6_hlist');
  }
}
