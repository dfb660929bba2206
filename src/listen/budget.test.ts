import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afford, describeEffort } from './budget.ts';

const full = { stacks: true, sample: 1, stopped: false };

test('within the budget nothing changes', () => {
  assert.equal(afford(full, 0.05, 0.05), full);
});

test('over it stacks go first, then all but one in n, then everything', () => {
  const noStacks = afford(full, 0.2, 0.05);
  assert.deepEqual(noStacks, { stacks: false, sample: 1, stopped: false });
  const sampled = afford(noStacks, 0.2, 0.05);
  assert.deepEqual(sampled, { stacks: false, sample: 4, stopped: false });
  assert.deepEqual(afford({ ...sampled, sample: 1024 }, 0.06, 0.05), { stacks: false, sample: 1024, stopped: true });
  assert.equal(describeEffort(sampled), 'one allocation in 4, without stacks');
});

test('it ends: a cost that never falls is stopped after a dozen steps', () => {
  let effort = full;
  let steps = 0;
  while (!effort.stopped) {
    effort = afford(effort, 0.051, 0.05);
    steps++;
  }
  assert.equal(steps, 12);
});
