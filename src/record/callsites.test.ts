import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallSite } from '../model/evidence.ts';
import { renderCallSites } from './callsites.ts';
import { renderFolded } from './folded.ts';
import { speedscopeOf } from './speedscope.ts';

const site = (given: Partial<CallSite> & { readonly stack: readonly string[] }): CallSite => ({
  cache: 'filp',
  allocated: 0,
  freed: 0,
  outstanding: 0,
  bytes: 0,
  oldest_seconds: null,
  leaking: 'unknown',
  ...given,
});
const sites: readonly CallSite[] = [
  site({
    stack: ['kmem_cache_alloc+0x1bb', 'ip6_dst_alloc+0x24', 'nft_fib6_eval+0x169 [nft_fib_ipv6]'],
    allocated: 6389,
    freed: 3195,
    outstanding: 3194,
    bytes: 817_664,
    oldest_seconds: 30,
    leaking: 'yes',
    processes: [{ pid: 175, comm: 'traffic', count: 3194 }],
    cpus: [0, 1],
  }),
  site({
    stack: ['kmem_cache_alloc+0x1bb', 'ip6_dst_alloc+0x99', 'nft_fib6_eval+0x169 [nft_fib_ipv6]'],
    allocated: 6,
    outstanding: 6,
    bytes: 1536,
  }),
  site({ stack: ['kmem_cache_alloc+0x1bb', 'alloc_empty_file+0x3c'], allocated: 100, freed: 100, leaking: 'no' }),
];

test('folded stacks go from the outermost to the innermost, offsets apart they are one', () => {
  assert.equal(renderFolded(sites), 'filp;nft_fib6_eval [nft_fib_ipv6];ip6_dst_alloc;kmem_cache_alloc 3200\n');
  assert.equal(renderFolded(sites, 'allocated').split('\n')[1], 'filp;alloc_empty_file;kmem_cache_alloc 100');
});

test("speedscope's file has one frame a function, indices that exist, and weights that add up", () => {
  const file = speedscopeOf(sites, 'filp');
  assert.deepEqual(file.shared.frames, [
    { name: 'filp' },
    { name: 'nft_fib6_eval', file: 'nft_fib_ipv6.ko' },
    { name: 'ip6_dst_alloc' },
    { name: 'kmem_cache_alloc' },
    { name: 'alloc_empty_file' },
  ]);
  const [held, bytes, allocated] = file.profiles;
  assert.deepEqual(held!.samples, [
    [0, 1, 2, 3],
    [0, 1, 2, 3],
  ]);
  assert.deepEqual(held!.weights, [3194, 6]);
  assert.equal(held!.endValue, 3200);
  assert.deepEqual([bytes!.unit, bytes!.endValue], ['bytes', 819_200]);
  assert.deepEqual(allocated!.weights, [6389, 6, 100]);
});

test('as text each site has its numbers, its processes and its stack; what holds nothing is summed up', () => {
  const text = renderCallSites(sites, { top: 1, width: 80 });
  assert.match(
    text,
    /^1\. 3,194 objects \(798\.5 KiB\) still held: LEAKING\n {3}6,389 allocated, 3,195 freed, oldest 30 ?s, on CPUs 0 1\n/,
  );
  assert.match(text, / {3}by traffic \(175\) 3,194\n {3}┌ kmem_cache_alloc\+0x1bb\n {3}│ ip6_dst_alloc\+0x24\n/);
  assert.match(text, /1 more hold something; 1 freed all they allocated\.\n$/);
});
