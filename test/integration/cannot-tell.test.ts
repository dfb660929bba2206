/** What kmai says when it may not see: a ledger, "cannot tell", what would help, and exit code 2. Never "healthy". */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseRecord } from '../../src/record/schema.ts';
import { isRoot, kmai, root } from './diagnosed.ts';

test('without privileges: a ledger, inconclusive, and the advice to run as root', {
  skip: isRoot ? false : 'needs root to give it up',
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kmai-nobody-'));
  try {
    // The clone may lie where nobody may read.
    for (const part of ['dist', 'casebook', 'package.json']) cpSync(join(root, part), join(folder, part), { recursive: true });
    const { code, stdout } = await new Promise<{ code: number; stdout: string }>((resolve) => {
      const argv = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, join(folder, 'dist/kmai.js')];
      execFile('chmod', ['-R', 'a+rX', folder], () => {
        execFile('setpriv', [...argv, 'diagnose', '--for', '10s', '--json'], { maxBuffer: 1 << 28 }, (error, out) =>
          resolve({ code: error === null ? 0 : Number(error.code), stdout: out }),
        );
      });
    });
    assert.equal(code, 2);
    const record = parseRecord(stdout, 'stdout');
    assert.equal(record.diagnosis.verdict, 'inconclusive');
    assert.ok(record.ledger !== null && record.ledger.total_bytes > 0);
    const refused = record.unavailable.find(({ what }) => what === '/proc/slabinfo');
    assert.equal(refused?.reason, 'denied');
    assert.match(record.diagnosis.next.map(({ why }) => why).join(), /root/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a folder with meminfo alone gives its ledger and "cannot tell"', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kmai-folder-'));
  try {
    mkdirSync(join(folder, 'proc'));
    writeFileSync(
      join(folder, 'proc/meminfo'),
      'MemTotal: 1000 kB\nMemFree: 400 kB\nBuffers: 10 kB\nCached: 200 kB\nShmem: 7 kB\nAnonPages: 100 kB\nSlab: 60 kB\nSReclaimable: 20 kB\nSUnreclaim: 40 kB\n',
    );
    const { code, stdout } = await kmai(['diagnose', '--from', folder, '--json']);
    assert.equal(code, 2);
    const { ledger, diagnosis } = parseRecord(stdout, 'stdout');
    assert.equal(diagnosis.verdict, 'inconclusive');
    // by hand: 400 free + (200 + 10 − 7) file cache + 7 shmem + 100 anon + 20 + 40 slab = 770 of 1000 kB
    assert.equal(ledger?.unaccounted_bytes, 230 * 1024);
    assert.equal(
      ledger.parts.reduce((sum, part) => sum + part.bytes, ledger.unaccounted_bytes),
      1000 * 1024,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
