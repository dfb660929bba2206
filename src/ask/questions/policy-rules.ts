import type { Question } from '../question.ts';
import { parseRulesJson, parseRulesText } from '../ip-rule.ts';
import { emptyNeedsIpv6 } from '../ipv6.ts';
import { command, firstOf } from '../places.ts';

const help = 'install iproute2';

/** IPv4 policy routing rules. /proc has no other form of them. */
export const policyRules4: Question<'policyRules4'> = {
  id: 'policyRules4',
  ask: (host) =>
    firstOf<'policyRules4'>(
      command(host, ['ip', '-d', '-j', '-4', 'rule', 'show'], help, parseRulesJson),
      command(host, ['ip', '-4', 'rule', 'show'], help, parseRulesText),
    ),
};

/** IPv6 policy routing rules: one that suppresses prefixes is half of the leak of fib6_rule_suppress (commit cdef485217d3). */
export const policyRules6: Question<'policyRules6'> = {
  id: 'policyRules6',
  ask: (host) =>
    firstOf<'policyRules6'>(
      emptyNeedsIpv6(host, command(host, ['ip', '-d', '-j', '-6', 'rule', 'show'], help, parseRulesJson)),
      emptyNeedsIpv6(host, command(host, ['ip', '-6', 'rule', 'show'], help, parseRulesText)),
    ),
};
