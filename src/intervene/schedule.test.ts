import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seeded } from '../statistics/random.ts';
import { schedule } from './schedule.ts';

const plan = fc.record({
  arms: fc.integer({ min: 1, max: 8 }),
  events: fc.integer({ min: 64, max: 5000 }),
  rounds: fc.integer({ min: 4, max: 20 }),
  seed: fc.nat(),
});

test('every arm gets exactly the events that were asked for, in as many bursts as there are rounds', () => {
  fc.assert(
    fc.property(plan, ({ arms, events, rounds, seed }) => {
      const slots = schedule(arms, events, rounds, seeded(seed));
      for (let arm = 0; arm < arms; arm++) {
        const own = slots.filter((slot) => slot.arm === arm);
        assert.equal(own.length, rounds);
        assert.equal(
          own.reduce((sum, { dose }) => sum + dose, 0),
          events,
        );
      }
    }),
  );
});

test('within a round each arm comes once, between two rounds nobody comes twice more than another', () => {
  const slots = schedule(3, 300, 6, seeded(7)).filter(({ phase }) => phase === 'challenge');
  for (let at = 0; at < slots.length; at += 4)
    assert.deepEqual(
      slots
        .slice(at, at + 4)
        .map(({ arm }) => arm ?? -1)
        .toSorted((a, b) => a - b),
      [-1, 0, 1, 2],
    );
});

test('the same seed gives the same order, another seed another', () => {
  const order = (seed: number) => schedule(5, 1000, 8, seeded(seed)).map(({ arm }) => arm);
  assert.deepEqual(order(3), order(3));
  assert.notDeepEqual(order(3), order(4));
});
