import type { FactValue } from '../model/facts.ts';

/**
 * Who is known to install a rule of this form. Each signature comes from the program's own source (named in the
 * tests); an administrator may write the same rule by hand, so these are candidates, the likeliest first, and an
 * empty list says only that no known program writes it.
 */
export type Installer =
  | 'wg-quick'
  | 'networkmanager'
  | 'mullvad'
  | 'cloud-netconfig'
  | 'tailscale'
  | 'systemd-networkd'
  | 'firewalld'
  | 'nixos-firewall';

type PolicyRule = FactValue<'policyRules6'>[number];

/** @param rules all rules of the family: WireGuard's come in pairs, and one half is told by the other */
export function installersOfPolicyRule(rule: PolicyRule, rules: readonly PolicyRule[]): readonly Installer[] {
  if (isTailscale(rule)) return ['tailscale'];
  const tunnel = isUnmarkedToOwnTable(rule)
    ? rule
    : rules.find((other) => isMainWithoutDefault(rule) && isUnmarkedToOwnTable(other) && other.priority === rule.priority + 1);
  if (tunnel !== undefined) return tunnelInstallers(tunnel);
  if (isCloudNetconfig(rule)) return ['cloud-netconfig'];
  // Both mark with RTPROT_STATIC what their configuration files say; iproute2 leaves the protocol unset.
  if (rule.protocol === 'static') return ['systemd-networkd', 'networkmanager'];
  return [];
}

/** `from all lookup main suppress_prefixlength 0`: all that table main knows but its default route. */
function isMainWithoutDefault(rule: PolicyRule): boolean {
  return (
    rule.suppressPrefixLength === 0 && rule.table === 'main' && rule.from === 'all' && rule.to === '' && rule.fwmark === '' && !rule.not
  );
}

/** `not from all fwmark 0xca6c lookup 51820`: mark and table are one number; the tunnel's own packets are marked and go past. */
function isUnmarkedToOwnTable(rule: PolicyRule): boolean {
  return rule.not && rule.from === 'all' && rule.fwmark !== '' && markOf(rule) === Number(rule.table);
}

function markOf(rule: PolicyRule): number {
  return Number(rule.fwmark.split('/')[0]);
}

/**
 * wg-quick takes 51820 and counts up while that table is in use; its priorities are what the kernel gives.
 * NetworkManager takes one of 500 marks from 51820 on, and of 500 even priorities below 31766 for the pair's first rule.
 */
function tunnelInstallers(rule: PolicyRule): readonly Installer[] {
  const mark = markOf(rule);
  if (mark === 0x6d6f_6c65) return ['mullvad'];
  if (mark < 51_820 || mark >= 51_820 + 500) return [];
  const first = rule.priority - 1;
  const offered = first % 2 === 0 && first > 31_766 - 1000 && first <= 31_766;
  return offered ? ['networkmanager', 'wg-quick'] : ['wg-quick'];
}

/**
 * A rule for each address of interface N: `from ADDRESS lookup 10N` at priorities 10N00 to 10N99. The rule for the
 * main table without its default at 30399 is what version 1.7 and later are reported to add.
 */
function isCloudNetconfig(rule: PolicyRule): boolean {
  if (isMainWithoutDefault(rule)) return rule.priority === 30_399;
  return /^10\d$/.test(rule.table) && rule.from !== 'all' && Math.trunc(rule.priority / 100) === Number(rule.table);
}

/** 5210, 5230 and 5250 for its own marked packets, 5270 sends the rest to table 52. Newer versions mask the mark. */
function isTailscale(rule: PolicyRule): boolean {
  if (rule.priority === 5270) return rule.table === '52' && rule.fwmark === '';
  return [5210, 5230, 5250].includes(rule.priority) && /^0x80000(\/0xff0000)?$/.test(rule.fwmark);
}

/** Of a look-up that a reverse-path filter does in nftables. */
export function installersOfNftRule(rule: FactValue<'nftRules'>[number]): readonly Installer[] {
  if (rule.fibResult === '') return [];
  // IPv6_rpfilter=strict and loose stand in PREROUTING, strict-forward and loose-forward in FORWARD; older versions used raw or mangle.
  if (rule.family === 'inet' && rule.table === 'firewalld' && /^(filter|raw|mangle)_(PREROUTING|FORWARD)$/.test(rule.chain))
    return ['firewalld'];
  if (rule.table === 'nixos-fw') return ['nixos-firewall'];
  return [];
}

/** Of `-m rpfilter` in ip6tables: firewalld's iptables backend puts it straight into PREROUTING, of raw and later of mangle. */
export function installersOfIptablesRule(rule: FactValue<'iptables6'>[number]): readonly Installer[] {
  if (!rule.matches.includes('rpfilter')) return [];
  if (rule.chain === 'nixos-fw-rpfilter') return ['nixos-firewall'];
  const drops = rule.target === 'DROP' || (rule.target === 'LOG' && rule.text.includes('rpfilter_DROP: '));
  return drops && rule.chain === 'PREROUTING' && rule.text.includes('--invert') && /^(raw|mangle)$/.test(rule.table) ? ['firewalld'] : [];
}
