/** What the lab promises about itself; kmai's own results in it are the bench's. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { obstacle } from '../../lab/packages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The processes that a process has started and that are still there. */
function children(pid: number): number[] {
  const lists = globSync(`/proc/${pid}/task/*/children`).map((path) => readFileSync(path, 'utf8'));
  return lists
    .flatMap((list) => list.trim().split(' '))
    .filter((word) => word !== '')
    .map(Number);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return ''; // gone between the list and the look
  }
}

async function eventually<T>(look: () => T | undefined, tries: number): Promise<T> {
  for (let i = 0; i < tries; i++) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not after ${tries} looks`);
}

test('a lab that is killed takes its QEMU with it, at whatever moment', { skip: obstacle() ?? false, timeout: 300_000 }, async () => {
  for (const moment of [0, 300, 4000]) {
    const lab = spawn(process.execPath, ['lab/cli.ts', 'probe', 'idle'], { cwd: root, stdio: 'ignore' });
    // The first look may come while kernels are still being fetched and built.
    const qemu = await eventually(() => children(lab.pid!).find((pid) => commandOf(pid).startsWith('qemu-system')), 10_000);
    await new Promise((resolve) => setTimeout(resolve, moment));
    lab.kill('SIGKILL');
    await eventually(() => (commandOf(qemu).startsWith('qemu') && !isZombie(qemu) ? undefined : true), 500);
    assert.ok(!readFileSync('/proc/mounts', 'utf8').includes(`${root}.cache/lab`), 'no mount');
  }
});

function isZombie(pid: number): boolean {
  return !existsSync(`/proc/${pid}/stat`) || / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
