import { type Installer, installersOfIptablesRule, installersOfNftRule, installersOfPolicyRule } from '../kernel/installers.ts';
import type { Facts } from '../model/facts.ts';
import type { Presence } from '../model/diagnosis.ts';

/**
 * Did a known installer write what a trigger found on this host? By the form of the rule among its neighbours.
 * @param found rules by their text, as the facts hold them
 */
export function recognise(installer: string, found: readonly string[], facts: Facts): Presence {
  const wrote = found.flatMap((text) => installersOf(text, facts));
  if (wrote.length === 0) return 'unknown';
  return wrote.includes(installer as Installer) ? 'present' : 'absent';
}

function installersOf(text: string, facts: Facts): Installer[] {
  const found: Installer[] = [];
  for (const rules of [facts.policyRules6, facts.policyRules4])
    for (const rule of rules ?? []) if (rule.text === text) found.push(...installersOfPolicyRule(rule, rules!));
  for (const rule of facts.nftRules ?? []) if (rule.text === text) found.push(...installersOfNftRule(rule));
  for (const rules of [facts.iptables6, facts.iptables4])
    for (const rule of rules ?? []) if (rule.text === text) found.push(...installersOfIptablesRule(rule));
  return found;
}
