import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gaussian, type Random, seeded } from '../statistics/random.ts';
import { type Burst, judge } from './judge.ts';
import { schedule } from './schedule.ts';

/** A machine on which arm i makes `truth[i]` objects an event, over a drift and noise of the counter. */
function simulated(truth: readonly number[], noise: number, drift: number, random: Random, rounds = 8, events = 2000): readonly Burst[] {
  return schedule(truth.length, events, rounds, random).map(({ phase, arm, dose }) => ({
    phase,
    arm,
    events: dose,
    answers: dose,
    gained: Math.round((arm === null ? 0 : truth[arm]! * dose) + drift + noise * gaussian(random)),
    seconds: 1,
  }));
}
const exact = { least: 0.05, lump: 1, needsAnswers: [] };

test('one arm in five leaks an object an event: it alone is convicted, within 3 %, by an exact counter', () => {
  const random = seeded(11);
  const judged = judge(simulated([0, 0, 0, 0, 1], 2, 3, random), 5, exact, random);
  assert.deepEqual(
    judged.map(({ convicted }) => convicted),
    [false, false, false, false, true],
  );
  const last = judged[4]!;
  assert.ok(last.objectsPerEvent > 0.97 && last.objectsPerEvent < 1.03, `${last.objectsPerEvent}`);
  assert.ok(last.interval95[0] <= 1 && 1 <= last.interval95[1]);
  assert.ok(last.p <= 0.001);
  assert.ok((last.doseResponse ?? 0) > 0.99);
  for (const { interval95, undecided } of judged.slice(0, 4)) {
    assert.ok(interval95[0] <= 0.005 && interval95[1] >= -0.005);
    assert.equal(undecided, null);
  }
});

test('nothing leaks: over 60 experiments of five arms at most 2 arms are convicted (1 % an experiment)', () => {
  let convicted = 0;
  for (let seed = 0; seed < 60; seed++) {
    const random = seeded(seed);
    convicted += judge(simulated([0, 0, 0, 0, 0], 20, 5, random), 5, { ...exact, lump: 32 }, random).filter((arm) => arm.convicted).length;
  }
  assert.ok(convicted <= 2, `${convicted}`);
});

test('the interval holds the truth in about 95 of 100 experiments', () => {
  let held = 0;
  for (let seed = 0; seed < 200; seed++) {
    const random = seeded(seed);
    const [arm] = judge(simulated([0.5], 30, 10, random), 1, exact, random);
    if (arm!.interval95[0] <= 0.5 && 0.5 <= arm!.interval95[1]) held++;
  }
  assert.ok(held >= 180, `${held} of 200`);
});

test('an arm that grew only before the washout is not convicted', () => {
  const random = seeded(5);
  const bursts = simulated([1], 1, 0, random).map((burst) => (burst.phase === 'rechallenge' ? { ...burst, gained: 0 } : burst));
  const [arm] = judge(bursts, 1, exact, random);
  assert.equal(arm!.convicted, false);
});

test('a peer that never answered acquits nobody', () => {
  const random = seeded(5);
  const bursts = simulated([0], 1, 0, random).map((burst) => ({ ...burst, answers: 0 }));
  const [arm] = judge(bursts, 1, { ...exact, needsAnswers: [true] }, random);
  assert.equal(arm!.convicted, false);
  assert.equal(arm!.undecided, 'unanswered');
});

test('a counter too noisy for its dose neither convicts nor acquits', () => {
  const random = seeded(6);
  const [arm] = judge(simulated([0], 200, 0, random, 8, 400), 1, exact, random);
  assert.equal(arm!.undecided, 'wide');
});

test('two bursts are too few', () => {
  const random = seeded(6);
  const few = simulated([1], 1, 0, random)
    .filter(({ arm }) => arm === 0)
    .slice(0, 2);
  assert.equal(judge(few, 1, exact, random)[0]!.undecided, 'too-few');
});

test('a neighbour who opens a thousand files in every tenth slot seldom hides the leak, and makes none', () => {
  let [found, wrong] = [0, 0];
  for (let seed = 0; seed < 20; seed++) {
    const random = seeded(seed);
    const bursts = simulated([1, 0], 10, 0, random).map((burst) => (random() < 0.1 ? { ...burst, gained: burst.gained + 1000 } : burst));
    const [leaks, innocent] = judge(bursts, 2, exact, random);
    if (leaks!.convicted) found++;
    if (innocent!.convicted) wrong++;
  }
  assert.ok(found >= 12, `found ${found} of 20`);
  assert.equal(wrong, 0);
});
