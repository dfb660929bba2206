/**
 * Which process or service drives the growth: with each of the ways to pause, on processes and services of the test's own. The
 * culprit takes sockets that it keeps, in a network namespace of its own, which counts no others: so they can be sought at a time.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { EliminateAnswer } from '../../src/consult/eliminate.ts';
import { start } from '../kill-intervene.ts';
import { network } from '../network.ts';
import { noSystemd, systemd } from '../systemd.ts';
import { isRoot, kmai, root } from './diagnosed.ts';

const skip = isRoot ? false : 'needs root: others are paused';
const folder = mkdtempSync(join(tmpdir(), 'kmai-eliminate-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function eliminate(name: string, args: readonly string[], within: readonly string[]): Promise<EliminateAnswer> {
  const journal = join(folder, name);
  mkdirSync(journal);
  const ran = await kmai(['eliminate', '--cache', 'sock_inode_cache', '--json', ...args], { env: { KMAI_JOURNAL: journal }, within });
  assert.notEqual(ran.stdout, '', ran.stderr);
  assert.deepEqual(
    readdirSync(journal).filter((name) => name.endsWith('.sh')),
    [],
  );
  return JSON.parse(ran.stdout) as EliminateAnswer;
}

const holdSockets = [process.execPath, `${root}/test/workloads/hold.ts`, 'sockets', '19000', '299'] as const;

describe('at a time', { concurrency: 3 }, () => {
  for (const [how, count, rounds, more] of [
    ['the freezer, or SIGSTOP where there is none', 30, 6, []],
    ['SIGSTOP', 4, 3, ['--signals']],
  ] as const)
    test(`among ${count} processes the culprit is found by ${how} in at most ${rounds} rounds, and all go on`, { skip }, async () => {
      const net = network(`kmai-e${process.pid}-${count}`);
      const idle = await Promise.all(Array.from({ length: count - 1 }, () => start(['sleep', '200'], false)));
      const culprit = await start([...net.within, ...holdSockets], true);
      const pids = [...idle, culprit].map(({ pid }) => pid!);
      const cgroups = (): readonly string[] => pids.map((pid) => readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
      const homes = cgroups();
      try {
        const { how: paused, outcome, doubt } = await eliminate(`pids-${count}`, ['--pids', pids.join(','), ...more], net.within);
        if (more.length > 0) assert.equal(paused, 'SIGSTOP');
        else assert.equal(paused, existsSync('/sys/fs/cgroup/freezer/cgroup.procs') ? 'freezer cgroup' : 'SIGSTOP');
        assert.deepEqual(
          outcome?.elimination?.culprits.map((each) => each.pids),
          [[culprit.pid]],
        );
        assert.ok(outcome.elimination.rounds <= rounds, `${outcome.elimination.rounds} rounds`);
        assert.equal(doubt, null);
        assert.deepEqual(cgroups(), homes);
        for (const pid of pids) assert.doesNotMatch(readFileSync(`/proc/${pid}/stat`, 'latin1'), /\) [Tt] /);
      } finally {
        culprit.stdin?.end();
        for (const one of idle) one.kill('SIGKILL');
        net.close();
      }
    });

  test('among 31 services of systemd the culprit is found by cgroup.freeze in at most 6 rounds, and all are thawed', {
    skip: noSystemd,
  }, async () => {
    const unit = (run: string): string => `[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=${run}\n`;
    const names = Array.from({ length: 31 }, (_, index) => `unit${index}.service`);
    // Its input stays open: it ends with it.
    const culprit = `/bin/sh -c 'sleep 300 | exec ${holdSockets.join(' ')}'`;
    const units = Object.fromEntries(names.map((name, index) => [name, unit(index === 19 ? culprit : '/bin/sleep 300')]));
    const box = await systemd(`kmai-units-${process.pid}`, { ...units, 'sshd.service': unit('/bin/sleep 300') });
    try {
      box.run(['systemctl', 'start', ...names, 'sshd.service']);
      const { how, outcome, doubt, spared } = await eliminate('units', ['--units', 'all'], box.within);
      assert.equal(how, 'cgroup.freeze');
      assert.deepEqual(
        outcome?.elimination?.culprits.map(({ name }) => name),
        ['unit19.service'],
      );
      assert.equal(outcome.elimination.candidates, 31);
      assert.ok(outcome.elimination.rounds <= 6, `${outcome.elimination.rounds} rounds`);
      assert.equal(doubt, null);
      assert.deepEqual(spared.find(({ name }) => name === 'sshd.service')?.why, 'the way in');
      for (const name of names) {
        assert.match(readFileSync(`${box.folder}/system.slice/${name}/cgroup.events`, 'utf8'), /^frozen 0$/m);
        assert.equal(readFileSync(`${box.folder}/system.slice/${name}/cgroup.freeze`, 'utf8'), '0\n');
      }
      assert.deepEqual(
        box
          .run(['systemctl', 'is-active', ...names])
          .trim()
          .split('\n'),
        names.map(() => 'active'),
      );
    } finally {
      await box.close();
    }
  });
});
