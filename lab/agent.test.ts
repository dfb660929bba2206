import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { agent, takeFrame } from './agent.ts';

test('a frame that has not all arrived yet is no frame', () => {
  assert.equal(takeFrame(Buffer.from('out 3 5')), null);
  assert.equal(takeFrame(Buffer.from('out 3 5\nhell')), null);
  const frame = takeFrame(Buffer.from('out 3 5\nhello, and more'));
  assert.equal(frame?.data.toString(), 'hello');
  assert.equal(frame?.id, 3);
  assert.equal(frame?.bytes, 13);
});

test('a line that is no frame is an error that shows it', () => {
  assert.throws(() => takeFrame(Buffer.from('Kernel panic\n')), /Kernel panic/);
});

test('output of two jobs comes apart again, however the line cuts it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 }), async (cuts) => {
      const [ours, guest] = duplexPair();
      const talk = agent(ours);
      const one = talk.start('one');
      const two = talk.start('two');
      const bytes = Buffer.from('ready\nout 1 4\nab\ncout 2 3\nxyzerr 1 2\n!!end 2 0\nout 1 1\ndend 1 137\n');
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const length = cuts[i % cuts.length]!;
        guest.write(bytes.subarray(at, at + length));
        at += length;
      }
      await talk.ready;
      assert.deepEqual(await one.ended, { status: 137, stdout: 'ab\ncd', stderr: '!!' });
      assert.deepEqual(await two.ended, { status: 0, stdout: 'xyz', stderr: '' });
    }),
    { numRuns: 50 },
  );
});

test('when the guest goes, whoever waits for it hears so', async () => {
  const [ours, guest] = duplexPair();
  const talk = agent(ours);
  const job = talk.start('sleep 100');
  guest.destroy();
  ours.destroy();
  await assert.rejects(job.ended, /the guest is gone/);
  await assert.rejects(talk.ready, /the guest is gone/);
});
