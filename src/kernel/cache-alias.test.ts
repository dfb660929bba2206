import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameCache } from './cache-alias.ts';
import { functionName } from './function-name.ts';

test('kmalloc caches are the same under their old and new names', () => {
  assert.ok(sameCache('kmalloc-2048', 'kmalloc-2k'));
  assert.ok(sameCache('kmalloc-cg-1024', 'kmalloc-cg-1k'));
  assert.ok(sameCache('dma-kmalloc-8192', 'dma-kmalloc-8k'));
  assert.ok(sameCache('kmalloc-192', 'kmalloc-192'));
  assert.ok(!sameCache('kmalloc-192', 'kmalloc-cg-192'));
  assert.ok(!sameCache('kmalloc-2k', 'kmalloc-4k'));
  assert.ok(!sameCache('TCP', 'TCPv6'));
});

test("a frame's function is its name without offset, module and the compiler's suffixes", () => {
  const frames = {
    ip6_dst_alloc: 'ip6_dst_alloc+0x2a/0x90',
    nft_fib6_eval: 'nft_fib6_eval+0x1c2/0x3d0 [nft_fib_ipv6]',
    __fib6_rule_action: '__fib6_rule_action.isra.0+0x5c',
    audit_log_start: 'audit_log_start.part.0.isra.3+0x1d2',
    bpf_jit_alloc_exec: 'bpf_jit_alloc_exec',
    kauditd_thread: ' kauditd_thread.cold ',
  };
  for (const [name, frame] of Object.entries(frames)) assert.equal(functionName(frame), name, frame);
});
