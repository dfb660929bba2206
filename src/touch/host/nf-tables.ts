/** The nftables ruleset of the first network namespace as the kernel holds it, in as much of `nft -j list ruleset` as matters. */
import type { Structs } from './structs.ts';

const families: Readonly<Record<number, string>> = { 1: 'inet', 2: 'ip', 3: 'arp', 5: 'netdev', 7: 'bridge', 10: 'ip6' };
const hooks = ['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress'];
const fibResults: Readonly<Record<number, string>> = { 1: 'oif', 2: 'oifname', 3: 'type' };
const fibFlags = ['saddr', 'daddr', 'mark', 'iif', 'oif'];
const verdicts: Readonly<Record<number, string>> = { 0: 'drop', 1: 'accept', [-1]: 'continue', [-3]: 'jump', [-4]: 'goto', [-5]: 'return' };
const names: Readonly<Record<string, string>> = { masq: 'masquerade', nat: 'snat', redir: 'redirect' };
const NFT_BASE_CHAIN = 1;
const mostExpressions = 256;

/** @throws Meaningless where nf_tables is not loaded; Unmapped */
export function nftRuleset({ number, text, list, has }: Structs): string {
  const id = number('*(unsigned int *)&nf_tables_net_id');
  // Named so since 0854db2aaef3 "netfilter: nf_tables: use net_generic infra for transaction data" (v5.13).
  const pernet = has('nftables_pernet', 'tables') ? 'nftables_pernet' : 'netns_nftables';
  const net = `((struct ${pernet} *)${number(`init_net.gen->ptr[${id}]`)})`;
  const objects: unknown[] = [];
  for (const table of list(`${net}->tables`, 'nft_table', 'list')) {
    const own = `((struct nft_table *)${table})`;
    const place = { family: families[Number(number(`${own}->family`))] ?? 'unknown', table: text(`${own}->name`) };
    for (const address of list(`${own}->chains`, 'nft_chain', 'list')) {
      const chain = `((struct nft_chain *)${address})`;
      const name = text(`${chain}->name`);
      objects.push({
        chain: { family: place.family, table: place.table, name, handle: Number(number(`${chain}->handle`)), ...hookOf(address, chain) },
      });
      for (const rule of list(`${chain}->rules`, 'nft_rule', 'list')) {
        const handle = Number(number(`((struct nft_rule *)${rule})->handle`));
        objects.push({ rule: { ...place, chain: name, handle, expr: expressions(rule) } });
      }
    }
  }
  return JSON.stringify({ nftables: objects });

  function hookOf(address: bigint, chain: string): Readonly<Record<string, string>> {
    if ((Number(number(`${chain}->flags`)) & NFT_BASE_CHAIN) === 0) return {};
    // struct nft_base_chain has the chain as a member.
    const base = `((struct nft_base_chain *)(${address} - (unsigned long)&((struct nft_base_chain *)0)->chain))`;
    return { hook: hooks[Number(number(`${base}->ops.hooknum`))] ?? '' };
  }

  function expressions(rule: bigint): readonly unknown[] {
    const own = `((struct nft_rule *)${rule})`;
    const end = Number(number(`${own}->dlen`));
    const start = number(`(unsigned long)&${own}->data`);
    const found: unknown[] = [];
    for (let at = 0; at < end && found.length < mostExpressions; ) {
      const expression = start + BigInt(at);
      const ops = `((struct nft_expr *)${expression})->ops`;
      found.push(...described(text(`${ops}->type->name`), expression, ops));
      const size = Number(number(`${ops}->size`));
      if (size <= 0) break;
      at += size;
    }
    return found;
  }

  function described(name: string, expression: bigint, ops: string): readonly unknown[] {
    const data = `(${expression} + 8)`;
    if (name === 'fib') {
      const flags = Number(number(`((struct nft_fib *)${data})->flags`));
      return [
        {
          fib: {
            result: fibResults[Number(number(`((struct nft_fib *)${data})->result`))] ?? '',
            flags: fibFlags.filter((_, bit) => ((flags >> bit) & 1) === 1),
          },
        },
      ];
    }
    if (name === 'immediate') {
      const immediate = `((struct nft_immediate_expr *)${data})`;
      if (number(`${immediate}->dreg`) !== 0n) return [];
      const code = Number(BigInt.asIntN(32, number(`${immediate}->data.verdict.code`)));
      const verdict = verdicts[code];
      if (verdict === undefined) return [];
      return [{ [verdict]: verdict === 'jump' || verdict === 'goto' ? { target: text(`${immediate}->data.verdict.chain->name`) } : null }];
    }
    // iptables' matches and targets: the operations' data is the xt_match or xt_target itself.
    if (name === 'match' || name === 'target') return [{ xt: { type: name, name: text(`((struct xt_${name} *)${ops}->data)->name`) } }];
    return [{ [names[name] ?? name]: null }];
  }
}
