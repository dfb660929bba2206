import type { FactId } from '../model/facts.ts';
import type { Question } from './question.ts';
import { arch } from './questions/arch.ts';
import { commandLine } from './questions/command-line.ts';
import { iptables4, iptables6 } from './questions/iptables.ts';
import { kernelConfig } from './questions/kernel-config.ts';
import { modules } from './questions/modules.ts';
import { nftRules } from './questions/nft-rules.ts';
import { osRelease } from './questions/os-release.ts';
import { policyRules4, policyRules6 } from './questions/policy-rules.ts';
import { release } from './questions/release.ts';
import { routes4, routes6 } from './questions/routes.ts';

/** Every question, in the order of the Record. A new one is a file in questions/ and a line here. */
export const questions: readonly Question<FactId>[] = [
  release,
  arch,
  osRelease,
  kernelConfig,
  commandLine,
  modules,
  policyRules4,
  policyRules6,
  routes4,
  routes6,
  nftRules,
  iptables4,
  iptables6,
];
