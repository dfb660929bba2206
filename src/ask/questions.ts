import type { FactId } from '../model/facts.ts';
import type { Question } from './question.ts';
import { arch } from './questions/arch.ts';
import { auditRules } from './questions/audit.ts';
import { cgroups } from './questions/cgroups.ts';
import { commandLine } from './questions/command-line.ts';
import { interfaces } from './questions/interfaces.ts';
import { iptables4, iptables6 } from './questions/iptables.ts';
import { kernelConfig } from './questions/kernel-config.ts';
import { kernelLog } from './questions/kernel-log.ts';
import { modules } from './questions/modules.ts';
import { mounts } from './questions/mounts.ts';
import { nfsdThreads } from './questions/nfsd.ts';
import { nftRules } from './questions/nft-rules.ts';
import { osRelease } from './questions/os-release.ts';
import { packages } from './questions/packages.ts';
import { platform } from './questions/platform.ts';
import { policyRules4, policyRules6 } from './questions/policy-rules.ts';
import { release } from './questions/release.ts';
import { routes4, routes6 } from './questions/routes.ts';
import { services } from './questions/services.ts';
import { sysctls } from './questions/sysctls.ts';
import { taint } from './questions/taint.ts';
import { uptimeSeconds } from './questions/uptime.ts';

/** Every question, in the order of the Record. A new one is a file in questions/ and a line here. */
export const questions: readonly Question<FactId>[] = [
  release,
  arch,
  osRelease,
  kernelConfig,
  commandLine,
  modules,
  taint,
  sysctls,
  policyRules4,
  policyRules6,
  routes4,
  routes6,
  nftRules,
  iptables4,
  iptables6,
  interfaces,
  services,
  packages,
  platform,
  cgroups,
  mounts,
  kernelLog,
  uptimeSeconds,
  auditRules,
  nfsdThreads,
];
