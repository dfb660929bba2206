/** What `npm pack` makes installs with one command and runs from any folder. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from './diagnosed.ts';

test('the tarball installs globally and runs from any folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kmai-pack-'));
  // Node ≥ 24.15 first on the PATH, as on a machine that has it.
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}`, LANG: 'C' };
  const run = (program: string, args: readonly string[], cwd = folder): string =>
    execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    run('npm', ['pack', '--silent', '--pack-destination', folder], root);
    const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    assert.ok(tarball);
    run('npm', [
      'install',
      '--global',
      '--prefix',
      join(folder, 'prefix'),
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      join(folder, tarball),
    ]);
    const kmai = join(folder, 'prefix/bin/kmai');
    assert.match(run(kmai, ['--version'], '/'), /^kmai \d+\.\d+\.\d+$/m);
    assert.match(run(kmai, ['case', 'list'], '/'), /ipv6-fib6-rule-suppress/);
    assert.match(run(kmai, ['look', '--once'], '/'), /MemTotal/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
