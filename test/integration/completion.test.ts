/** Completions in the shells themselves, and help in both languages, as a stranger meets them. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { kmai } from './diagnosed.ts';

const folder = mkdtempSync(join(tmpdir(), 'kmai-completion-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function scriptFor(shell: string): Promise<string> {
  const { code, stdout } = await kmai(['completion', shell]);
  assert.equal(code, 0);
  const path = join(folder, shell);
  writeFileSync(path, stdout);
  return path;
}

test('bash completes commands, flags, their values, and caches by any of their names', async () => {
  const path = await scriptFor('bash');
  const complete = (...words: readonly string[]): readonly string[] =>
    execFileSync(
      'bash',
      [
        '--norc',
        '-c',
        'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kmai; printf "%s\\n" "${COMPREPLY[@]}"',
        'bash',
        path,
        'kmai',
        ...words,
      ],
      { encoding: 'utf8' },
    )
      .split('\n')
      .filter((line) => line !== '');
  assert.deepEqual(complete('diag'), ['diagnose']);
  assert.deepEqual(complete('case', ''), ['list', 'show', 'search', 'check', '--help']);
  assert.ok(complete('look', '--o').includes('--once'));
  assert.deepEqual(complete('listen', '--engine', 'bpf'), ['bpf', 'bpftrace']);
  assert.deepEqual(complete('look', '--lang', ''), ['en', 'zh']);
  assert.deepEqual(complete('help', 'exit'), ['exit-codes']);
  if (existsSync('/sys/kernel/slab/dentry')) assert.ok(complete('listen', 'dent').includes('dentry'));
});

for (const shell of ['zsh', 'fish']) {
  const missing = spawnSync(shell, ['--version']).error !== undefined;
  await test(`${shell} can read its script`, { skip: missing ? `${shell} is not installed` : false }, async () => {
    execFileSync(shell, ['-n', await scriptFor(shell)]);
  });
}

test('help is told in the language asked for, wherever --lang stands, and topics beside commands', async () => {
  for (const args of [
    ['--help', '--lang', 'zh'],
    ['--lang=zh', 'look', '--help'],
    ['help', 'look', '--lang', 'zh'],
  ]) {
    const { code, stdout } = await kmai(args);
    assert.equal(code, 0);
    assert.match(stdout, /^用法/);
    assert.match(stdout, /账目/);
  }
  assert.match((await kmai(['help'], { env: { LANG: 'zh_CN.UTF-8' } })).stdout, /exit-codes +退出码/);
  assert.match((await kmai(['help', 'exit-codes'])).stdout, /^77 +not permitted$/m);
  const { code, stderr } = await kmai(['help', 'crystal-ball']);
  assert.equal(code, 64);
  assert.match(stderr, /stages, live/);
});

test('what is wrong with the arguments is told in Chinese too', async () => {
  for (const [args, wrong] of [
    [['diagnos'], /没有命令“diagnos”.*diagnose/],
    [['look', '--fro', 'x'], /没有选项 --fro.*--for/],
    [['look', '--top', '0'], /应为不小于 1 的整数/],
    [['listen'], /缺少 CACHE/],
    [['challenge', 'udp4'], /没有指明要计数哪个缓存的对象/],
  ] as const) {
    const { code, stderr } = await kmai([...args, '--lang', 'zh']);
    assert.equal(code, 64, stderr);
    assert.match(stderr, wrong);
  }
});
