import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, readdirSync, readlinkSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { liveHost } from './live.ts';
import type { Host } from './host.ts';

function value<T>(reading: { ok: true; value: T } | { ok: false; unavailable: unknown }): T {
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.value;
}

async function withHost(use: (host: Host, folder: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kmai-live-'));
  const host = liveHost({ maxFileBytes: 1_000_000 });
  try {
    await use(host, folder);
  } finally {
    await host.close();
    rmSync(folder, { recursive: true });
  }
}

function reasonOf(reading: { ok: true } | { ok: false; unavailable: { reason: string } }): string {
  return reading.ok ? 'read' : reading.unavailable.reason;
}

function names(text: string): (string | undefined)[] {
  return text.split('\n').map((line) => line.split(' ')[0]);
}

/** Where this process's descriptors lead. */
function opened(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return []; // the one that lists the folder
    }
  });
}

const memTotal = /^MemTotal:\s+(\d+) kB/m;

test('MemTotal is what another process reads, the first time and through the kept descriptor', () =>
  withHost((host) => {
    const expected = memTotal.exec(execFileSync('grep', ['MemTotal', '/proc/meminfo'], { encoding: 'utf8' }))?.[1];
    for (let i = 0; i < 4; i++) assert.equal(memTotal.exec(value(host.read('/proc/meminfo')))?.[1], expected);
  }));

test('a file of size 0 in procfs that is longer than many pages is read whole, again and again', () =>
  withHost((host) => {
    const expected = names(execFileSync('cat', ['/proc/vmstat'], { encoding: 'utf8' }));
    for (let i = 0; i < 3; i++) assert.deepEqual(names(value(host.read('/proc/vmstat'))), expected);
  }));

test('a kept descriptor gives the value of now, not of when it was opened', () =>
  withHost(async (host) => {
    const uptime = () => Number.parseFloat(value(host.read('/proc/uptime')));
    const first = [uptime(), uptime()];
    await host.clock.wait(0.05);
    assert.ok(uptime() >= first[1]! + 0.03);
  }));

test('files of a process are never kept open, and a bounded number of others is', () =>
  withHost((host) => {
    for (let i = 0; i < 3; i++) {
      host.read(`/proc/${process.pid}/status`);
      host.read('/proc/self/status');
      host.read('/proc/loadavg');
    }
    assert.equal(opened().filter((path) => path.endsWith('/status')).length, 0);
    assert.equal(opened().filter((path) => path === '/proc/loadavg').length, 1);
    for (let i = 0; i < 3; i++) {
      for (const { name } of value(host.list('/proc/sys/vm'))) host.read(`/proc/sys/vm/${name}`);
      for (const { name } of value(host.list('/proc/sys/kernel'))) host.read(`/proc/sys/kernel/${name}`);
    }
    const kept = opened().filter((path) => path.startsWith('/proc/') && !path.endsWith('/fd')).length;
    assert.ok(kept > 10 && kept <= 48, `${kept} kept`);
  }));

test('bytes of one read are not overwritten by the next', () =>
  withHost((host, folder) => {
    writeFileSync(join(folder, 'a'), Uint8Array.of(0, 255, 128, 10));
    writeFileSync(join(folder, 'b'), 'bbbb');
    const a = value(host.readBytes(join(folder, 'a')));
    host.readBytes(join(folder, 'b'));
    assert.deepEqual([...a], [0, 255, 128, 10]);
    assert.equal(value(host.read(join(folder, 'a'))), '\0\uFFFD\uFFFD\n');
  }));

test('a file above the limit is refused, not cut, whether it states its size or not', () =>
  withHost((host, folder) => {
    const path = join(folder, 'large');
    writeFileSync(path, '');
    truncateSync(path, 1_000_000);
    assert.equal(value(host.readBytes(path)).length, 1_000_000);
    truncateSync(path, 1_000_001);
    const refused = host.read(path);
    assert.ok(!refused.ok);
    assert.equal(refused.unavailable.reason, 'unsupported');
    assert.match(refused.unavailable.detail, /1000001 bytes, the limit is 1000000/);
    assert.equal(reasonOf(host.read('/proc/kallsyms')), 'unsupported'); // no size, several megabytes
  }));

test('what is not there is absent; a folder, a pipe and a device are unsupported, and nothing hangs', () =>
  withHost((host, folder) => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    assert.equal(reasonOf(host.read(join(folder, 'nothing'))), 'absent');
    assert.equal(reasonOf(host.read('/proc/version/below')), 'absent');
    assert.equal(reasonOf(host.read('/proc/4194305/status')), 'absent');
    assert.equal(reasonOf(host.read('/proc/\0')), 'absent');
    assert.equal(reasonOf(host.read(folder)), 'unsupported');
    assert.equal(reasonOf(host.read(join(folder, 'pipe'))), 'unsupported');
    assert.equal(reasonOf(host.read('/dev/zero')), 'unsupported');
    assert.equal(reasonOf(host.list(join(folder, 'nothing'))), 'absent');
    assert.equal(reasonOf(host.list('/proc/version')), 'absent');
  }));

test('a file we may not read is denied, and being root is named as the help', { skip: process.geteuid?.() !== 0 }, () =>
  withHost((host, folder) => {
    writeFileSync(join(folder, 'secret'), 'x', { mode: 0o600 });
    execFileSync('chmod', ['711', folder]);
    process.seteuid!(65534);
    try {
      const refused = host.read(join(folder, 'secret'));
      assert.ok(!refused.ok);
      assert.deepEqual(refused.unavailable, { what: join(folder, 'secret'), reason: 'denied', detail: 'EACCES', help: 'run as root' });
      assert.equal(reasonOf(host.list(folder)), 'denied');
    } finally {
      process.seteuid!(0);
    }
  }),
);

test('a list is sorted by code unit and gives links as they are stored', () =>
  withHost((host, folder) => {
    for (const name of ['b', 'B', 'a10', 'a9', '\u00e9']) writeFileSync(join(folder, name), '');
    symlinkSync('../no/where', join(folder, 'link'));
    assert.deepEqual(value(host.list(folder)), [
      { name: 'B', kind: 'file' },
      { name: 'a10', kind: 'file' },
      { name: 'a9', kind: 'file' },
      { name: 'b', kind: 'file' },
      { name: 'link', kind: 'link', target: '../no/where' },
      { name: '\u00e9', kind: 'file' },
    ]);
    const fd = openSync('/dev/null', 'r');
    const mine = value(host.list('/proc/self/fd')).find((entry) => entry.name === String(fd));
    closeSync(fd);
    assert.deepEqual(mine, { name: String(fd), kind: 'link', target: '/dev/null' });
  }));

test('a program gets its arguments as they are, a safe environment and no shell', () =>
  withHost(async (host) => {
    assert.deepEqual(value(await host.run(['echo', '$HOME; `id`', '*'])), { code: 0, stdout: '$HOME; `id` *\n', stderr: '' });
    const environment = value(await host.run(['env'])).stdout.split('\n');
    assert.ok(environment.includes('LC_ALL=C'));
    assert.ok(environment.includes('PATH=/usr/sbin:/usr/bin:/sbin:/bin'));
    assert.ok(!environment.some((line) => line.startsWith('HOME=')));
  }));

test('an exit code is a result, a missing program is absent', () =>
  withHost(async (host) => {
    assert.deepEqual(value(await host.run(['sh', '-c', 'echo no >&2; exit 3'])), { code: 3, stdout: '', stderr: 'no\n' });
    const missing = await host.run(['kmai-no-such-program', 'x']);
    assert.ok(!missing.ok);
    assert.deepEqual(missing.unavailable, { what: 'kmai-no-such-program x', reason: 'absent', detail: 'ENOENT', help: '' });
    assert.equal(reasonOf(await host.run([])), 'absent');
    assert.equal(reasonOf(await host.run(['echo', '\0'])), 'absent');
  }));

test('too much output is malformed and too much time unsupported; children of the program die with it', () =>
  withHost(async (host, folder) => {
    assert.equal(reasonOf(await host.run(['yes'], { maxBytes: 10_000 })), 'malformed');
    assert.equal(value(await host.run(['head', '-c', '10000', '/dev/zero'], { maxBytes: 10_000 })).stdout.length, 10_000);
    const pidFile = join(folder, 'pid');
    const late = await host.run(['sh', '-c', `sleep 600 & echo $! > ${pidFile}; wait`], { timeoutMs: 300 });
    assert.equal(reasonOf(late), 'unsupported');
    const child = value(host.read(pidFile)).trim();
    // A killed orphan may be a zombie until init has reaped it; it must not be sleeping any more.
    for (let i = 0; i < 100 && /^State:\s+[SR]/m.test(stateOf(host, child)); i++) await host.clock.wait(0.02);
    assert.doesNotMatch(stateOf(host, child), /^State:\s+[SR]/m);
  }));

function stateOf(host: Host, pid: string): string {
  const status = host.read(`/proc/${pid}/status`);
  return status.ok ? status.value : 'gone';
}

test('a wait ends at once when its signal aborts, and says that time has ended', () =>
  withHost(async (host) => {
    const abort = new AbortController();
    const waiting = host.clock.wait(3600, abort.signal);
    abort.abort();
    assert.equal(await waiting, false);
    assert.equal(await host.clock.wait(3600, abort.signal), false);
    assert.equal(await host.clock.wait(0.001), true);
  }));
