import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treatmentSentence } from '../messages/treatment.ts';
import type { TreatmentOutcome } from '../model/evidence.ts';
import { gaussian, seeded } from '../statistics/random.ts';
import { growthOf } from './growth.ts';
import { verify } from './verify.ts';

const measured = (value: number, half: number) => ({ value, interval95: [value - half, value + half] as const });

test('an interval around nought, narrow beside the growth before: stopped', () => {
  assert.equal(verify(measured(1, 0.02), measured(0, 0.03)).verdict, 'stopped');
});
test('half the growth, well apart: slowed by 2', () => {
  const found = verify(measured(100, 5), measured(50, 5));
  assert.equal(found.verdict, 'slowed');
  assert.equal(found.by, 2);
});
test('as before: unchanged', () => {
  assert.equal(verify(measured(100, 5), measured(98, 8)).verdict, 'unchanged');
});
test('an interval from nought to all of it cannot tell, and says how much longer would', () => {
  const found = verify(measured(100, 5), measured(40, 70));
  assert.equal(found.verdict, 'cannot-tell');
  assert.ok(found.needs !== null && found.needs > 2);
});
test('where nothing grew before, nothing can be shown to have stopped', () => {
  assert.equal(verify(measured(1, 2), measured(0, 0.1)).verdict, 'cannot-tell');
});

/** A counter read five times a second: what `kmai treat` watches, replayed. */
function replayed(seconds: number, perSecond: number, wobble = 0) {
  const random = seeded(17);
  const times = Array.from({ length: seconds * 5 }, (_, tick) => tick / 5);
  const counts = times.map((time) => Math.floor(1000 + perSecond * time + wobble * gaussian(random)));
  const { rate, interval95 } = growthOf(times, counts, 1);
  return { value: rate, interval95 };
}

function said(before: ReturnType<typeof replayed>, after: ReturnType<typeof replayed> | null, seconds: number): readonly string[] {
  const judged = after === null ? { verdict: 'cannot-tell' as const, needs: 1 } : verify(before, after);
  const treatment: TreatmentOutcome = {
    remedy: 'r',
    per: 'second',
    before: before.value,
    before95: before.interval95,
    after: after?.value ?? null,
    after95: after?.interval95 ?? null,
    ...(judged.needs === null ? {} : { needs_seconds: judged.needs * seconds }),
  };
  return (['en', 'zh'] as const).map((language) => treatmentSentence(treatment, judged.verdict, language));
}

test('100 objects a second, then none: "stopped", with both figures', () => {
  const [en, zh] = said(replayed(10, 100), replayed(10, 0), 10);
  assert.match(en!, /^stopped: 1?\d\d(\.\d+)? objects per second before \(\S+ to \S+\), 0\.000 after \(−0\.\d+ to 0\.\d+\)$/);
  assert.match(zh!, /^已停止:之前 \d+/);
});
test('100, then 25 a second: "slowed by 4.0"', () => {
  assert.match(said(replayed(10, 100), replayed(10, 25), 10)[0]!, /^slowed by 4\.0: /);
  assert.match(said(replayed(10, 100), replayed(10, 25), 10)[1]!, /^减缓至 1\/4\.0:/);
});
test('100, then 100 a second: "unchanged"', () => {
  assert.match(said(replayed(10, 100), replayed(10, 100), 10)[0]!, /^unchanged: /);
  assert.match(said(replayed(10, 100), replayed(10, 100), 10)[1]!, /^没有变化:/);
});
test('a counter that jumps by hundreds, three seconds of it: "cannot tell yet, needs n min", and so long a watch does tell', () => {
  const [before, after] = [replayed(60, 100, 60), replayed(3, 30, 60)];
  const judged = verify(before, after);
  assert.equal(judged.verdict, 'cannot-tell');
  const minutes = Math.ceil((judged.needs! * 3) / 60);
  assert.match(said(before, after, 3)[0]!, new RegExp(`^cannot tell yet, needs ${minutes} min: `));
  assert.match(said(before, after, 3)[1]!, new RegExp(`^尚无法判定,需要 ${minutes} 分钟:`));
  assert.equal(verify(before, replayed(minutes * 60, 30, 60)).verdict, 'slowed');
});
test('what could not be measured after is said so, never as a number', () => {
  assert.match(said(replayed(10, 100), null, 10)[0]!, /^cannot tell yet, needs 1 min: .* before \(.*\), not measured after$/);
  assert.match(said(replayed(10, 100), null, 10)[1]!, /之后没有测量$/);
});
