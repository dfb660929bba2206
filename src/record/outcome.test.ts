import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome, OutcomeArm } from '../model/evidence.ts';
import { outcomeSentence } from './outcome.ts';

const arm = (stimulus: string, value: number, half: number, more: Partial<OutcomeArm> = {}): OutcomeArm => ({
  stimulus,
  events: 2000,
  objects_per_event: value,
  interval95: [value - half, value + half],
  p: 0.0002,
  convicted: false,
  ...more,
});
const seed: Outcome = {
  protocol: 'challenge',
  kind: 'challenge',
  cache: 'ip6_dst_cache',
  verified: null,
  arms: [arm('udp4-off-link', 0, 0.01), arm('udp6-off-link', 1, 0.01, { convicted: true })],
};

test('an experiment is one sentence to quote, the convicted first', () => {
  assert.equal(
    outcomeSentence(seed, 'en'),
    'ip6_dst_cache: 1.00 objects per UDP packet over IPv6 to and from an off-link address (0.99 to 1.01; p = 0.0002); none per UDP packet over IPv4 to and from an off-link address (−0.01 to 0.01).',
  );
  assert.match(outcomeSentence(seed, 'zh'), /每次 IPv6 UDP 包\(非同链路地址\) 增加 1\.00 个对象/);
});

test('none of the 63 is a result', () => {
  const none: Outcome = {
    protocol: 'elimination',
    verified: null,
    arms: [],
    elimination: { candidates: 63, rounds: 1, rate: 100.4, remains: 0.98, culprits: [], spared: 12 },
  };
  assert.equal(outcomeSentence(none, 'en'), 'None of the 63: the growth (100 objects/s) goes on while all are paused (98 %).');
});

test('a treatment says what was before and after', () => {
  const treated: Outcome = {
    protocol: 'treat',
    verified: 'stopped',
    arms: [],
    treatment: { remedy: 'delete-suppressing-rule', per: 'event', before: 1, before95: [0.99, 1.01], after: 0, after95: [-0.002, 0.002] },
  };
  assert.equal(
    outcomeSentence(treated, 'en'),
    'delete-suppressing-rule: stopped: 1.00 objects per event before (0.990 to 1.01), 0.000 after (−0.002 to 0.002)',
  );
});
