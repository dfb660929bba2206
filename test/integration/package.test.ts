/** What `npm pack` makes installs with one command and runs from any folder. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from './diagnosed.ts';

/** What is not in a clone, and is not to be packed either. */
const made = new Set(['.git', '.cache', 'dist', 'node_modules']);

test('the tarball installs globally and runs from any folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kmai-pack-'));
  const clone = join(folder, 'clone');
  // Node ≥ 24.15 first on the PATH, as on a machine that has it.
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}`, LANG: 'C' };
  const run = (program: string, args: readonly string[], cwd = folder): string =>
    execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    // It builds first, and other tests run what is built here.
    for (const name of readdirSync(root))
      if (!made.has(name) && !name.startsWith('dist.partial-')) cpSync(join(root, name), join(clone, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
    run('npm', ['pack', '--silent', '--pack-destination', folder], clone);
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
