import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { array, assert as check, nat, property, tuple, uint8Array } from 'fast-check';
import { unpackLzo } from './lzo.ts';

/** The page that lzop (lzo1x_1_15 at level 1, lzo1x_999 at level 9) packed into the samples below. */
function sample(): Buffer {
  const words = 'slab cache dst route leak page zone node free list head entry count pulse kernel object'.split(' ');
  let x = 1;
  let text = '';
  while (text.length < 4096) {
    x = Number((BigInt(x) * 1103515245n + 12345n) & 0x7fffffffn);
    text += words[(x >> 16) % 16]! + ((x & 0x8000) !== 0 ? ' ' : '\0'.repeat(1 + ((x >> 20) % 9)));
  }
  return Buffer.from(text.slice(0, 4096), 'latin1');
}
const level1 = Buffer.from(
  'A3pvbmUAAMAAD2tlcm5lbCBjYWNoZSBlbnRyeSoUAAEAZHN03AECbGVhayBoBwACIHB1bHNlAG9iamVjdCBjb3VudACUALAI3AoCAG5vZGWlAiDoBYwMwA5m' +
    'CQAAnAvYA4AGcADlCABtBCDEAg1saXN0AAAAaGVhZABmcmVl0ASAD84BAABxBCCIBKwHAXJvdXTEBYgbYAVnGnBhZ9sCAAAAiB9lAwCAC8QagAKMHiqwAKgV' +
    'jQMApBzYGSqQAIgNmRAgcA2QEmgWKWQB4BOsFZIVAADICSmMAWgHsA0nJAApdADoAfwAeCXQCLAG9AycGqoCAAC0N9QBKDAAZREgpBCsA3QJkBiYAYQhiAIp' +
    'jAAr8AVkFKhD2Aj4PnQGjAjILQIgc2xhYmACfACySwAAJzgJjESUJWgqjQUgZAFhBgDEPLwOJ3QDaAOAGdgVvC+MCHASkkwAAJgFYDJ4BWwAqAYpdAK8KNAI' +
    'ZgQAAIUPZIRPYAIpsAC8CchGuAxkBMhaKU0JAOA72QMA0GVoQ2wUuAKABqBE7BQqsAGgEehV5APBFm5kbW0CICccAowbpAuQS5EaICi5AQCcOXQbKlAAnCrg' +
    'bmRjjHvYCPIPAAC8K8gMoBewQsY+AABkO7BxjBOsBJgGkAm9FgDMMokCALxSoIaEAmwI3EmcFNwNjAOwBagBuBHNAXLgfim0AKwToASsAdwU3FSkA5gk+zll' +
    'YWu8AZRiuBfoC5wAvBSsJ2gpjIHEI9wJaAfIAbwhkAGUGilAAegRZTcgkQNudDlxQ3KMGYwfYAOYB3AyZGRwAZQIgA+AZHhGoAHYPCeUBcyC2B2QRCfYDWEJ' +
    'AJRBJwwOqAInzAKEKZAGgAOkKIgB2LGsCYjDuAJ0FawZcFInaQ9uYBuoTHwCjBWABimkBGgX1GCYRbgIiAGIBYwIjCV0LokecngkhAGQB3APiAVwAJAncA2Z' +
    'JAC8eYBckABoBLRxZAHkB4QLiQ4grAuAAmQyZAnMApwYdAYrEAt8DdCUJ9gPiG+c1sgHfAygW3wHoA2MOcA0dAKMAKgtiC/PIm5vZJzWhCCtBnKYH2goJ/gA' +
    'dBC0DrCUsQcAsFuEC6x5KcgGrAmsEZkHbnA1gB+IC2AOJ4AIzFakCbxk2J5oG6xzoGSIBJwJeCeMCowMuAXYMdgc2FWZTQD0Cog6Ka0FAMyLgAt8OSMoIo0K' +
    'IJQVoBnkBoADbAVoD3wAjARwAawxaALcFdG8cpgpmAR0PWAEfBd8ANAmhAwpPACIFHAAjAIkVCCoAcQaKswOcENwi7AOwCAnlALUGyh8BZQRsAnEwOx1YDK4' +
    'j9gDvFgo6AB4AqQYKMACbAJ4OXwAKd0KbtRKfilhZyYUKGQ20CKcBX0BcpQjlCuEc4EDACe0BngBlA2ES4EyAOQdbAMitCecAHAQJ1QKpASIBpADJpggiByE' +
    'DpgCjBG0CyhgBYQDKvwEhAt8Hih4AawGsBZwCIw1jAa0cJ0UIIhXJ1AEjD5sCYAMdAaAAWALgAElICq4VIEKANgYvAyMDtwpgAbQXHwKbJWMAmgOJxwKKEwD' +
    'pAiAH4ykJ4kAAMDMoQIgmAdgCpAJ2A+8DKQCwDOgBYQSKJAFkAeMDCesAIQEdAHoEWAwfAFsAGwcwIygktADuACkBvwDgAmggKwFsC2UAGwJmA7ML8QH2AD0' +
    'F3QarB+EASfkAGQqhH54CLgMpAd8ASVgJagBKNANuCknCAfs3dDXKFATZBzMBymZB258oKQNdALoHJSUyBzwFpAHdGSoErQ0KbkBAKyDoFOcs6AInAbET7AD' +
    'JOgkaCsomBrUt6xSmA8rVC+4f8gJtM2IPIgXJ9gEgCmID6QFtAklVC0pAAQmxCCIHnChuAV8CCiAEHwLuA4nVARxA3KshCKUIqw87AeIEcAcyCEqyAHM1XQK' +
    'lB6YVswHfATwCZgikACEDcQEsAu0PJUabmA3vCSIBCcoAHgZhKe0DJAFhASgEKgBeDiQCWANqAKsfSQgIaQ83AKosswgJ0wAJ1wBrAWUGbgOoFLYAmANaAWg' +
    'ZXQBmA64CGwhJfQyxDLMo7gDoA/sAZhBgHyMCfgCAAFvYmplY3QAAAAAAAAAcHVsc2UgEQAA',
  'base64',
);
const level9 = Buffer.from(
  'FnpvbmUA4AAPa2VybmVsIGNhY2hlIGVudHJ5KhQAAQBkc3TcAQJsZWFrIGgHAAIgcHVsc2UAb2JqZWN0IGNvdW50AJQAsAjgCwFub2Rl2AroBZABwA7QEHwL' +
    '2AOABnAAJ2wClA3GAmxpBApYAAVoZWFkAGZyZfAEuA/gAHEEIIgErQdyBQd0xAW4GccOcGFnKJQBKdQCYQsgKUgBjB4qsACoFSqEA9gZKpAAvCV5ECBwDZAS' +
    'LWQB4BOtFQCwIcgJKYwB0B4qJAApdADoAfwAlAixCAArlAEqwQQAtDcvMACYFSrwAIAo3BPEIYgCKYwAK/AFmBydCSArIQMgKbgJpEABc2xhYnQBfQAg/DIr' +
    'jAiUJWgqjAUqcAWUDLwOKXAHwBnYFbwvjAi5JmRwAJoFIGTgKugGKXQCyBAnzANsBGQPKMwAKuQM2A8pmAHAAGw+KyQMK0wG+CaIQyhcBrweJ2QALrABoBHo' +
    'VeQDKuAMjDMnHAIqkAcnIAcpuAEoZQsgLjANKQgOLHANJ0wDvCvIDCtQD+RRhDyINSkUECcEDigMCyoIB7gxKOAEpD+QApwUNdwKKWQPKkABKYAAKvQFLGQK' +
    'K1wGsCq4OVAjvAGYJrgX6Au8SCicCokpALAmKigCKhgJ5F7UGilAAegRkCWQA4QmcEOgDicUDC8YBqABmAWQBOCb5DoopBDUHtgAiA0qpAK0QS50E+wOqDAn' +
    'ZAksLAucI7xBKLgKmBiQAKwCKpgKqEy4yPR6KaQEKJgU1AorjBDIroAYgFgnmAQnNA0rqASwJ5AQ0FqAAiygGSeQC+QHhAu0D6wLJ6gBKEwZKpAYKRALyBrQ' +
    'JdwtmBuAJagHKGALKDANKhQNLmgeKMgTJ9ACqAIpFAkr9BaQHLAqLLACLrgRKMgGKvgfKIwEgB+IC8QaxDkrnAjxCGTAWC8gDydwCowK7DmQnIgDLOwQwCPU' +
    'Ci5AHissDSeYDymAIikcFSpoECfgBGwEnBAo1Aa8FdCuKcQH4BsnnArMCydgAymsGikQFSj4FCiYBCo4GKxt2ByAICosDpBDNHwU2BC+B2xpK/gYJ/AWMWgG' +
    'LCwaKLANJ3ABKcwlKDwChTZkLVgbKTgJK6ANL4gftNEqpAPsCCjYECdYBy8gHqwIiBwoBASMByo+KQAAMQAYhAuUDyd4AS5oHZQmKQwbtD3YGdwNkC0nqAQn' +
    'GAQpjAIolCn4atxeKyQsJ+wIKZgoJ1QFjD3gHCmwCIQIqC2cBS4UKyscEeEMACroJSwELSnMGScAAyvsAS1gGegRKlQjlFwqQBLQA7gAKz0dICmcDCmwGSiY' +
    'C8gbnBUrRBEsBBMoEAAqgAcoOAkwLAgzvCIrTCUorBsoKAzMDykwDSmYByn8Iin1KyApjBMsyAUpPDO0Kyi4ASc0AYASKGQhKugi1FYnhAUqPDSAFKwWsCAw' +
    '+A8rWB4o2ActoBQoCBDkAS80ESmRNiArBAMpgBCEZrAZKnQLKnwkK8wmLGgWiCErBAMpVAuQAymAEZRP0AkobAQq+AqxC2QojDiICCn8AScoAJR9gAqIBCnw' +
    'ISk8ASfyE2xpLfAvgDItABKICi3kDSdcAdRBnBopeCPbAmRzdCiEHS7MFaUgZCkwIS00FytoBpALLBgwLkwnuFYRAAA=',
  'base64',
);
const zeros = Buffer.from('EgAgAAAAAAAAAOYAACAAAAAAAAAA5QAAEQAA', 'base64');

function unpack(from: Uint8Array, length = 4096): Buffer | undefined {
  const into = Buffer.alloc(length + 16, 0xee);
  const good = unpackLzo(from, into, 8, length);
  assert.ok(
    into.subarray(0, 8).every((byte) => byte === 0xee) && into.subarray(length + 8).every((byte) => byte === 0xee),
    'wrote outside its page',
  );
  return good ? into.subarray(8, length + 8) : undefined;
}

test('pages packed by lzop come out as they went in', () => {
  assert.deepEqual(unpack(level1), sample());
  assert.deepEqual(unpack(level9), sample());
  assert.deepEqual(unpack(zeros), Buffer.alloc(4096));
});

test('a page of another length is refused', () => {
  assert.equal(unpack(level1, 4095), undefined);
  assert.equal(unpack(level1, 4097), undefined);
  assert.equal(unpack(level1.subarray(0, -3)), undefined);
});

test('no bytes make it write outside its page or run on', () => {
  check(property(uint8Array({ maxLength: 300 }), (bytes) => void unpack(bytes)));
  check(
    property(array(tuple(nat(level1.length - 1), nat(255)), { minLength: 1, maxLength: 5 }), (changes) => {
      const bytes = Buffer.from(level1);
      for (const [at, value] of changes) bytes[at] = value;
      unpack(bytes);
    }),
    { numRuns: 1000 },
  );
});
