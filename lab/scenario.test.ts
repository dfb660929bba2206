import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadScenario, parseScenario, scenarioIds } from './scenario.ts';

test('every scenario is valid, and there are at least 28', () => {
  const scenarios = scenarioIds().map(loadScenario);
  assert.ok(scenarios.length >= 28, `${scenarios.length}`);
  assert.ok(scenarios.filter(({ expect }) => !expect.verdict.includes('leak')).length >= 10, 'innocent ones');
});

test('the quick set fits its six minutes: windows, settling and forty seconds a boot, two guests at once', () => {
  const quick = scenarioIds()
    .map(loadScenario)
    .filter((one) => one.quick !== undefined);
  const seconds = quick.reduce((sum, one) => sum + one.quick! + one.settle + 40, 0);
  assert.ok(quick.length >= 5 && quick.length <= 8, `${quick.length} scenarios`);
  assert.ok(seconds / 2 <= 300, `${seconds} s`);
});

test('a leak that no counter proves is refused', () => {
  assert.throws(() => parseScenario('x', 'title: x\nexpect: { verdict: leak }\n'), /proved by a counter/);
});

test('a proof of something that is not counted is refused', () => {
  const text = 'title: x\ntruth: { lost: echo 1 }\nproves: [{ what: losses, between: [0, 1] }]\nexpect: { verdict: healthy }\n';
  assert.throws(() => parseScenario('x', text), /losses is not among/);
});

test('a word the schema does not know is refused by name, with the scenario', () => {
  assert.throws(() => parseScenario('odd', 'title: x\nstimulous: sleep 1\nexpect: { verdict: healthy }\n'), /odd[^]*stimulous/);
});

test('one verdict or several read the same', () => {
  assert.deepEqual(parseScenario('x', 'title: x\nexpect: { verdict: healthy }\n').expect.verdict, ['healthy']);
  assert.deepEqual(parseScenario('x', 'title: x\nexpect: { verdict: [healthy, growth] }\n').expect.verdict, ['healthy', 'growth']);
});
