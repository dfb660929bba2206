import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { liveHost } from '../host/live.ts';
import { replayOf } from './fixtures/hosts.ts';
import { readPageSize } from './page-size.ts';
import { parseSlabinfo } from './sources/slabinfo.ts';

test('on this machine it is what getconf says', async () => {
  const host = liveHost();
  assert.equal(readPageSize(host, null), Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' })));
  await host.close();
});

test('without the auxiliary vector slabinfo implies it, and without either it is unknown', () => {
  const head = 'slabinfo - version: 2.1\n# name\n';
  const sixtyFour = parseSlabinfo(`${head}kmalloc-64k 1 1 65536 8 8 : tunables 0 0 0 : slabdata 1 1 0\n`);
  assert.equal(readPageSize(replayOf([{}]), sixtyFour), 65536);
  assert.equal(readPageSize(replayOf([{}]), parseSlabinfo(head)), null);
  assert.equal(readPageSize(replayOf([{}]), null), null);
});
