import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../src/model/diagnosis.ts';
import type { Record as KmaiRecord } from '../src/model/record.ts';
import type { Run } from './run.ts';
import { parseScenario } from './scenario.ts';
import { score, type Result } from './score.ts';
import { totals } from './totals.ts';

const scenario = parseScenario(
  'seed',
  `title: seed
truth: { lost: echo, packets: echo }
proves: [{ what: lost, per: packets, between: [0.9, 1.1] }]
expect:
  verdict: leak
  rate: lost
  findings:
    - class: kernel-leak
      kind: slab
      owner: ip6_dst_cache
      driver: { counter: Ip6InReceives, per_event: [0.95, 1.05] }
      case: { id: fib6, standing: [confirmed, probable], triggers: [rule] }
`,
);

const finding = {
  where: { kind: 'slab', cache: 'filp', aliases: ['filp', 'ip6_dst_cache'], owner: 'ip6_dst_cache' },
  class: 'kernel-leak',
  syndrome: 'lost-reference',
  growth: { objects_per_second: 101 },
  driver: { counter: 'Ip6InDelivers', objects_per_event: 1.01, indistinguishable: ['Ip6InReceives'] },
  holders: [],
  callsites: [],
  cases: [{ id: 'fib6', standing: 'probable', triggers: [{ id: 'rule', presence: 'present' }] }],
} as unknown as Finding;

function run(change: Partial<Run> & { readonly findings?: readonly Finding[]; readonly verdict?: string } = {}): Run {
  const { findings = [finding], verdict = 'leak', ...rest } = change;
  const record = { diagnosis: { verdict, findings, reasons: [], next: [] } } as unknown as KmaiRecord;
  return {
    record,
    exit: 1,
    seconds: 70,
    before: { lost: 100, packets: 100 },
    after: { lost: 7170, packets: 7170 },
    elapsed: 70,
    shownAs: { ip6_dst_cache: 'filp' },
    problem: null,
    stderr: '',
    ...rest,
  };
}

const failed = (result: Result): string[] => result.checks.filter(({ met }) => !met).map(({ what }) => what);

test('a run that meets every expectation has passed, with the lab’s rate beside kmai’s', () => {
  const result = score(scenario, '6.1', run());
  assert.equal(result.state, 'passed');
  assert.deepEqual(result.rate, { truth: 101, kmai: 101 });
  assert.equal(result.case, 'fib6');
});

test('naming the row instead of the alias that grows is an owner that is wrong', () => {
  const wrong = { ...finding, where: { ...finding.where, owner: 'filp' } };
  const result = score(scenario, '6.1', run({ findings: [wrong] }));
  assert.equal(result.state, 'failed');
  assert.deepEqual(failed(result), ['owner']);
  assert.equal(totals([result]).ownerAccuracy, 0);
  assert.equal(totals([result]).recall, 1);
});

test('no finding at all is a miss of owner and class, not an expectation forgotten', () => {
  const result = score(scenario, '6.1', run({ findings: [], verdict: 'healthy', exit: 0 }));
  assert.deepEqual(failed(result), ['verdict', 'finding']);
  const sums = totals([result]);
  assert.deepEqual([sums.recall, sums.ownerAccuracy, sums.classAccuracy, sums.missed.length], [0, 0, 0, 1]);
});

test('a driver outside its interval fails, and so does one that is not there', () => {
  const double = { ...finding, driver: { ...finding.driver!, objects_per_event: 2 } };
  assert.deepEqual(failed(score(scenario, '6.1', run({ findings: [double] }))), ['per event']);
  assert.deepEqual(failed(score(scenario, '6.1', run({ findings: [{ ...finding, driver: null }] }))), ['driver', 'per event']);
});

test('a suspected case is not enough, nor one whose trigger was not found', () => {
  const suspected = { ...finding, cases: [{ ...finding.cases[0]!, standing: 'suspected' as const }] };
  assert.deepEqual(failed(score(scenario, '6.1', run({ findings: [suspected] }))), ['case']);
  const unarmed = { ...finding, cases: [{ ...finding.cases[0]!, triggers: [] }] };
  assert.deepEqual(failed(score(scenario, '6.1', run({ findings: [unarmed] }))), ['trigger']);
});

test('when the lab’s counters deny the scenario, kmai is not judged', () => {
  const result = score(scenario, '6.1', run({ after: { lost: 100, packets: 7170 } }));
  assert.equal(result.state, 'broken');
  const sums = totals([result]);
  assert.deepEqual([sums.broken, sums.recall, sums.passed], [1, null, 0]);
});

test('a counter that could not be read is not zero', () => {
  const result = score(scenario, '6.1', run({ after: { lost: null, packets: 7170 } }));
  assert.match(result.problem ?? '', /could not count lost/);
});

test('kmai without a Record has failed and is a miss', () => {
  const result = score(scenario, '6.1', run({ record: null, exit: 70, stderr: 'kmai: TypeError\n' }));
  assert.equal(result.state, 'failed');
  assert.match(result.problem ?? '', /exit 70.*TypeError/);
  assert.equal(totals([result]).recall, 0);
});

test('an exit code that denies the verdict fails', () => {
  assert.deepEqual(failed(score(scenario, '6.1', run({ exit: 0 }))), ['exit code']);
});

const innocent = parseScenario('idle', 'title: idle\nexpect: { verdict: healthy, not_case: fib6 }\n');

test('an innocent machine called leaking is a false alarm, and so is a case that is claimed there', () => {
  const result = score(innocent, '6.1', run());
  assert.deepEqual(failed(result), ['verdict', 'case']);
  assert.deepEqual(totals([result]).falseAlarms, ['idle on 6.1']);
  assert.equal(totals([result]).recall, null);
});

test('"cannot tell" on an innocent machine is a failure but no false alarm', () => {
  const result = score(innocent, '6.1', run({ findings: [], verdict: 'inconclusive', exit: 2 }));
  assert.equal(result.state, 'failed');
  assert.deepEqual(totals([result]).falseAlarms, []);
});

test('growth instead of a leak is a miss, not a false alarm', () => {
  const sums = totals([score(scenario, '6.1', run({ verdict: 'growth' }))]);
  assert.deepEqual([sums.recall, sums.falseAlarms.length], [0, 0]);
});

test('the median of an even number of runs is between the middle two', () => {
  const at = (seconds: number): Result => score(scenario, '6.1', run({ seconds }));
  assert.equal(totals([at(60), at(90), at(70), at(64)]).medianSeconds, 67);
});
