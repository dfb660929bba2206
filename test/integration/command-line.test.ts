/** The command line as a stranger meets it: usage errors, hostile files, and a record that goes around. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseRecord } from '../../src/record/schema.ts';
import { kmai } from './diagnosed.ts';

const folder = mkdtempSync(join(tmpdir(), 'kmai-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

test('wrong usage ends with 64 and says what would be right', async () => {
  for (const [args, said] of [
    [['nonsense'], /nonsense/],
    [['diagnose', '--for', 'soon'], /expected e\.g\. 60s/],
    [['diagnose', '--with', 'crystal-ball'], /look/],
    [['diagnose', '--report', 'x.pdf'], /\.html, \.json or \.md/],
    [['case', 'show', 'ipv6-fib6-rule-supress'], /did you mean ipv6-fib6-rule-suppress/],
    [['diagnose', '--from', join(folder, 'absent.kmai')], /absent\.kmai/],
    [['look', '--once', '--for', '5s'], /exclude/],
  ] as const) {
    const { code, stderr } = await kmai(args);
    assert.equal(code, 64, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, said);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack trace for what is not a fault of kmai');
  }
});

test('a record goes through JSON unchanged, and becomes text and markdown', async () => {
  const { code, stdout } = await kmai(['diagnose', '--for', '1s', '--json']);
  assert.equal(code, 2, 'one second can not tell');
  const record = parseRecord(stdout, 'stdout');
  assert.deepEqual(record, JSON.parse(stdout), 'the schema knows every field that is written');
  const path = file('record.json', stdout);
  assert.match((await kmai(['report', path])).stdout, /VERDICT +cannot tell/);
  assert.match((await kmai(['report', path, '--lang', 'zh'])).stdout, /诊断 +无法判定/);
  const markdown = join(folder, 'ticket.md');
  assert.equal((await kmai(['report', path, '-o', markdown])).code, 0);
  assert.match(readFileSync(markdown, 'utf8'), /^# kmai: .*: cannot tell/);
});

test('a hostile record, capture or case is refused with its path, place and what was expected', async () => {
  const bomb = '{"schema":"kmai.record/1","machine":'.padEnd(20_000, '[');
  for (const [args, said] of [
    [['report', file('not.json', 'not json')], /not\.json: not JSON.*expected a record/],
    [['report', file('bomb.json', bomb)], /bomb\.json/],
    [['report', file('other.json', '{"schema":"else"}')], /other\.json: schema/],
    [['diagnose', '--from', file('junk.kmai', Buffer.alloc(4096, 0x41))], /junk\.kmai.*expected/s],
  ] as const) {
    const { code, stderr } = await kmai(args);
    assert.equal(code, 64, stderr);
    assert.match(stderr, said);
  }
  const { code, stdout } = await kmai(['case', 'check', file('bad.yaml', 'id: x\nsigns:\n  require: [{ grows: 7 }]\n')]);
  assert.equal(code, 64);
  assert.match(stdout, /bad\.yaml:3:\d+: /);
});

test('a capture replays to the byte-identical record', async () => {
  const path = join(folder, 'x.kmai');
  assert.equal((await kmai(['capture', '-o', path, '--for', '5s'])).code, 0);
  const [first, second] = [await kmai(['diagnose', '--from', path, '--json']), await kmai(['diagnose', '--from', path, '--json'])];
  assert.ok(first.stdout.length > 10_000);
  assert.equal(first.stdout, second.stdout);
});
