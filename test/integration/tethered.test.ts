/** A program on a tether ends with whoever started it, and has its time to tell what it knows when it is asked to end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spawnProgram, tethered } from '../../src/host/spawn.ts';

/** Takes five seconds to tell what it knows once it is asked to end, as bpftrace does with a million objects. */
const slow = 'trap \'trap "" TERM; sleep 5; echo told; exit 0\' TERM; echo ready; while :; do sleep 0.1; done';

async function toldBy(last: string): Promise<string> {
  const running = await spawnProgram(tethered(['sh', '-c', slow], 20));
  assert.ok(running.ok);
  let said = '';
  for await (const chunk of running.value.output) {
    said += Buffer.from(chunk).toString('utf8');
    if (said === 'ready\n') running.value.end(last);
  }
  await running.value.exited;
  return said;
}

test('a tethered program that is asked to end may tell all it has; one whose asker died is killed before', async () => {
  assert.deepEqual(await Promise.all([toldBy('tell\n'), toldBy('')]), ['ready\ntold\n', 'ready\n']);
});
