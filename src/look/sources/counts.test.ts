import assert from 'node:assert/strict';
import test from 'node:test';
import { recorded, survivesAnything } from '../fixtures/texts.ts';
import { valueOf } from '../named.ts';
import { parseFileNr } from './file-nr.ts';
import { parseRt6Stats } from './rt6-stats.ts';
import { parseSockstat, sockstat } from './sockstat.ts';

test('file-nr: allocated, unused, max', () => {
  assert.deepEqual([...parseFileNr('633\t0\t2466160\n').values], [633, 0, 2466160]);
});

test('rt6_stats: the sixth number, hexadecimal, is dst entries', () => {
  // The figures of a machine that leaked 2000 destinations (0x7d0) above seven.
  assert.equal(valueOf(parseRt6Stats('0009 0006 000a 0007 0000 07d7 0000\n'), 'dst_entries'), 2007);
});

test('sockstat: sockets by protocol and state, pages, bytes', () => {
  const text = 'sockets: used 17\nTCP: inuse 1 orphan 0 tw 2 alloc 5 mem 243\nFRAG: inuse 0 memory 4096\n';
  const value = parseSockstat(text);
  assert.deepEqual(
    sockstat.keys(value).map((key, row) => [key?.name, ...Object.values(key?.labels ?? {}), value.values[row]]),
    [
      ['sockets', 'all', 'used', 17],
      ['sockets', 'TCP', 'inuse', 1],
      ['sockets', 'TCP', 'orphan', 0],
      ['sockets', 'TCP', 'tw', 2],
      ['sockets', 'TCP', 'alloc', 5],
      ['socket_pages', 'TCP', 243],
      ['sockets', 'FRAG', 'inuse', 0],
      ['socket_bytes', 'FRAG', 4096],
    ],
  );
});

test('any text gives a value or Malformed', () => {
  survivesAnything(parseFileNr, recorded('/proc/sys/fs/file-nr'));
  survivesAnything(parseRt6Stats, recorded('/proc/net/rt6_stats'));
  survivesAnything(parseSockstat, recorded('/proc/net/sockstat'));
});
