import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanStack, functionOf, pathOf } from './stacks.ts';

test('tracing frames are stripped from the inside only', () => {
  const stack = [
    '0xffffffffc0001234',
    'bpf_trace_run5+0x112',
    '__traceiter_kmem_cache_alloc+0x49',
    'kmem_cache_alloc_noprof+0x230',
    'a+1',
    'b+1',
    'c+1',
    'd+1',
  ];
  assert.deepEqual(cleanStack([...stack, 'bpf_trace_run1+0x1']), [
    'kmem_cache_alloc_noprof+0x230',
    'a+1',
    'b+1',
    'c+1',
    'd+1',
    'bpf_trace_run1+0x1',
  ]);
  assert.deepEqual(cleanStack(['alloc_empty_file+0x3c']), ['alloc_empty_file+0x3c']);
  assert.deepEqual(cleanStack(['bpf_trace_run5+0x112']), []);
});

test('a path is its functions, up to where an interrupt came in', () => {
  assert.equal(functionOf('nft_fib6_eval+0x10 [nft_fib_ipv6]'), 'nft_fib6_eval');
  assert.equal(functionOf('nft_fib6_eval [nft_fib_ipv6]'), 'nft_fib6_eval');
  const one = ['kmem_cache_alloc+0x1', 'ip6_dst_alloc+0x2', 'handle_softirqs+0x3', 'do_softirq+0x1', 'sendto+0x1'];
  const other = ['kmem_cache_alloc+0x9', 'ip6_dst_alloc+0x2', 'handle_softirqs+0x3', 'run_ksoftirqd+0x1'];
  assert.equal(pathOf(one), 'kmem_cache_alloc;ip6_dst_alloc;handle_softirqs');
  assert.equal(pathOf(other), pathOf(one));
  assert.notEqual(pathOf(['kfree+0x1']), pathOf(one));
});
