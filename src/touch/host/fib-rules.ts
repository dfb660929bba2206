/** Policy rules as the kernel holds them (net/core/fib_rules.c), in the JSON of `ip -d -j rule show`. */
import { tableName } from './route-names.ts';
import type { Structs } from './structs.ts';

const FIB_RULE_INVERT = 2;
const actions: Readonly<Record<number, string>> = { 2: 'goto', 3: 'nop', 6: 'blackhole', 7: 'unreachable', 8: 'prohibit' };
const protocols: Readonly<Record<number, string>> = { 0: 'unspec', 2: 'kernel', 3: 'boot', 4: 'static' };

/** @throws Meaningless where the kernel has no policy routing; Unmapped */
export function fibRules({ number, text, list }: Structs, family: 4 | 6): string {
  const ops = family === 6 ? 'init_net.ipv6.fib6_rules_ops' : 'init_net.ipv4.rules_ops';
  const rules = list(`${ops}->rules_list`, 'fib_rule', 'list').map((address) => {
    const rule = `((struct fib_rule *)${address})`;
    const value = (member: string): number => Number(number(`${rule}->${member}`));
    const ends = family === 6 ? ends6(`((struct fib6_rule *)${address})`) : ends4(`((struct fib4_rule *)${address})`);
    const [iif, oif] = [text(`${rule}->iifname`), text(`${rule}->oifname`)];
    const table = value('table');
    return {
      priority: value('pref'),
      ...ends,
      ...((value('flags') & FIB_RULE_INVERT) === 0 ? {} : { not: null }),
      ...(iif === '' ? {} : { iif }),
      ...(oif === '' ? {} : { oif }),
      ...(value('mark_mask') === 0
        ? {}
        : {
            fwmark: `0x${value('mark').toString(16)}`,
            ...(value('mark_mask') === 0xffffffff ? {} : { fwmask: `0x${value('mark_mask').toString(16)}` }),
          }),
      ...(table === 0 ? {} : { table: tableName(table) }),
      ...(value('suppress_prefixlen') < 0 ? {} : { suppress_prefixlen: value('suppress_prefixlen') }),
      ...(value('suppress_ifgroup') < 0 ? {} : { suppress_ifgroup: value('suppress_ifgroup') }),
      ...(actions[value('action')] === undefined ? {} : { action: actions[value('action')] }),
      protocol: protocols[value('proto')] ?? String(value('proto')),
    };
  });
  return JSON.stringify(rules);

  function ends6(rule: string): Readonly<Record<string, string | number>> {
    const end = (side: 'src' | 'dst'): Readonly<Record<string, string | number>> => {
      const length = Number(number(`${rule}->${side}.plen`));
      const words = Array.from(
        { length: 8 },
        (_, i) =>
          Number(number(`${rule}->${side}.addr.in6_u.u6_addr8[${i * 2}]`)) * 256 +
          Number(number(`${rule}->${side}.addr.in6_u.u6_addr8[${i * 2 + 1}]`)),
      );
      return length === 0 ? {} : { [side]: address6(words), [`${side}len`]: length };
    };
    return { src: 'all', ...end('src'), ...end('dst') };
  }

  function ends4(rule: string): Readonly<Record<string, string | number>> {
    const end = (side: 'src' | 'dst'): Readonly<Record<string, string | number>> => {
      const length = Number(number(`${rule}->${side}_len`));
      const raw = Number(number(`${rule}->${side}`)); // big-endian in memory
      const bytes = [raw & 255, (raw >>> 8) & 255, (raw >>> 16) & 255, raw >>> 24];
      return length === 0 ? {} : { [side]: bytes.join('.'), [`${side}len`]: length };
    };
    return { src: 'all', ...end('src'), ...end('dst') };
  }
}

/** RFC 5952: the longest run of zeros is left out. */
export function address6(words: readonly number[]): string {
  const text = words.map((word) => word.toString(16));
  let best = { from: -1, length: 1 };
  for (let from = 0; from < 8; from++) {
    let length = 0;
    while (from + length < 8 && words[from + length] === 0) length++;
    if (length > best.length) best = { from, length };
  }
  if (best.from < 0) return text.join(':');
  return `${text.slice(0, best.from).join(':')}::${text.slice(best.from + best.length).join(':')}`;
}
