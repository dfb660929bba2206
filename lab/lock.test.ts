import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { alone } from './lock.ts';

test('two that set up at once do so one after the other', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kmai-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const program = `
    import { alone } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))};
    import { appendFileSync } from 'node:fs';
    const log = ${JSON.stringify(join(folder, 'log'))};
    alone(${JSON.stringify(join(folder, 'lock'))}, () => {
      appendFileSync(log, 'in ');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      appendFileSync(log, 'out ');
    });`;
  const children = [1, 2, 3].map(() => spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' }));
  await Promise.all(children.map((child) => once(child, 'exit')));
  assert.equal(readFileSync(join(folder, 'log'), 'utf8'), 'in out in out in out ');
  assert.equal(existsSync(join(folder, 'lock')), false);
});

test('the lock of one that was killed is taken over', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kmai-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const gone = spawnSync('true').pid;
  writeFileSync(join(folder, 'lock'), `${gone}\n`);
  assert.equal(
    alone(join(folder, 'lock'), () => 7),
    7,
  );
});
