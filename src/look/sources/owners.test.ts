import assert from 'node:assert/strict';
import test from 'node:test';
import * as fc from 'fast-check';
import { Malformed } from '../../model/reading.ts';
import { survivesAnything } from '../fixtures/texts.ts';
import { valueOf } from '../named.ts';
import { parseAllocinfo } from './allocinfo.ts';
import { parseAllocTraces } from '../alloc-traces.ts';
import { parseKmemleak } from '../kmemleak.ts';
import { pageOwner, parsePageOwner } from './page-owner.ts';

const tags = `allocinfo - version: 1.0
#     <size>  <calls> <tag info>
           0        0 init/main.c:1314 func:do_initcalls
     1314816      321 mm/slub.c:2436 func:alloc_slab_page
        4096        1 net/x.c:12 [nf_tables] func:nft_x
        8192        2 net/x.c:12 [nf_tables] func:nft_x
`;

test('allocinfo: bytes by site, a site told twice is summed, an empty one left out', () => {
  const value = parseAllocinfo(tags);
  assert.equal(valueOf(value, 'mm/slub.c:2436 alloc_slab_page'), 1314816);
  assert.equal(valueOf(value, 'net/x.c:12 [nf_tables] nft_x'), 12288);
  assert.equal(value.names.length, 2);
});

const stacks = ` post_alloc_hook+0x177/0x1a0
 get_page_from_freelist+0xd01/0xd80
 __alloc_pages+0x39e/0x7e0
 xfs_file_read+0x1/0x2 [xfs]
 vfs_read+0x3/0x4
nr_base_pages: 16

 register_dummy_stack+0x32/0x70
nr_base_pages: 47

`;

test('page_owner: pages by stack, without the frames of the allocator', () => {
  const value = parsePageOwner(stacks);
  assert.equal(valueOf(value, 'xfs_file_read+0x1/0x2 [xfs] < vfs_read+0x3/0x4'), 16);
  assert.equal(valueOf(value, 'register_dummy_stack+0x32/0x70'), 47);
  assert.equal(pageOwner.keys(value)[0]!.name, 'page_owner_pages');
});

test('page_owner of 6.9 counts allocations, which are not pages', () => {
  assert.equal(pageOwner.keys(parsePageOwner(stacks.replaceAll('nr_base_pages', 'stack_count')))[0]!.name, 'page_owner_allocations');
});

const object = (address: string, size: number, pid: number): string => `unreferenced object 0xffff${address} (size ${size}):
  comm "dhcpcd", pid ${pid}, jiffies 4294684345
  hex dump (first 32 bytes):
    04 00 00 00 05 00 00 00 98 ea d6 48 a8 96 ff ff  ...........H....
  backtrace (crc b1564374):
    kmemleak_alloc+0x2d/0x40
    __kmalloc_noprof+0x2fa/0x730
    [<ffffb86705f1243c>] intel_pmc_ipc+0xfd/0x170
`;

test('kmemleak: suspects by stack, with who was running', () => {
  const [site, ...others] = parseKmemleak(object('1', 192, 541) + object('2', 192, 541) + object('3', 64, 7));
  assert.deepEqual(others, []);
  assert.deepEqual([site!.outstanding, site!.bytes, site!.leaking], [3, 448, 'unknown']);
  assert.deepEqual(site!.stack, ['__kmalloc_noprof+0x2fa/0x730', 'intel_pmc_ipc+0xfd/0x170']);
  assert.deepEqual(site!.processes, [
    { pid: 541, comm: 'dhcpcd', count: 2 },
    { pid: 7, comm: 'dhcpcd', count: 1 },
  ]);
  assert.deepEqual(parseKmemleak(''), []);
});

test('alloc_traces: with stacks, without them, and with nothing', () => {
  const text =
    '   338 ip6_dst_alloc+0x6a6/0x782 age=236886/237027/237772 pid=1 cpus=1\n\tkmem_cache_alloc+0x2db/0x420\n\tip6_dst_alloc+0x6a6/0x782\n\n     2 dst_alloc+0x1/0x2 [ipv6] age=1 pid=2\n';
  assert.deepEqual(
    parseAllocTraces(text, 'ip6_dst_cache', 256).map(({ stack, outstanding, bytes }) => [stack, outstanding, bytes]),
    [
      [['kmem_cache_alloc+0x2db/0x420', 'ip6_dst_alloc+0x6a6/0x782'], 338, 338 * 256],
      [['dst_alloc+0x1/0x2'], 2, 512],
    ],
  );
  assert.deepEqual(parseAllocTraces('No data\n', 'x', 8), []);
});

test('any text gives a value or Malformed', () => {
  survivesAnything(parseAllocinfo, tags);
  survivesAnything(parsePageOwner, stacks);
  const parsers = [parseKmemleak, (text: string) => parseAllocTraces(text, 'x', 8)];
  const real = object('1', 192, 541);
  const cut = fc
    .tuple(fc.integer({ min: 0, max: real.length }), fc.string({ maxLength: 5 }))
    .map(([at, put]) => real.slice(0, at) + put + real.slice(at + 3));
  fc.assert(
    fc.property(fc.oneof(fc.string(), cut), fc.constantFrom(...parsers), (text, parse) => {
      try {
        return Array.isArray(parse(text));
      } catch (error) {
        return error instanceof Malformed;
      }
    }),
  );
});
