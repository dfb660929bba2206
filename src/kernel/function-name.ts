/**
 * A function's name out of a stack frame: without offset, module and the suffixes that compilers add to clones.
 * "nft_fib6_eval+0x1c2/0x3d0 [nft_fib_ipv6]" → nft_fib6_eval, "__fib6_rule_action.isra.0+0x5" → __fib6_rule_action
 */
export function functionName(frame: string): string {
  const bare = frame.trim().replace(/\s*\[[\w-]+\]$/, '');
  const name = bare.replace(/\+0x[0-9a-f…]+.*$/i, '');
  return name.replace(/(\.(isra|constprop|part|cold|llvm|lto_priv)(\.\d+)*)+$/, '');
}
