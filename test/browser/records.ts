/** Records for the page: the seed's own, one with every kind of evidence, and one whose every text is hostile. */
import type { CallSite, Outcome } from '../../src/model/evidence.ts';
import type { Record } from '../../src/model/record.ts';
import { replay } from '../golden/examples.ts';

export function seed(): Promise<Record> {
  return replay('ipv6-suppress.kmai');
}

const stack = [
  'dst_alloc+0x2a/0x90',
  'ip6_dst_alloc+0x1d/0x60',
  'ip6_rt_cache_alloc+0x40/0x100',
  'ip6_pol_route+0x2c8/0x4e0',
  'fib6_rule_lookup+0x8c/0x1f0',
  'nft_fib6_eval [nft_fib_ipv6]',
  'nft_do_chain [nf_tables]',
  'nf_hook_slow',
  'ipv6_rcv',
  '__netif_receive_skb_one_core',
  'process_backlog',
  'net_rx_action',
];

const callsites: readonly CallSite[] = [
  {
    cache: 'ip6_dst_cache',
    stack,
    allocated: 2003,
    freed: 0,
    outstanding: 2003,
    bytes: 512_768,
    oldest_seconds: 19.5,
    leaking: 'yes',
    explained_fraction: 0.998,
  },
  {
    cache: 'ip6_dst_cache',
    stack: [...stack.slice(0, 4), 'ip6_route_output_flags', 'udpv6_sendmsg', '__sys_sendto', 'entry_SYSCALL_64'],
    allocated: 307,
    freed: 301,
    outstanding: 6,
    bytes: 1536,
    oldest_seconds: 1.5,
    leaking: 'no',
  },
];

const outcomes: readonly Outcome[] = [
  {
    protocol: 'challenge',
    kind: 'challenge',
    at: '2026-11-25T01:00:00.000Z',
    cache: 'ip6_dst_cache',
    by: '/proc/net/rt6_stats dst_entries',
    seed: 7,
    verified: null,
    arms: [
      {
        stimulus: 'udp6-off-link',
        events: 2003,
        objects_per_event: 1.0005,
        interval95: [0.9981, 1.003],
        p: 0.0002,
        convicted: true,
        bytes_per_event: 256,
        answers: 2003,
        address: '2001:db8:1::2',
      },
      { stimulus: 'udp6-loopback', events: 2003, objects_per_event: 0.0005, interval95: [-0.002, 0.003], p: 0.61, convicted: false },
      {
        stimulus: 'udp4-off-link',
        events: 2003,
        objects_per_event: -0.001,
        interval95: [-0.21, 0.19],
        p: 0.48,
        convicted: false,
        undecided: 'wide',
      },
    ],
  },
  {
    protocol: 'treat-ipv6-fib6-rule-suppress',
    kind: 'treatment',
    at: '2026-11-25T01:10:00.000Z',
    cache: 'ip6_dst_cache',
    by: '/proc/net/rt6_stats dst_entries',
    verified: 'stopped',
    arms: [],
    treatment: {
      remedy: 'firewalld-no-rpfilter',
      per: 'event',
      before: 1.0,
      before95: [0.98, 1.02],
      after: 0.001,
      after95: [-0.01, 0.012],
    },
  },
];

/** The seed's record after listening, touching, an experiment and a treatment. */
export async function whole(): Promise<Record> {
  const record = await seed();
  const [finding, ...rest] = record.diagnosis.findings;
  return {
    ...record,
    callsites,
    outcomes,
    specimens: [
      ...record.specimens,
      {
        kind: 'census',
        cache: 'ip6_dst_cache',
        objects: 6283,
        offsets: [{ offset: 0x48, points_to: 'ip6_dst_ops_template', share: 0.97 }],
        types: [
          { type: 'rt6_info', score: 0.97 },
          { type: 'file', score: 0.02 },
        ],
      },
      {
        kind: 'orphans',
        cache: 'ip6_dst_cache',
        objects: 6283,
        unreferenced: 6101,
        unreachable: 6103,
        type: 'rt6_info',
        samples: ['ffff888003a1c100'],
      },
    ],
    diagnosis: {
      ...record.diagnosis,
      findings: [
        {
          ...finding!,
          callsites: callsites.map(({ stack: frames, outstanding, bytes, explained_fraction }) => ({
            stack: frames,
            outstanding,
            bytes,
            explained_fraction: explained_fraction ?? null,
          })),
          holders: [{ pid: 4321, comm: 'nginx', count: 12, what: 'sockets', per_second: 0.1 }],
          accompanied_by: [{ cache: 'radix_tree_node', objects_per_second: 2.1 }],
        },
        ...rest,
      ],
    },
  };
}

export const attack =
  '</script><img src=x onerror="window.pwned=1"><svg onload="window.pwned=1">\u2028\u2029\u202e\u2066evil\u0007\u0000"\'`${1}';

/** Every text of a record replaced by an attack, its numbers and enumerations kept. */
export async function hostile(): Promise<Record> {
  const record = await whole();
  const kept = new Set([
    'schema',
    'kind',
    'unit',
    'verdict',
    'class',
    'syndrome',
    'standing',
    'presence',
    'reason',
    'shape',
    'exam',
    'leaking',
    'start',
    'end',
    'boot_time',
    'at',
    'verified',
    'undecided',
    'basis',
    'stopped',
    'per',
    'name',
    'labels',
    'code',
  ]);
  const spoil = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return kept.has(key) ? value : `${attack}${value.slice(0, 8)}`;
    if (Array.isArray(value)) return typeof value[0] === 'number' ? value : value.map((one) => spoil(one, key));
    if (typeof value !== 'object' || value === null || key === 'labels') return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, spoil(one, name)]));
  };
  return spoil(record) as Record;
}

/** A record that says nothing: no series, no ledger, no finding. */
export async function empty(): Promise<Record> {
  const { schema, machine, window } = await seed();
  return {
    schema,
    machine,
    window,
    series: [],
    callsites: [],
    facts: [],
    specimens: [],
    holdings: [],
    ledger: null,
    unavailable: [],
    outcomes: [],
    diagnosis: { verdict: 'healthy', findings: [], reasons: [], next: [] },
  };
}
