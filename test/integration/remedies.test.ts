/** Each kind of remedy is remembered, applied and taken back on real things: in namespaces, cgroups and services of the test's own. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { start } from '../kill-intervene.ts';
import { type Container, noSystemd, systemd } from '../systemd.ts';
import { isRoot, root } from './diagnosed.ts';

const skip = isRoot ? false : 'needs root: namespaces';
const journal = mkdtempSync(join(tmpdir(), 'kmai-journal-'));

interface Doctor {
  treat(commands: readonly (readonly string[])[], given?: Readonly<Record<string, string>>, undo?: readonly string[][]): Promise<unknown>;
  /** @returns for each change null, or why it could not be undone */
  undo(): Promise<unknown>;
  readonly process: ChildProcess;
}

async function doctor(within: readonly string[]): Promise<Doctor> {
  const [program, ...rest] = [...within, process.execPath, `${root}/test/workloads/remedy.ts`];
  const child = await start([program, ...rest], true);
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const say = async (line: string): Promise<unknown> => {
    child.stdin!.write(`${line}\n`);
    return JSON.parse((await lines.next()).value as string);
  };
  return {
    process: child,
    treat: (commands, given = {}, undo = []) => say(JSON.stringify({ commands, given, undo })),
    undo: () => say('undo'),
  };
}

const service = (run: string): string => `[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=${run}\n`;
let box!: Container;
let inBox!: Doctor;
let outside!: Doctor;

before(async () => {
  if (!isRoot) return;
  process.env['KMAI_JOURNAL'] = journal;
  outside = await doctor(['unshare', '--net', '--mount', '--propagation', 'private']);
  if (noSystemd !== false) return;
  box = await systemd(`kmai-test-${process.pid}`, { 'sleeper.service': service('/bin/sleep 900') }, firewalld);
  box.run(['systemctl', 'start', 'sleeper.service']);
  inBox = await doctor(box.within);
});
after(async () => {
  outside?.process.stdin?.end();
  inBox?.process.stdin?.end();
  if (box !== undefined) await box.close();
  rmSync(journal, { recursive: true, force: true });
});

/** firewalld's file, and a firewall-cmd that writes down how it was called, and what it then read. */
const firewalld = `cat > /etc/firewalld/firewalld.conf <<'CONF'
# a comment
DefaultZone=public
IPv6_rpfilter=strict
LogDenied=off
CONF
cat > /run/firewall-cmd <<'SH'
#!/bin/sh
{ echo "$@"; grep rpfilter /etc/firewalld/firewalld.conf; } >> /run/firewall-cmd.log
SH
chmod 755 /run/firewall-cmd
mkdir /run/upper /run/work
mount -t overlay -o lowerdir=/usr/bin,upperdir=/run/upper,workdir=/run/work overlay /usr/bin
cp /run/firewall-cmd /usr/bin/firewall-cmd`;

test('a sysctl, one number and several, is set and set back', { skip }, async () => {
  const read = (path: string): string => readFileSync(`/proc/${outside.process.pid}/root/proc/sys/${path}`, 'utf8');
  const inNet = async (path: string): Promise<string> => {
    // /proc/sys/net shows the namespace of whoever reads it.
    const child = spawn('nsenter', ['-t', String(outside.process.pid), '-n', 'cat', `/proc/sys/${path}`]);
    let text = '';
    for await (const chunk of child.stdout) text += String(chunk);
    return text;
  };
  assert.ok(read('kernel/ostype').startsWith('Linux'));
  const [hop, ports] = ['net/ipv6/conf/all/hop_limit', 'net/ipv4/ip_local_port_range'];
  const before = [await inNet(hop), await inNet(ports)];
  assert.deepEqual(await outside.treat([['sysctl', '-w', 'net.ipv6.conf.all.hop_limit=77']]), [
    ['sysctl', '-w', 'net.ipv6.conf.all.hop_limit=77'],
  ]);
  await outside.treat([['sysctl', '-w', 'net.ipv4.ip_local_port_range=20000 30000']]);
  assert.deepEqual([await inNet(hop), (await inNet(ports)).trim()], ['77\n', '20000\t30000']);
  assert.deepEqual(await outside.undo(), [null, null]);
  assert.deepEqual([await inNet(hop), await inNet(ports)], before);
});

test('a limit of a process is set and set back', { skip }, async () => {
  const one = await start(['prlimit', '--nofile=701:701', 'sleep', '60'], false);
  const limit = (): string | undefined => /^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${one.pid}/limits`, 'utf8'))?.[1];
  try {
    const given = { PID: String(one.pid), LIMIT: '401:701', OLD_LIMIT: '701:701' };
    const [command, undo] = [
      ['prlimit', '--pid', 'PID', '--nofile=LIMIT'],
      ['prlimit', '--pid', 'PID', '--nofile=OLD_LIMIT'],
    ];
    await outside.treat([command], given, [undo]);
    assert.equal(limit(), '401');
    await outside.undo();
    assert.equal(limit(), '701');
  } finally {
    one.kill('SIGKILL');
  }
});

test('a cgroup gets a limit and has its old one back', { skip }, async (t) => {
  const [place, file, value] = existsSync('/sys/fs/cgroup/cgroup.controllers')
    ? ['/sys/fs/cgroup', 'pids.max', '17']
    : ['/sys/fs/cgroup/pids', 'pids.max', '17'];
  const group = `kmai-limited-${process.pid}`;
  mkdirSync(`${place}/${group}`);
  try {
    if (!existsSync(`${place}/${group}/${file}`)) return t.skip(`no ${file} in ${place}`);
    const old = readFileSync(`${place}/${group}/${file}`, 'utf8');
    const steps = await outside.treat([['cgset', '-r', `${file}=NUMBER`, `/${group}`]], { NUMBER: value });
    assert.deepEqual(steps, [['sh', '-c', 'echo "$1" > "$2"', 'sh', value, `${place}/${group}/${file}`]]);
    assert.equal(readFileSync(`${place}/${group}/${file}`, 'utf8'), '17\n');
    assert.deepEqual(await outside.undo(), [null]);
    assert.equal(readFileSync(`${place}/${group}/${file}`, 'utf8'), old);
  } finally {
    rmdirSync(`${place}/${group}`);
  }
});

test('an empty cgroup is removed, one with a process in it is not', { skip }, async () => {
  const place = existsSync('/sys/fs/cgroup/cgroup.procs') ? '/sys/fs/cgroup' : '/sys/fs/cgroup/pids';
  const folder = `${place}/kmai-removed-${process.pid}`;
  mkdirSync(folder);
  assert.deepEqual(await outside.treat([['rmdir', 'PATH']], { PATH: folder }), [['rmdir', folder]]);
  assert.equal(existsSync(folder), false);
  const busy = (await outside.treat([['rmdir', 'PATH']], { PATH: place })) as { detail: string };
  assert.match(busy.detail, /no empty cgroup/);
});

test('a network namespace in which nobody lives is removed, one in which a process lives is not', { skip }, async () => {
  const doctorHere = await doctor([]);
  const name = `kmai-gone-${process.pid}`;
  try {
    spawn('ip', ['netns', 'add', name]).on('error', () => {});
    const living = await start(
      ['sh', '-c', `while [ ! -e /run/netns/${name} ]; do sleep 0.05; done; sleep 0.2; exec ip netns exec ${name} sleep 60`],
      false,
    );
    while (!/sleep/.test(readFileSync(`/proc/${living.pid}/comm`, 'utf8'))) await new Promise((resolve) => setTimeout(resolve, 50));
    const refused = (await doctorHere.treat([['ip', 'netns', 'delete', 'NETNS']], { NETNS: name })) as { detail: string };
    assert.match(refused.detail, /processes live in it/);
    living.kill('SIGKILL');
    await new Promise((resolve) => living.once('exit', resolve));
    assert.deepEqual(await doctorHere.treat([['ip', 'netns', 'delete', 'NETNS']], { NETNS: name }), [['ip', 'netns', 'delete', name]]);
    assert.equal(existsSync(`/run/netns/${name}`), false);
  } finally {
    doctorHere.process.stdin?.end();
  }
});

test('a service is stopped and started again; restarting it has no way back', { skip: noSystemd }, async () => {
  const state = (): string => box.run(['systemctl', 'show', '--value', '-p', 'ActiveState', 'sleeper.service']).trim();
  const pid = (): string => box.run(['systemctl', 'show', '--value', '-p', 'MainPID', 'sleeper.service']).trim();
  await inBox.treat([['systemctl', 'stop', 'UNIT']], { UNIT: 'sleeper.service' });
  assert.equal(state(), 'inactive');
  const again = (await inBox.treat([['systemctl', 'restart', 'UNIT']], { UNIT: 'sleeper.service' })) as { detail: string };
  assert.match(again.detail, /inactive/);
  assert.deepEqual(await inBox.undo(), [null]);
  assert.equal(state(), 'active');
  const first = pid();
  await inBox.treat([['systemctl', 'restart', 'UNIT']], { UNIT: 'sleeper.service' });
  assert.notEqual(pid(), first);
  assert.deepEqual(await inBox.undo(), []);
});

test('a service gets a limit, and nothing of it is left when that is undone', { skip: noSystemd }, async () => {
  const limit = (): string => box.run(['systemctl', 'show', '--value', '-p', 'MemoryHigh', 'sleeper.service']).trim();
  assert.equal(limit(), 'infinity');
  const steps = await inBox.treat([['systemctl', 'set-property', '--runtime', 'UNIT', 'MemoryHigh=SIZE']], {
    UNIT: 'sleeper.service',
    SIZE: '64M',
  });
  assert.deepEqual(steps, [['systemctl', 'set-property', '--runtime', 'sleeper.service', 'MemoryHigh=64M']]);
  assert.equal(limit(), String(64 * 1024 * 1024));
  assert.deepEqual(await inBox.undo(), [null]);
  assert.equal(limit(), 'infinity');
  assert.equal(box.run(['systemctl', 'show', '--value', '-p', 'DropInPaths', 'sleeper.service']).trim(), '');
  const unknown = (await inBox.treat([['systemctl', 'set-property', '--runtime', 'nobody.service', 'MemoryHigh=1M']])) as {
    detail: string;
  };
  assert.match(unknown.detail, /not-found/);
});

test("firewalld's setting is changed and reloaded; the file comes back as it was, byte for byte", { skip: noSystemd }, async () => {
  const conf = (): string => box.run(['cat', '/etc/firewalld/firewalld.conf']);
  const before = conf();
  await inBox.treat([
    ['sed', '-i', 's/^IPv6_rpfilter=.*/IPv6_rpfilter=no/', '/etc/firewalld/firewalld.conf'],
    ['firewall-cmd', '--reload'],
  ]);
  assert.equal(conf(), before.replace('IPv6_rpfilter=strict', 'IPv6_rpfilter=no'));
  assert.deepEqual(await inBox.undo(), [null, null]);
  assert.equal(conf(), before);
  // What runs is what the file says: it was reloaded after the file was put back.
  const calls = box.run(['cat', '/run/firewall-cmd.log']).trim().split('\n');
  assert.deepEqual(
    [calls.slice(0, 2), calls.slice(-2)],
    [
      ['--reload', 'IPv6_rpfilter=no'],
      ['--reload', 'IPv6_rpfilter=strict'],
    ],
  );
});
