import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Malformed } from '../model/reading.ts';
import { parseProtocol, printProtocol } from './protocol-file.ts';
import { protocolSchema } from './protocol.ts';

const good = 'id: seed\ncache: ip6_dst_cache\narms:\n  - stimulus: udp6-off-link\n    address: 2001:db8::1\n';

test('what is left out has its default, and what was saved is read as it was', () => {
  const protocol = parseProtocol(good);
  assert.deepEqual([protocol.events, protocol.rounds, protocol.settle_seconds, protocol.stop.seconds], [2000, 8, 0.5, 300]);
  assert.deepEqual(parseProtocol(printProtocol(protocol)), protocol);
});

test('any protocol that can be is read back from what is printed of it', () => {
  const protocols = fc.record({
    id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
    cache: fc.string({ minLength: 1, maxLength: 30 }),
    arms: fc.array(fc.record({ stimulus: fc.string({ minLength: 1, maxLength: 60 }), port: fc.integer({ min: 1, max: 65_535 }) }), {
      minLength: 1,
      maxLength: 16,
    }),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(protocols, (text) => {
      const protocol = protocolSchema.parse(text);
      assert.deepEqual(parseProtocol(printProtocol(protocol)), protocol);
    }),
  );
});

const hostile: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ['a key that is not known', `${good}evnets: 3\n`, /evnets/],
  ['a key twice', `${good}id: other\n`, /unique|DUPLICATE/i],
  ['more events than ten million', `${good}events: 1e99\n`, /events/],
  ['a number that is none', `${good}rounds: .nan\n`, /rounds/],
  ['no arm', 'id: seed\ncache: x\narms: []\n', /arms/],
  ['a port of 65 536', good.replace('address:', 'port: 65536\n    address:'), /port/],
  ['aliases that double ten times', `a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n${good}`, /alias/i],
  ['a tag of another program', `${good}seed: !!js/function "process.exit()"\n`, /seed|tag/i],
  ['a prototype', `${good}__proto__: { polluted: true }\n`, /proto|unrecognized/i],
  ['two documents', `${good}---\n${good}`, /document/i],
  ['a list', '- 1\n- 2\n', /object/],
  ['nothing', '', /object|protocol/],
  ['a megabyte', `${good}# ${'x'.repeat(1_000_000)}\n`, /40000|characters/],
  ['brackets 20 000 deep', `${good}seed: ${'['.repeat(20_000)}`, /./],
];
for (const [what, text, message] of hostile)
  test(`${what} is Malformed, with the reason`, () => {
    assert.throws(
      () => parseProtocol(text),
      (error) => error instanceof Malformed && message.test(error.message),
    );
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

test('a line that is no YAML is named', () => {
  assert.throws(
    () => parseProtocol('id: seed\ncache: [\n'),
    (error) => error instanceof Malformed && error.line > 0,
  );
});
