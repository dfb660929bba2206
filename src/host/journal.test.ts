import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { entries, intend, undoEntry } from './journal.ts';
import { shellWord } from './shell.ts';

const folder = mkdtempSync(join(tmpdir(), 'kmai-journal-'));
process.env['KMAI_JOURNAL'] = join(folder, 'journal');
after(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string): string => join(folder, name);
async function gone(path: string): Promise<boolean> {
  for (let i = 0; i < 250 && existsSync(path); i++) await sleep(20);
  return !existsSync(path);
}

test('the way back lies on disk, for us alone, before anything is changed, and is forgotten once it has been gone', async () => {
  const intended = await intend({ what: "a file\nwith 'quotes'", undo: [`rm -f ${shellWord(file('kept'))}`], withinSeconds: null });
  assert.ok(intended.ok);
  assert.equal(statSync(intended.value.path).mode & 0o777, 0o600);
  assert.deepEqual(
    entries().map(({ what, kept }) => [what, kept]),
    [["a file with 'quotes'", true]],
  );
  writeFileSync(file('kept'), '');
  assert.ok((await intended.value.undo()).ok);
  assert.equal(existsSync(file('kept')), false);
  assert.deepEqual(entries(), []);
  assert.ok((await intended.value.undo()).ok, 'a second time does nothing');
});

test('what could not be undone stays in the journal, with the reason', async () => {
  const intended = await intend({ what: 'x', undo: ['echo no such luck >&2; exit 3'], withinSeconds: null });
  assert.ok(intended.ok);
  const [entry] = entries();
  const undone = await undoEntry(entry!);
  assert.equal(undone.ok ? '' : undone.unavailable.detail, 'no such luck');
  assert.equal(entries().length, 1);
  intended.value.forget();
});

test('a passing change is undone at its deadline, though nobody asks', async () => {
  writeFileSync(file('late'), '');
  const intended = await intend({ what: 'x', undo: [`rm -f ${shellWord(file('late'))}`], withinSeconds: 0.3 });
  assert.ok(intended.ok);
  assert.ok(await gone(file('late')));
  assert.ok(await gone(intended.value.path));
});

test('a passing change is undone when we are killed, a kept one waits', async () => {
  const script = `
    import { intend } from ${JSON.stringify(new URL('journal.ts', import.meta.url).href)};
    await intend({ what: 'passing', undo: [${JSON.stringify(`rm -f ${shellWord(file('passing'))}`)}], withinSeconds: 60 });
    await intend({ what: 'kept', undo: ['true'], withinSeconds: null });
    console.log('ready'); setInterval(() => {}, 1000);`;
  writeFileSync(file('passing'), '');
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  assert.deepEqual(
    entries().map(({ what }) => what),
    ['kept', 'passing'],
  );
  child.kill('SIGKILL');
  assert.ok(await gone(file('passing')));
  await sleep(100);
  assert.deepEqual(
    entries().map(({ what }) => what),
    ['kept'],
  );
  assert.match(readFileSync(entries()[0]!.path, 'utf8'), /^#!\/bin\/sh\n/);
});

test('killed at whatever moment of writing it down, a passing way back is never left without a guard', async () => {
  const script = `
    import { intend } from ${JSON.stringify(new URL('journal.ts', import.meta.url).href)};
    console.log('ready');
    for (;;) { const made = await intend({ what: 'over and over', undo: ['true'], withinSeconds: 60 }); await made.value.undo(); }`;
  for (let kill = 0; kill < 8; kill++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await sleep(30 + 13 * kill);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const left = (): readonly string[] => entries().flatMap(({ what, path }) => (what === 'over and over' ? [path] : []));
    for (let i = 0; i < 250 && left().length > 0; i++) await sleep(20);
    assert.deepEqual(left(), []);
  }
});
