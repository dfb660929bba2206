import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveHost } from '../host/live.ts';
import { prepare } from './treat.ts';

const host = liveHost();
const hint = (parameters: Readonly<Record<string, string>>) =>
  prepare(
    { id: 'x', commands: [], undo: [], boot_parameters: ['cgroup.memory=nokmem', 'quiet'] },
    { host, facts: { commandLine: { text: '', parameters } }, found: [], given: {} },
  );

test('a boot parameter is never applied: what is missing on the command line is named', async () => {
  const hinted = await hint({ quiet: '', 'cgroup.memory': 'nosocket' });
  assert.equal(hinted.ok, false);
  assert.equal(hinted.unavailable.what, 'cgroup.memory=nokmem');
  assert.match(hinted.unavailable.detail, /booted without/);
});

test('a kernel that was booted with it needs something else', async () => {
  const hinted = await hint({ quiet: '', 'cgroup.memory': 'nokmem' });
  assert.equal(hinted.ok, false);
  assert.match(hinted.unavailable.detail, /booted with it/);
});

test('what has neither commands nor parameters is advice', async () => {
  const told = await prepare({ id: 'x', commands: [], undo: [], boot_parameters: [] }, { host, facts: {}, found: [], given: {} });
  assert.equal(told.ok, false);
  assert.match(told.unavailable.detail, /advice/);
});
