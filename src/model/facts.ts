import * as z from 'zod';

/**
 * The schema of facts: what may be asked of a host and the type of each answer. Trigger conditions of the
 * casebook (CEL) are type-checked against it. Absent members have a neutral value that no trigger takes for
 * a yes (−1, "" or []), because CEL has no optional members; a fact that could not be read is not here at all.
 */
const policyRule = z.object({
  priority: z.int(),
  table: z.string().describe('main, local, default, a name or a number'),
  /** Routes with a prefix this long or shorter are suppressed; −1: the rule does not suppress. */
  suppressPrefixLength: z.int(),
  suppressInterfaceGroup: z.int(),
  from: z.string(),
  to: z.string(),
  fwmark: z.string(),
  not: z.boolean(),
  iif: z.string(),
  oif: z.string(),
  protocol: z.string(),
  action: z.string(),
  text: z.string().describe('the rule as `ip rule show` prints it'),
});

const route = z.object({
  destination: z.string().describe('default, or a prefix'),
  prefixLength: z.int(),
  gateway: z.string(),
  device: z.string(),
  table: z.string().describe('main, local, a name or a number; empty where the place does not tell (/proc/net/ipv6_route): it may be any'),
  metric: z.int(),
  protocol: z.string(),
  type: z.string(),
});

const nftRule = z.object({
  family: z.string(),
  table: z.string(),
  chain: z.string(),
  hook: z.string().describe('prerouting, input …; empty for a chain that is not a base chain'),
  handle: z.int(),
  /** Expression names in order: fib, meta, ct, socket, counter, … */
  expressions: z.array(z.string()),
  fibResult: z.string().describe('oif, oifname, check or type; empty without a fib expression'),
  fibFlags: z.array(z.string()),
  socketKey: z.string(),
  verdict: z.string(),
  comment: z.string(),
  text: z.string(),
});

const iptablesRule = z.object({
  table: z.string(),
  chain: z.string(),
  matches: z.array(z.string()).describe('the names after -m'),
  target: z.string(),
  text: z.string(),
});

export const factSchemas = {
  release: z.object({
    release: z.string().describe('uname -r'),
    /** upstream version as numbers: [6, 1, 192]; for a Debian kernel taken from the build string where uname has only the ABI */
    version: z.array(z.int()),
    build: z.string().describe('the whole of /proc/version'),
    flavour: z.string(),
  }),
  arch: z.string(),
  osRelease: z.object({ id: z.string(), versionId: z.string(), idLike: z.array(z.string()), name: z.string() }),
  kernelConfig: z
    .record(z.string(), z.string())
    .describe(
      'CONFIG_X without the prefix → y, m, n or the value; only the symbols listed in ask/questions/kernel-config.ts, each of them always there',
    ),
  commandLine: z.object({ text: z.string(), parameters: z.record(z.string(), z.string()) }),
  modules: z.array(z.object({ name: z.string(), bytes: z.int(), users: z.int(), outOfTree: z.boolean(), proprietary: z.boolean() })),
  taint: z.object({ value: z.int(), flags: z.array(z.string()) }),
  sysctls: z.record(z.string(), z.string()).describe('net.ipv6.conf.all.forwarding → "1"; only the ones that matter'),
  policyRules4: z.array(policyRule),
  policyRules6: z.array(policyRule),
  routes4: z.array(route),
  routes6: z.array(route),
  nftRules: z.array(nftRule),
  iptables4: z.array(iptablesRule),
  iptables6: z.array(iptablesRule),
  interfaces: z.array(z.object({ name: z.string(), driver: z.string(), kind: z.string(), mtu: z.int(), up: z.boolean() })),
  services: z.array(z.object({ unit: z.string(), active: z.string(), sub: z.string() })),
  packages: z
    .array(z.object({ name: z.string(), version: z.string() }))
    .describe("only packages that install known triggers, and the running kernel's"),
  platform: z.object({ vendor: z.string(), product: z.string(), hypervisor: z.string(), cloud: z.string() }),
  cgroups: z.object({
    version: z.int().describe('1, 2, or 0 where none is mounted'),
    memoryController: z.int().describe('the version that has the memory controller'),
  }),
  mounts: z.array(z.object({ source: z.string(), path: z.string(), type: z.string(), options: z.array(z.string()) })),
  kernelLog: z.array(z.object({ seconds: z.number(), text: z.string() })).describe('only the lines that matter here'),
  uptimeSeconds: z.number(),
  auditRules: z.object({ enabled: z.int(), backlog: z.int(), backlogLimit: z.int(), lost: z.int() }),
  nfsdThreads: z.int(),
} as const;

export type FactId = keyof typeof factSchemas;
export type FactValue<Id extends FactId> = z.infer<(typeof factSchemas)[Id]>;
export type Facts = { readonly [Id in FactId]?: FactValue<Id> };
export const factIds = Object.keys(factSchemas) as readonly FactId[];
