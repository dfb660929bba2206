import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replayOf } from './fixtures/hosts.ts';
import { slabinfo } from './sources/slabinfo.ts';
import { forget, lastMoment, newTape, recordOn, rowOf, type Tape } from './tape.ts';

const row = (name: string, objects: number): string => `${name} ${objects} ${objects} 256 16 1 : tunables 0 0 0 : slabdata 1 1 0\n`;
const text = (...rows: readonly string[]): Readonly<Record<string, string>> => ({
  '/proc/slabinfo': `slabinfo - version: 2.1\n# name\n${rows.join('')}`,
});

async function recorded(): Promise<Tape> {
  const host = replayOf([text(row('a', 1)), text(row('a', 2)), text(row('a', 3), row('b', 30)), text(row('a', 4), row('b', 40))]);
  const tape: Tape = newTape(slabinfo as Tape['source']);
  do recordOn(tape, host, host.clock.now());
  while (await host.clock.wait(1));
  return tape;
}

test('the last moments are kept with their times, across a change of rows', async () => {
  const tape = await recorded();
  forget(tape, 3);
  assert.deepEqual(tape.times, [1001, 1002, 1003]);
  assert.deepEqual(rowOf(tape, 'a'), [2, 3, 4]);
  assert.deepEqual(rowOf(tape, 'b'), [null, 30, 40]);
  forget(tape, 1);
  assert.deepEqual([tape.times, rowOf(tape, 'b'), tape.stretches.length], [[1003], [40], 1]);
  forget(tape, 5);
  assert.deepEqual(rowOf(tape, 'a'), [4]);
});

test('the last moment alone is a tape of one', async () => {
  const tape = await recorded();
  const last = lastMoment(tape);
  assert.deepEqual([last.times, rowOf(last, 'a'), rowOf(last, 'b')], [[1003], [4], [40]]);
  assert.deepEqual(rowOf(tape, 'a'), [1, 2, 3, 4]);
});
