/** All kinds of remedies that kmai carries out; one line each. A case's remedy without commands is advice. */
import { cgroupLimit } from './remedies/cgroup-limit.ts';
import { dropCaches } from './remedies/drop-caches.ts';
import { firewalld } from './remedies/firewalld.ts';
import { given } from './remedies/given.ts';
import { module } from './remedies/module.ts';
import { nftRule } from './remedies/nft-rule.ts';
import { policyRule } from './remedies/policy-rule.ts';
import { removal } from './remedies/removal.ts';
import { serviceLimit } from './remedies/service-limit.ts';
import { service } from './remedies/service.ts';
import { sysctl } from './remedies/sysctl.ts';
import type { Remedy } from './remedy.ts';

export const remedies: readonly Remedy[] = [
  policyRule,
  nftRule,
  sysctl,
  dropCaches,
  service,
  serviceLimit,
  cgroupLimit,
  module,
  removal,
  firewalld,
  given,
];

export function remedyOf(argv: readonly string[]): Remedy | null {
  return remedies.find((remedy) => remedy.recognises(argv)) ?? null;
}
