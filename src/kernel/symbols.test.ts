import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Malformed } from '../model/reading.ts';
import { address48, decodeKallsyms } from './symbols.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const sample = bytes(
  [
    'ffffffff81000000 T _text',
    'ffffffff81000000 T startup_64',
    'ffffffff81000100 t ip6_dst_alloc',
    'ffffffff81000200 D some_data',
    'ffffffff81000300 W weak_one',
    'ffffffffc0001000 t nft_fib6_eval\t[nft_fib_ipv6]',
    'ffffffffc0000000 t before_it\t[nft_fib]',
    '',
  ].join('\n'),
);

test('an address belongs to the last symbol at or below it, with its offset', () => {
  const symbols = decodeKallsyms(sample)!;
  assert.equal(symbols.count, 6);
  assert.equal(symbols.symbol(address48(0x8100_012a, 0xffff_ffff)), 'ip6_dst_alloc+0x2a');
  assert.equal(symbols.symbol(address48(0x8100_0300, 0xffff_ffff)), 'weak_one+0x0');
  assert.equal(symbols.symbol(address48(0x1000_0000, 0xffff_ffff)), undefined);
});

test('data symbols are left out: a return address never points at data', () => {
  assert.equal(decodeKallsyms(sample)!.symbol(address48(0x8100_0208, 0xffff_ffff)), 'ip6_dst_alloc+0x108');
});

test('modules that are listed out of order are found, with their name', () => {
  const symbols = decodeKallsyms(sample)!;
  assert.equal(symbols.symbol(address48(0xc000_1010, 0xffff_ffff)), 'nft_fib6_eval+0x10 [nft_fib_ipv6]');
  assert.equal(symbols.symbol(address48(0xc000_0010, 0xffff_ffff)), 'before_it+0x10 [nft_fib]');
});

test("a module's start-up code is gone: its symbols don't hide who was loaded there since", () => {
  // As on 6.1: nf_tables' nft_chain_route_init lay where nft_fib_ipv6 was loaded later.
  const text = bytes(
    'ffffffff81000000 T _text\nffffffffc046a190 t nft_fib6_eval\t[nft_fib_ipv6]\nffffffffc046a1d8 T nft_chain_route_init\t[nf_tables]\n',
  );
  const modules =
    'nft_fib_ipv6 16384 1 nft_fib_inet, Live 0xffffffffc046a000\nnf_tables 282624 20 nft_fib,nft_ct, Live 0xffffffffc0412000\n';
  const address = address48(0xc046_a2f9, 0xffff_ffff);
  assert.equal(decodeKallsyms(text)!.symbol(address), 'nft_chain_route_init+0x121 [nf_tables]');
  assert.equal(decodeKallsyms(text, modules)!.symbol(address), 'nft_fib6_eval+0x169 [nft_fib_ipv6]');
});

test('of two names for one address the first is taken', () => {
  assert.equal(decodeKallsyms(sample)!.symbol(address48(0x8100_0001, 0xffff_ffff)), '_text+0x1');
});

test('addresses that are all zero are hidden, not symbols at zero', () => {
  assert.equal(decodeKallsyms(bytes('0000000000000000 T _text\n0000000000000000 t other\n')), undefined);
});

test('a bad line is named by its number', () => {
  assert.throws(
    () => decodeKallsyms(bytes('ffffffff81000000 T _text\nnonsense\n')),
    (error) => error instanceof Malformed && error.line === 2,
  );
});

test('any text gives symbols or Malformed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (given) => {
      try {
        decodeKallsyms(given)?.symbol(0x8100_0000);
      } catch (error) {
        assert.ok(error instanceof Malformed);
      }
    }),
  );
});
