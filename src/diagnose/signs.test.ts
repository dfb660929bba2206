import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Presence } from '../model/diagnosis.ts';
import type { Evidence, Series } from '../model/evidence.ts';
import type { SeriesName } from '../model/series.ts';
import { signKey, signKeys, signLabel, type Sign } from '../model/sign.ts';
import type { BareFinding } from './examined.ts';
import { anyOf, rise } from './rise.ts';
import { examine } from './signs.ts';

const nothing: Evidence = {
  machine: { hostname: 'h', release: '6.1.0', arch: 'x86_64', distribution: '', memory_bytes: null, boot_time: null },
  window: { start: '2026-01-01T00:00:00Z', end: '2026-01-01T00:01:00Z' },
  series: [],
  callsites: [],
  facts: [],
  specimens: [],
  holdings: [],
  ledger: null,
  unavailable: [],
  outcomes: [],
};
const slab: BareFinding = {
  where: { kind: 'slab', cache: 'filp', aliases: ['filp', 'ip6_dst_cache'] },
  class: 'kernel-leak',
  syndrome: 'unattributed',
  growth: {
    shape: 'trend',
    objects_per_second: 100,
    bytes_per_second: 25600,
    interval95: [95, 105],
    p: 0.001,
    exhausts_in_seconds: null,
    window_needed_seconds: null,
  },
  attribution: [],
  unexplained_share: null,
  driver: null,
  holders: [],
  callsites: [],
  reasons: [],
};

function series(name: SeriesName, labels: Readonly<Record<string, string>>, ...values: readonly (number | null)[]): Series {
  return { name, labels, unit: 'objects', times: values.map((_, index) => index), values };
}
const filp = series('slab_active_objects', { cache: 'filp' }, 1000, 1500, 2000);
const stack = ['dst_alloc+0x4f', 'ip6_dst_alloc+0x2a', 'nft_fib6_eval+0x1 [nft_fib_ipv6]'];
const heard = (outstanding: number, explained: number | null, frames = stack) => ({
  stack: frames,
  outstanding,
  bytes: outstanding * 256,
  explained_fraction: explained,
});
const arm = (convicted: boolean) => ({
  stimulus: 'udp6',
  events: 2000,
  objects_per_event: convicted ? 1 : 0,
  interval95: [0, 1] as const,
  p: 0.01,
  convicted,
});
const held = (what: 'files' | 'sockets', at_start: number | null, at_end: number | null) => ({
  pid: 7,
  comm: 'hog',
  what,
  at_start,
  at_end,
});

interface Scene {
  readonly finding?: Partial<BareFinding>;
  readonly evidence?: Partial<Evidence>;
}
const where = (more: Partial<BareFinding['where']>): Scene => ({ finding: { where: { ...slab.where, ...more } } });
const measured = (...given: readonly Series[]): Scene => ({ evidence: { series: given } });
const drive = (counter: string, ratio: number, low: number, high: number, indistinguishable?: readonly string[]): Scene => ({
  finding: {
    driver: { counter, objects_per_event: ratio, interval95: [low, high], r2: 0.99, ...(indistinguishable ? { indistinguishable } : {}) },
  },
});
const share = (alias: string, part: number): Scene => ({
  finding: { attribution: [{ alias, by: 'counter', objects_per_second: 1, share: part }] },
});

/** Sign, what is there, what follows. Each sign has all three values. */
const table: readonly (readonly [Sign, Scene, Presence])[] = [
  [{ grows: 'ip6_dst_cache' }, where({ owner: 'ip6_dst_cache' }), 'present'],
  [{ grows: 'filp' }, where({ owner: 'ip6_dst_cache' }), 'absent'],
  [{ grows: 'ip6_dst_cache' }, {}, 'unknown'],
  [{ grows: 'filp' }, {}, 'unknown'],
  [{ grows: 'TCP' }, {}, 'absent'],
  [{ grows: 'filp' }, where({ aliases: ['filp'] }), 'present'],
  [{ grows: 'ip6_dst_cache' }, share('ip6_dst_cache', 0.97), 'present'],
  [{ grows: 'ip6_dst_cache' }, share('ip6_dst_cache', 0.02), 'absent'],
  [{ grows: 'ip6_dst_cache' }, share('filp', 0.97), 'absent'],
  [{ grows: 'ip6_dst_cache' }, share('filp', 0.4), 'unknown'],
  [{ grows: 'ip6_dst_cache' }, { finding: { where: { kind: 'slab', cache: 'filp' } } }, 'unknown'],
  [{ grows: 'filp' }, { finding: { where: { kind: 'slab', cache: 'filp' } } }, 'unknown'],
  [{ grows: 'filp' }, { finding: { where: { kind: 'pages' } } }, 'absent'],
  [{ grows: 'kmalloc-2k' }, { finding: { where: { kind: 'slab', cache: 'kmalloc-2048', aliases: ['kmalloc-2048'] } } }, 'present'],
  [
    { grows: 'filp' },
    { finding: { where: { ...slab.where, owner: 'filp' }, growth: { ...slab.growth, shape: 'inconclusive', interval95: [-5, 9] } } },
    'unknown',
  ],
  [
    { grows: 'filp' },
    { finding: { where: { ...slab.where, owner: 'filp' }, growth: { ...slab.growth, shape: 'flat', interval95: [-1, 1] } } },
    'absent',
  ],

  [
    { grows: 'filp' },
    { finding: { where: { ...slab.where, owner: 'filp' }, growth: { ...slab.growth, shape: 'plateau', interval95: [2, 9] } } },
    'absent',
  ],

  [{ callsite: 'nft_fib6_eval' }, { finding: { callsites: [heard(1900, 0.95)] } }, 'present'],
  [{ callsite: 'rpfilter_mt' }, { finding: { callsites: [heard(1900, 0.95)] } }, 'absent'],
  [{ callsite: 'rpfilter_mt' }, { finding: { callsites: [heard(19, 0.05)] } }, 'unknown'],
  [{ callsite: 'nft_fib6_eval' }, { finding: { callsites: [heard(100, 0.1), heard(900, 0.9, ['other+0x1'])] } }, 'absent'],
  [{ callsite: 'nft_fib6_eval' }, {}, 'unknown'],
  [
    { callsite: 'nft_fib6_eval' },
    {
      evidence: {
        callsites: [
          { cache: 'ip6_dst_cache', stack, allocated: 2000, freed: 0, outstanding: 2000, bytes: 1, oldest_seconds: 9, leaking: 'yes' },
        ],
      },
    },
    'present',
  ],
  [
    { callsite: 'nft_fib6_eval' },
    {
      evidence: {
        callsites: [{ cache: 'dentry', stack, allocated: 2000, freed: 0, outstanding: 2000, bytes: 1, oldest_seconds: 9, leaking: 'yes' }],
      },
    },
    'unknown',
  ],

  [{ driver: 'Ip6InReceives', between: [0.5, 1.5] }, drive('Ip6InReceives', 1, 0.99, 1.01), 'present'],
  [{ driver: 'Ip6InReceives', between: [0.5, 1.5] }, drive('Ip6InReceives', 4, 3.9, 4.1), 'absent'],
  [{ driver: 'Ip6InReceives', between: [0.5, 1.5] }, drive('Ip6InReceives', 1.7, 1.4, 2), 'unknown'],
  [{ driver: 'Ip6InReceives' }, drive('IpInReceives', 1, 0.9, 1.1), 'absent'],
  [{ driver: 'Ip6InReceives' }, drive('IpInReceives', 1, 0.9, 1.1, ['Ip6InReceives']), 'unknown'],
  [{ driver: 'Ip6InReceives' }, {}, 'unknown'],
  [{ not_driver: 'Ip6InReceives' }, drive('TcpExtTCPTimeouts', 1, 0.9, 1.1), 'present'],
  [{ not_driver: 'Ip6InReceives' }, drive('Ip6InReceives', 1, 0.9, 1.1), 'absent'],
  [{ not_driver: 'Ip6InReceives' }, drive('IpInReceives', 1, 0.9, 1.1, ['Ip6InReceives']), 'unknown'],

  [{ counted: 'Icmp6InPktTooBigs', at_least: 1 }, measured(series('snmp_total', { counter: 'Icmp6InPktTooBigs' }, 0, 3)), 'present'],
  [{ counted: 'Icmp6InPktTooBigs', at_least: 4 }, measured(series('snmp_total', { counter: 'Icmp6InPktTooBigs' }, 0, 3)), 'absent'],
  [{ counted: 'Icmp6InPktTooBigs', at_least: 1 }, measured(series('snmp_total', { counter: 'Icmp6InPktTooBigs' }, null)), 'unknown'],

  [{ found_in: 'slab' }, {}, 'present'],
  [{ found_in: 'shmem' }, {}, 'absent'],
  [{ ledger: 'percpu' }, measured(series('ledger_bytes', { part: 'percpu' }, 1e6, 2e6)), 'present'],
  [{ ledger: 'percpu' }, measured(series('ledger_bytes', { part: 'percpu' }, 1e6, 1e6)), 'absent'],
  [{ ledger: 'percpu' }, measured(series('ledger_bytes', { part: 'anon' }, 1e6, 2e6)), 'unknown'],
  [
    { unaccounted_grows: true },
    { finding: { where: { kind: 'pages' } }, ...measured(series('ledger_bytes', { part: 'unaccounted' }, 1e6, 2e6)) },
    'present',
  ],
  [{ unaccounted_grows: true }, { finding: { where: { kind: 'pages' } } }, 'present'],
  [{ unaccounted_grows: true }, {}, 'absent'],
  [
    { unaccounted_grows: true },
    { finding: { where: { kind: 'pages' } }, ...measured(series('ledger_bytes', { part: 'unaccounted' }, null, 2e6)) },
    'unknown',
  ],

  [
    { vmalloc_caller: 'bpf_jit_alloc_exec' },
    measured(series('vmalloc_bytes', { caller: 'bpf_jit_alloc_exec+0xe/0x20' }, 8192, 81920)),
    'present',
  ],
  [{ vmalloc_caller: 'bpf_jit_alloc_exec' }, measured(series('vmalloc_bytes', { caller: 'load_module' }, 8192, 81920)), 'absent'],
  [{ vmalloc_caller: 'bpf_jit_alloc_exec' }, {}, 'unknown'],

  [
    { objects_outnumber: { cache: 'filp', population: 'file-nr' } },
    measured(filp, series('population_objects', { cache: 'filp', by: 'fs.file-nr' }, 900, 910)),
    'present',
  ],
  [
    { objects_outnumber: { cache: 'filp', population: 'file-nr' } },
    measured(filp, series('population_objects', { cache: 'filp', by: 'fs.file-nr' }, 900, 1890)),
    'absent',
  ],
  [{ objects_outnumber: { cache: 'filp', population: 'file-nr' } }, measured(filp), 'unknown'],
  [
    { objects_outnumber: { cache: 'filp', population: 'file-nr' } },
    measured(filp, series('population_objects', { cache: 'filp', by: 'fs.file-nr' }, 900, null)),
    'unknown',
  ],
  [
    { objects_outnumber: { cache: 'TCP', population: 'sockstat' } },
    measured(filp, series('population_objects', { cache: 'TCP', by: 'sockstat' }, 9, 9)),
    'absent',
  ],
  [{ population_explains: 'filp' }, share('filp', 0.9), 'present'],
  [{ population_explains: 'filp' }, share('filp', 0.3), 'absent'],
  [
    { population_explains: 'filp' },
    measured(filp, series('population_objects', { cache: 'filp', by: 'fs.file-nr' }, 900, 1890)),
    'present',
  ],
  [{ population_explains: 'filp' }, {}, 'unknown'],

  [{ dying_cgroups: 1000 }, measured(series('cgroups', { state: 'dying' }, 5000, 5000)), 'present'],
  [{ dying_cgroups: 1000 }, measured(series('cgroups', { state: 'dying' }, 200, 260)), 'present'],
  [{ dying_cgroups: 1000 }, measured(series('cgroups', { state: 'dying' }, 20, 26)), 'absent'],
  [{ dying_cgroups: 1000 }, measured(series('cgroups', { state: 'live' }, 5000, 5000)), 'unknown'],

  [{ held_by: 'files' }, { finding: { holders: [{ pid: 7, comm: 'hog', count: 1000, what: 'files' }] } }, 'present'],
  [{ held_by: 'files' }, { evidence: { series: [filp], holdings: [held('files', 10, 1010)] } }, 'present'],
  [{ held_by: 'files' }, { evidence: { series: [filp], holdings: [held('files', 10, 11)] } }, 'absent'],
  [{ held_by: 'files' }, { evidence: { series: [filp], holdings: [held('files', 10, 400)] } }, 'unknown'],
  [{ held_by: 'files' }, { evidence: { series: [filp], holdings: [held('files', 10, null)] } }, 'unknown'],
  [{ not_held: true }, { evidence: { series: [filp], holdings: [held('files', 10, 11), held('sockets', 900, 100)] } }, 'present'],
  [{ not_held: true }, { finding: { holders: [{ pid: 7, comm: 'hog', count: 1000, what: 'files' }] } }, 'absent'],
  [{ not_held: true }, { evidence: { series: [filp] } }, 'unknown'],

  [
    { reclaimable: true },
    {
      evidence: {
        specimens: [{ kind: 'cache', name: 'filp', aliases: ['filp'], object_size: 256, objects: 1, slabs: 1, reclaimable: true }],
      },
    },
    'present',
  ],
  [
    { reclaimable: false },
    {
      evidence: {
        specimens: [{ kind: 'cache', name: 'filp', aliases: ['filp'], object_size: 256, objects: 1, slabs: 1, reclaimable: true }],
      },
    },
    'absent',
  ],
  [{ reclaimable: true }, {}, 'unknown'],

  [
    { log: 'table full' },
    {
      evidence: { facts: [{ id: 'kernelLog', value: [{ seconds: 9, text: 'nf_conntrack: table full, dropping packet' }], from: 'dmesg' }] },
    },
    'present',
  ],
  [{ log: 'table full' }, { evidence: { facts: [{ id: 'kernelLog', value: [], from: 'dmesg' }] } }, 'absent'],
  [{ log: 'table full' }, {}, 'unknown'],

  [
    { census: 'rt6_info' },
    {
      evidence: {
        specimens: [{ kind: 'census', cache: 'filp', objects: 2000, offsets: [], types: [{ type: 'struct rt6_info', score: 0.97 }] }],
      },
    },
    'present',
  ],
  [
    { census: 'ip6_output' },
    {
      evidence: {
        specimens: [
          { kind: 'census', cache: 'filp', objects: 2000, offsets: [{ offset: 24, points_to: 'ip6_output', share: 0.9 }], types: [] },
        ],
      },
    },
    'present',
  ],
  [
    { census: 'file' },
    {
      evidence: { specimens: [{ kind: 'census', cache: 'filp', objects: 2000, offsets: [], types: [{ type: 'rt6_info', score: 0.97 }] }] },
    },
    'absent',
  ],
  [
    { census: 'file' },
    { evidence: { specimens: [{ kind: 'census', cache: 'dentry', objects: 2000, offsets: [], types: [] }] } },
    'unknown',
  ],
  [
    { unreachable: true },
    { evidence: { specimens: [{ kind: 'orphans', cache: 'ip6_dst_cache', objects: 100_008, unreferenced: 99_967, unreachable: 99_967 }] } },
    'present',
  ],
  [
    { unreachable: true },
    { evidence: { specimens: [{ kind: 'orphans', cache: 'filp', objects: 100_008, unreferenced: 12, unreachable: 12 }] } },
    'absent',
  ],
  [
    { unreachable: true },
    { evidence: { specimens: [{ kind: 'orphans', cache: 'filp', objects: 0, unreferenced: 0, unreachable: 0 }] } },
    'unknown',
  ],

  [{ convicted: 'udp6' }, { evidence: { outcomes: [{ protocol: 'p', verified: null, arms: [arm(true)] }] } }, 'present'],
  [{ convicted: 'udp6' }, { evidence: { outcomes: [{ protocol: 'p', verified: null, arms: [arm(false)] }] } }, 'absent'],
  [{ convicted: 'udp4' }, { evidence: { outcomes: [{ protocol: 'p', verified: null, arms: [arm(true)] }] } }, 'unknown'],
  [{ acquitted: 'udp6' }, { evidence: { outcomes: [{ protocol: 'p', verified: null, arms: [arm(false)] }] } }, 'present'],
  [{ acquitted: 'udp6' }, { evidence: { outcomes: [{ protocol: 'p', verified: null, arms: [arm(true)] }] } }, 'absent'],
  [{ acquitted: 'udp6' }, {}, 'unknown'],
  // It was tried and could not tell: that acquits nobody.
  [
    { acquitted: 'udp6' },
    { evidence: { outcomes: [{ protocol: 'p', verified: null, arms: [{ ...arm(false), undecided: 'unanswered' }] }] } },
    'unknown',
  ],

  [{ any: [{ grows: 'TCP' }, { found_in: 'slab' }] }, {}, 'present'],
  [{ any: [{ grows: 'TCP' }, { grows: 'UDP' }] }, {}, 'absent'],
  [{ any: [{ grows: 'TCP' }, { grows: 'filp' }] }, {}, 'unknown'],
];

function seen(sign: Sign, { finding, evidence }: Scene) {
  return examine(sign, { finding: { ...slab, ...finding }, evidence: { ...nothing, ...evidence } });
}

for (const key of signKeys) {
  test(`${signLabel(table.find(([sign]) => signKey(sign) === key)![0])}: present, absent and unknown`, () => {
    const rows = table.filter(([sign]) => signKey(sign) === key);
    const values = new Set(rows.map(([, , presence]) => presence));
    // where the finding is, is always known
    assert.deepEqual([...values].toSorted(), key === 'found_in' ? ['absent', 'present'] : ['absent', 'present', 'unknown']);
    for (const [sign, scene, presence] of rows) {
      const found = seen(sign, scene);
      assert.equal(found.presence, presence, `${JSON.stringify(sign)} over ${JSON.stringify(scene)}: ${found.reason.text}`);
      assert.ok(found.reason.text.length > 5);
    }
  });
}

test('no sign is present or absent where there is no evidence, but for where the finding is', () => {
  const sure = new Set(['found_in', 'unaccounted_grows']);
  for (const [sign] of table) {
    // a cache that filp is not merged with is sure to be another one
    const elsewhere =
      ('grows' in sign && sign.grows !== 'filp') || ('objects_outnumber' in sign && sign.objects_outnumber.cache !== 'filp');
    if (sure.has(signKey(sign)) || 'any' in sign || elsewhere) continue;
    assert.equal(seen(sign, {}).presence, 'unknown', JSON.stringify(sign));
  }
});

const points = (values: readonly (number | null)[]) => series('ledger_bytes', {}, ...values);

test('a rise is told from noise, from a fall and from too little', () => {
  const straight = Array.from({ length: 30 }, (_, index) => 1_000_000 + index * 5000);
  assert.deepEqual(rise(points(straight)), { presence: 'present', by: 100_000 });
  assert.equal(rise(points(straight.toReversed())).presence, 'absent');
  assert.equal(rise(points(Array.from({ length: 30 }, () => 7))).presence, 'absent');
  assert.equal(rise(points([1, null])).presence, 'unknown');
  // ±100,000 of noise over a rise of 20,000
  const noisy = Array.from({ length: 30 }, (_, index) => 1_000_000 + index * 1000 + (index % 2 === 0 ? 100_000 : -100_000));
  assert.notEqual(rise(points(noisy)).presence, 'present');
  // one wild reading among flat ones
  assert.equal(rise(points([5, 5, 5, 5, 5, 5, 5, 5, 900].map((value) => value * 1000))).presence, 'absent');
});

test('a rise does not depend on values that could not be read', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 2, maxLength: 40 }), (values) => {
      const holed = values.flatMap((value) => [value, null]);
      assert.deepEqual(rise(points(holed)), rise(points(values)));
    }),
  );
});

test('any of: present wins, then unknown; nothing to ask is unknown', () => {
  assert.equal(anyOf(['absent', 'unknown', 'present']), 'present');
  assert.equal(anyOf(['absent', 'unknown']), 'unknown');
  assert.equal(anyOf(['absent', 'absent']), 'absent');
  assert.equal(anyOf([]), 'unknown');
});
