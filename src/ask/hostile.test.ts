import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Entry, Host } from '../host/host.ts';
import { available, type Reading, unavailable } from '../model/reading.ts';
import { factIds, factSchemas } from '../model/facts.ts';
import { askAll } from './ask.ts';
import { fakeHost } from './fixtures/hosts.ts';

const sample = fc.constantFrom(
  '',
  '0\n',
  '[]',
  '{"nftables":[]}',
  '0:\tfrom all lookup main suppress_prefixlength 0\n',
  'default via fe80::1 dev eth0\n',
  'Linux version 6.1.0 (x)\n',
  'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n',
  'CONFIG_SLUB=y\n',
);
const text = fc.oneof({ weight: 2, arbitrary: sample }, fc.string(), fc.string({ unit: 'binary' }));
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({ name: fc.string({ minLength: 1 }), kind: fc.constantFrom('file' as const, 'folder' as const, 'other' as const) }),
  fc.record({ name: fc.constantFrom('eth0', 'driver', '__proto__', '..'), kind: fc.constant('link' as const), target: fc.string() }),
);

/** Answers from three lists that run in a circle, so that no two places agree. */
function hostileHost(texts: readonly string[], lists: readonly (readonly Entry[])[], codes: readonly number[]): Host {
  let asked = 0;
  const pick = <T>(from: readonly T[]): Reading<T> => {
    const one = from[asked++ % (from.length + 1)];
    return one === undefined ? unavailable('x', 'denied', 'EACCES') : available(one);
  };
  return {
    ...fakeHost({}),
    read: () => pick(texts),
    readBytes: () => {
      const reading = pick(texts);
      return reading.ok ? available(Buffer.from(reading.value)) : reading;
    },
    list: () => pick(lists),
    run: () => {
      const reading = pick(texts);
      if (!reading.ok) return Promise.resolve(reading);
      return Promise.resolve(available({ code: codes[asked % codes.length] ?? 0, stdout: reading.value, stderr: reading.value }));
    },
  };
}

test('whatever a host says, each question gives a value of its type or a reason, and none fails', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { maxLength: 7 }),
      fc.array(fc.array(entry, { maxLength: 4 }), { maxLength: 3 }),
      fc.array(fc.constantFrom(0, 0, 1), { minLength: 1, maxLength: 5 }),
      async (texts, lists, codes) => {
        const { facts, unavailable: lacking } = await askAll(hostileHost(texts, lists, codes));
        assert.equal(facts.length + lacking.length, factIds.length);
        for (const fact of facts) {
          const id = factIds.find((one) => one === fact.id);
          assert.ok(id !== undefined && factSchemas[id].safeParse(fact.value).success, fact.id);
        }
        for (const why of lacking) assert.doesNotMatch(why.help, /defect of kmai/, `${why.what}: ${why.detail}`);
      },
    ),
    { numRuns: 200 },
  );
});
