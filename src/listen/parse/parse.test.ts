import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { groupSites } from '../survivors.ts';
import { parseTrace, type TraceFormat, traceFormat } from './parse.ts';

const bytes = (text: string) => [new TextEncoder().encode(text)];
const pieces = (text: string, size: number) =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, i) => new TextEncoder().encode(text.slice(i * size, (i + 1) * size)));
const filp = { names: new Set(['filp']), bytes: undefined };

// As `perf script` 6.1 printed it on 6.18, cut down: two files allocated, one freed; one object of another cache.
const perfScript = `# captured on a test machine
perf 29546 [001]  1912.996136: kmem:kmem_cache_alloc: call_site=alloc_empty_file+0x3c ptr=0xffff88814f599780 name=filp bytes_req=184 bytes_alloc=192 gfp_flags=GFP_KERNEL node=-1 accounted=true
\tffffffff81650860 kmem_cache_alloc_noprof+0x230 ([kernel.kallsyms])
\tffffffff816d8ebc alloc_empty_file+0x3c ([kernel.kallsyms])
\tffffffffc00d8ebc nft_fib6_eval+0x10 ([nft_fib_ipv6])
\t           f8090 __GI___libc_open+0xd0 (/usr/lib/x86_64-linux-gnu/libc.so.6)

            perf 29546 [001]  1912.996255:  kmem:kmem_cache_free: call_site=__x64_sys_close+0x39 ptr=0xffff88814f599780 name=filp ffffffff81649f33 kmem_cache_free+0x383 ([kernel.kallsyms])
Web Content 77 [000]  1914.996136: kmem:kmem_cache_alloc: call_site=alloc_empty_file+0x3c ptr=0xffff88814f599aa0 name=filp bytes_req=184 bytes_alloc=192 gfp_flags=GFP_KERNEL node=-1 accounted=true
\tffffffff81650860 kmem_cache_alloc_noprof+0x230 ([kernel.kallsyms])
\tffffffff816d8ebc alloc_empty_file+0x3c ([kernel.kallsyms])
\tffffffffc00d8ebc nft_fib6_eval+0x10 ([nft_fib_ipv6])
\t           f8090 __GI___libc_open+0xd0 (/usr/lib/x86_64-linux-gnu/libc.so.6)

perf 29546 [001]  1915.000000: kmem:kmem_cache_alloc: call_site=x+0x3c ptr=0xffff88814f599cc0 name=dentry bytes_req=184 bytes_alloc=192 gfp_flags=GFP_KERNEL node=-1 accounted=true
\tffffffff81650860 kmem_cache_alloc_noprof+0x230 ([kernel.kallsyms])

`;

test('perf script: kernel frames, pairs by pointer, only the cache that is wanted', async () => {
  const { format, heard, bad } = await parseTrace(bytes(perfScript), filp);
  assert.equal(format, 'perf-script');
  assert.equal(bad.count, 0);
  assert.deepEqual(heard.flow, { allocated: 2, freed: 1, freedOlder: 0, reallocated: 0 });
  assert.equal(heard.sites.length, 1);
  const [site] = heard.sites;
  assert.deepEqual(site!.frames, ['kmem_cache_alloc_noprof+0x230', 'alloc_empty_file+0x3c', 'nft_fib6_eval+0x10 [nft_fib_ipv6]']);
  assert.deepEqual([site!.allocated, site!.outstanding], [2, 1]);
  assert.deepEqual(site!.processes, [{ pid: 77, comm: 'Web Content', count: 1 }]);
  assert.deepEqual(site!.cpus, [0]);
  assert.ok(Math.abs(heard.seconds - 2) < 1e-6);
});

test('perf script: what the ring buffer had no room for is told', async () => {
  const lossy = perfScript.replace('Web Content 77', 'swapper     0 [001]  1913.000001: PERF_RECORD_LOST lost 41\nWeb Content 77');
  const { heard, bad } = await parseTrace(bytes(lossy), filp);
  assert.equal(bad.count, 0);
  assert.equal(heard.losses.overrun, 41);
  assert.equal(heard.flow.allocated, 2);
});

test('wherever a stream is cut, the same is heard', async () => {
  const whole = await parseTrace(bytes(perfScript), filp);
  for (const size of [1, 7, 64, 333, 1000]) assert.deepEqual((await parseTrace(pieces(perfScript, size), filp)).heard, whole.heard);
});

test('malformed lines are counted, the first is named, the rest is used', async () => {
  const torn = perfScript.replace('Web Content 77', 'torn line without anything\nWeb Content 77');
  const { heard, bad } = await parseTrace(bytes(torn), filp);
  assert.equal(bad.count, 1);
  assert.equal(bad.first!.line, 9);
  assert.equal(heard.losses.malformedLines, 1);
  assert.match(heard.notes[0]!, /line 9: expected comm pid \[cpu\] time: event: fields, found "torn line/);
  assert.equal(heard.flow.allocated, 2);
});

const ftrace = `# tracer: nop
#
           <...>-1234    [001] d..1.   100.000001: kmem_cache_alloc: call_site=alloc_empty_file+0x3c ptr=00000000f1a2b3c4 name=filp bytes_req=184 bytes_alloc=192 gfp_flags=GFP_KERNEL node=-1 accounted=true
           <...>-1234    [001] d..1.   100.000002: <stack trace>
 => trace_event_raw_event_kmem_cache_alloc
 => kmem_cache_alloc_noprof
 => alloc_empty_file
      my prog-12-77      [000] .....   101.000000: kmem_cache_free: call_site=file_free+0x3c ptr=00000000f1a2b3c4 name=filp
CPU:1 [LOST 41 EVENTS]
           <...>-1234    [001] d..1.   102.000001: kmem_cache_alloc: call_site=alloc_empty_file+0x3c ptr=00000000aaaaaaaa name=filp bytes_req=184 bytes_alloc=192 gfp_flags=GFP_KERNEL node=-1 accounted=true
           <...>-1234    [001] d..1.   102.000002: <stack trace>
 => kmem_cache_alloc_noprof
 => alloc_empty_file
`;

test('ftrace text: a stack after its event, hashed pointers, lost events', async () => {
  const { format, heard, bad } = await parseTrace(bytes(ftrace), filp);
  assert.equal(format, 'ftrace');
  assert.equal(bad.count, 0);
  assert.deepEqual(heard.flow, { allocated: 2, freed: 1, freedOlder: 0, reallocated: 0 });
  assert.equal(heard.losses.overrun, 41);
  const [first] = groupSites(heard.sites);
  assert.deepEqual(first!.frames, ['kmem_cache_alloc_noprof', 'alloc_empty_file']);
  assert.equal(first!.outstanding, 1);
});

test('ftrace text: a trigger puts the stack before its event', async () => {
  const lines = ftrace.split('\n');
  const before = [...lines.slice(0, 2), ...lines.slice(3, 7), lines[2], lines[7], ''].join('\n');
  const { heard } = await parseTrace(bytes(before), filp);
  assert.deepEqual(
    heard.sites.map((site) => [site.frames[0], site.allocated, site.outstanding]),
    [['kmem_cache_alloc_noprof', 1, 0]],
  );
});

test('bpftrace JSON: stacks with numbers, and pointers with stacks', async () => {
  const counted = JSON.stringify({ type: 'map', data: { '@live': { '\n        ip6_dst_alloc+42\n        nft_fib6_eval+16\n': 17 } } });
  const held = JSON.stringify({ type: 'map', data: { '@stack': { '0xffff888000000000': '\n  ip6_dst_alloc+42\n  nft_fib6_eval+16\n' } } });
  const { format, heard, bad } = await parseTrace(
    bytes(`{"type": "attached_probes", "data": {"probes": 2}}\n${counted}\n${held}\nnot json\n`),
    filp,
  );
  assert.equal(format, 'bpftrace');
  assert.equal(bad.count, 1);
  assert.deepEqual(
    heard.sites.map((site) => [...site.frames, site.outstanding]),
    [['ip6_dst_alloc+0x2a', 'nft_fib6_eval+0x10', 18]],
  );
});

test('page_owner: a block counts as its pages', async () => {
  const dump = `Page allocated via order 2, mask 0x1100(__GFP_ZERO), pid 12, tgid 12 (kworker/0:1), ts 5000 ns
PFN 0x1000 type Unmovable Block 8 type Unmovable Flags 0x0(node=0|zone=1)
 get_page_from_freelist+0x1/0x2
 leak_pages+0x10/0x20

Page allocated via order 0, mask 0x1100(__GFP_ZERO), pid 13, tgid 13 (cat), ts 6000 ns
PFN 0x1001 type Unmovable Block 8 type Unmovable Flags 0x0(node=0|zone=1)
 get_page_from_freelist+0x1/0x2
 leak_pages+0x10/0x20

`;
  const { format, heard, bad } = await parseTrace(bytes(dump), { names: new Set(['pages']), bytes: undefined });
  assert.equal(format, 'page-owner');
  assert.equal(bad.count, 0);
  assert.deepEqual(
    heard.sites.map((site) => site.outstanding),
    [5],
  );
  assert.deepEqual(heard.sites[0]!.processes, [
    { pid: 12, comm: 'kworker/0:1', count: 4 },
    { pid: 13, comm: 'cat', count: 1 },
  ]);
});

test('alloc_traces: a count a stack, or a caller where there is none', async () => {
  const dump = `    102 __d_alloc+0x2a/0x1f0 age=36/2000/40000 pid=1-500 cpus=0-1
        kmem_cache_alloc_lru+0x1/0x2
        __d_alloc+0x2a/0x1f0

      7 ip6_dst_alloc+0x2a/0x70 [ipv6] waste=56/8 age=36 pid=1
`;
  const { format, heard, bad } = await parseTrace(bytes(dump), filp);
  assert.equal(format, 'alloc-traces');
  assert.equal(bad.count, 0);
  assert.deepEqual(
    heard.sites.map((site) => [site.frames.join(), site.outstanding]),
    [
      ['kmem_cache_alloc_lru+0x1,__d_alloc+0x2a', 102],
      ['ip6_dst_alloc+0x2a', 7],
    ],
  );
});

test('before 6.1 had names: an allocation is told by its size, and any free ends it', async () => {
  const old = perfScript.replaceAll(/ name=\w+ bytes/g, ' bytes').replace('name=filp ffff', 'name=other ffff');
  const { heard } = await parseTrace(bytes(old), { names: new Set(['filp']), bytes: 192 });
  assert.deepEqual(heard.flow, { allocated: 3, freed: 1, freedOlder: 0, reallocated: 0 });
});

test('a text of no known format is said to be none', () => {
  assert.equal(traceFormat('Dear kernel,\nplease stop.\n'), undefined);
});

test('any text in any format gives a value, and counts what it could not read', async () => {
  const openings: readonly (readonly [TraceFormat, string])[] = [
    ['perf-script', perfScript],
    ['ftrace', ftrace],
    ['bpftrace', '{"type": "map", "data": {}}\n'],
    ['page-owner', 'Page allocated via order 0, mask 0x0(), pid 1\n'],
    ['alloc-traces', '  1 f+0x1/0x2 age=1 pid=1\n'],
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...openings),
      fc.string({ maxLength: 300, unit: 'binary-ascii' }),
      fc.integer({ min: 1, max: 50 }),
      async ([format, opening], text, size) => {
        const parsed = await parseTrace(pieces(opening + text, size), filp);
        assert.equal(parsed.format, format);
        assert.ok(parsed.bad.count >= 0);
      },
    ),
    { numRuns: 200 },
  );
});

test('a trace with bytes torn out, doubled or changed anywhere: never an exception, and what is whole is used', async () => {
  const bpftrace =
    '{"type": "attached_probes", "data": {"probes": 2}}\n{"type": "map", "data": {"@live": {"\\n  f+42\\n  g+16\\n": 17}}}\n{"type": "map", "data": {"@alloc": {"f": 3}}}\n';
  const owner =
    'Page allocated via order 2, mask 0x0(), pid 12, tgid 12 (sh), ts 5000 ns\nPFN 0x1 type Unmovable\n f+0x1/0x2\n g+0x1/0x2\n\n';
  const traces = '    102 f+0x2a/0x1f0 age=36/2000/40000 pid=1-500 cpus=0-1\n        g+0x1/0x2\n\n';
  const samples = [perfScript, ftrace, bpftrace, owner, traces].map((text) => text.repeat(3));
  const damage = fc.record({ at: fc.nat(), length: fc.integer({ min: 0, max: 40 }), put: fc.uint8Array({ maxLength: 8 }) });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...samples), fc.array(damage, { minLength: 1, maxLength: 6 }), async (text, damages) => {
      let torn = Buffer.from(text);
      for (const { at, length, put } of damages) {
        const from = Math.floor(torn.length / 4) + (at % torn.length);
        torn = Buffer.concat([torn.subarray(0, from), put, torn.subarray(from + length)]);
      }
      const { heard, bad } = await parseTrace([torn], filp);
      assert.ok(heard.sites.every(({ outstanding, allocated }) => outstanding >= 0 && allocated >= outstanding));
      assert.ok((bad.count === 0) === (bad.first === undefined));
    }),
    { numRuns: 500 },
  );
});
