import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactId } from '../model/facts.ts';
import { factIds, factSchemas } from '../model/facts.ts';
import { askAll } from './ask.ts';
import { liveHost } from '../host/live.ts';
import { fakeHost } from './fixtures/hosts.ts';
import type { Answer, Question } from './question.ts';
import { questions } from './questions.ts';

const question = (id: FactId, answer: () => Promise<Answer<FactId>>): Question<FactId> => ({ id, ask: answer });
const later = (milliseconds: number): Promise<void> => new Promise((done) => void setTimeout(done, milliseconds));

test('there is one question for each fact of the schema', () => {
  assert.deepEqual(questions.map((one) => one.id).toSorted(), [...factIds].toSorted());
});

test('answers stand in the order of the list, whichever came first', async () => {
  const list = [
    question('arch', async () => {
      await later(20);
      return { ok: true, value: 'x86_64', from: 'slow' };
    }),
    question('nfsdThreads', () => Promise.resolve({ ok: true, value: 8, from: 'fast' })),
  ];
  const { facts } = await askAll(fakeHost({}), { questions: list });
  assert.deepEqual(facts, [
    { id: 'arch', value: 'x86_64', from: 'slow' },
    { id: 'nfsdThreads', value: 8, from: 'fast' },
  ]);
});

test('a question that throws or breaks its schema does not stop the others', async () => {
  const list = [
    question('arch', () => Promise.reject(new Error('broken'))),
    question('uptimeSeconds', () => Promise.resolve({ ok: true, value: 'long', from: '/x' })),
    question('nfsdThreads', () => Promise.resolve({ ok: true, value: 8, from: '/y' })),
  ];
  const { facts, unavailable } = await askAll(fakeHost({}), { questions: list });
  assert.deepEqual(
    facts.map((fact) => fact.id),
    ['nfsdThreads'],
  );
  assert.deepEqual(
    unavailable.map((why) => [why.what, why.reason]),
    [
      ['arch', 'malformed'],
      ['uptimeSeconds', 'malformed'],
    ],
  );
  assert.match(unavailable[0]?.detail ?? '', /broken/);
});

test('no more questions are asked at one time than allowed', async () => {
  let open = 0;
  let most = 0;
  const list = Array.from({ length: 9 }, () =>
    question('nfsdThreads', async () => {
      most = Math.max(most, ++open);
      await later(1);
      open--;
      return { ok: true, value: 1, from: '' };
    }),
  );
  await askAll(fakeHost({}), { questions: list, atOnce: 2 });
  assert.equal(most, 2);
});

test('what was not asked any more is unavailable, not missing', async () => {
  const { facts, unavailable } = await askAll(fakeHost({}), { signal: AbortSignal.abort() });
  assert.deepEqual([facts.length, unavailable.length], [0, factIds.length]);
});

test('a host that has nothing gives no fact, and one reason for each', async () => {
  const { facts, unavailable } = await askAll(fakeHost({}));
  assert.deepEqual(facts, []);
  assert.deepEqual(
    unavailable.map((why) => why.what),
    questions.map((one) => one.id),
  );
  assert.match(unavailable.find((why) => why.what === 'policyRules6')?.help ?? '', /install iproute2/);
});

test('that a right is lacking is said before that a program is', async () => {
  const denied = { code: 1, stdout: '', stderr: 'Operation not permitted (you must be root)\n' };
  const { unavailable } = await askAll(fakeHost({ commands: { 'nft -a list ruleset': denied } }), {
    questions: questions.filter((one) => one.id === 'nftRules'),
  });
  assert.deepEqual([unavailable[0]?.reason, unavailable[0]?.help], ['denied', 'install nftables, or run as root']);
});

test('a kernel without IPv6 that prints nothing has no "no rules"', async () => {
  const list = questions.filter((one) => one.id === 'policyRules6' || one.id === 'routes6');
  const commands = {
    'ip -d -j -6 rule show': '[ ]\n',
    'ip -j -6 route show table all': '[ ]\n',
    'ip -6 rule show': '',
    'ip -6 route show table all': '',
  };
  const without = await askAll(fakeHost({ commands }), { questions: list });
  assert.deepEqual(
    without.unavailable.map((why) => why.reason),
    ['unsupported', 'unsupported'],
  );
  const disabled = await askAll(fakeHost({ commands, files: { '/proc/net/if_inet6': '' } }), { questions: list });
  assert.deepEqual(
    disabled.facts.map((fact) => fact.value),
    [[], []],
  );
});

test('text of ip takes over where JSON is not spoken, and the answer says so', async () => {
  const old = { code: 255, stdout: '', stderr: 'Option "-j" is unknown, try "ip -help".\n' };
  const commands = { 'ip -d -j -6 rule show': old, 'ip -6 rule show': '30399:\tfrom all lookup main suppress_prefixlength 0\n' };
  const { facts } = await askAll(fakeHost({ commands }), { questions: questions.filter((one) => one.id === 'policyRules6') });
  assert.equal(facts[0]?.from, 'ip -6 rule show');
  assert.deepEqual(factSchemas.policyRules6.parse(facts[0]?.value)[0]?.suppressPrefixLength, 0);
});

test('this machine answers what its files say, and each answer has its type', async () => {
  const machine = liveHost();
  const { facts, unavailable } = await askAll(machine);
  assert.equal(facts.length + unavailable.length, factIds.length);
  const byId = new Map(facts.map((fact) => [fact.id, fact.value]));
  const osrelease = machine.read('/proc/sys/kernel/osrelease');
  const release = factSchemas.release.parse(byId.get('release'));
  assert.equal(release.release, osrelease.ok && osrelease.value.trim());
  const uname = await machine.run(['uname', '-m']);
  assert.equal(byId.get('arch'), uname.ok && uname.value.stdout.trim());
  const mounts = machine.read('/proc/1/mounts');
  if (mounts.ok) assert.equal(factSchemas.mounts.parse(byId.get('mounts')).length, mounts.value.trimEnd().split('\n').length);
  await machine.close();
});
