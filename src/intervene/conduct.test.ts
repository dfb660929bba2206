import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Host } from '../host/host.ts';
import { available, unavailable } from '../model/reading.ts';
import { seeded } from '../statistics/random.ts';
import type { Aimed } from './arms.ts';
import { conduct } from './conduct.ts';
import { protocolSchema } from './protocol.ts';
import type { Response } from './response.ts';
import type { Stimulus, Target } from './stimulus.ts';

/** A machine on which time passes only when it is waited for, and objects are made by the stimuli alone. */
function machine(memoryKilobytes = 1_000_000) {
  const state = { now: 1000, objects: 500, open: 0, bursts: 0, memoryKilobytes };
  const host: Host = {
    kind: 'live',
    origin: 'a test',
    read: (path) =>
      path === '/proc/meminfo' ? available(`MemAvailable:   ${state.memoryKilobytes} kB\n`) : unavailable(path, 'absent', 'ENOENT'),
    readBytes: (path) => unavailable(path, 'absent', 'ENOENT'),
    list: (path) => unavailable(path, 'absent', 'ENOENT'),
    run: async ([what = '']) => unavailable(what, 'absent', 'ENOENT'),
    clock: {
      now: () => state.now,
      async wait(seconds, signal) {
        state.now += seconds;
        return signal?.aborted !== true;
      },
    },
    defects: [],
    close: async () => {},
  };
  const response: Response = { alias: 'x', by: 'a counter', exact: true, lump: 1, objectBytes: 64, read: () => state.objects };
  const arm = (perEvent: number, options: { readonly target?: Target; readonly answers?: boolean } = {}): Aimed => {
    const stimulus: Stimulus = {
      kind: 'open',
      event: 'open',
      reach: options.target === undefined ? 'here' : 'network',
      needs: { root: false, tools: [] },
      async prepare() {
        state.open++;
        return available({
          async burst(count) {
            state.objects += count * perEvent;
            state.now += count * 0.001;
            state.bursts++;
            return { events: count, answers: options.answers === false ? 0 : count };
          },
          close: async () => void state.open--,
        });
      },
    };
    return { arm: { stimulus: 'open' }, stimulus, target: options.target ?? null, address: 'an address' };
  };
  return { state, host, response, arm };
}
const protocol = protocolSchema.parse({ id: 'test', cache: 'x', arms: [{ stimulus: 'open' }], events: 400, enough: 0 });
const onProgress = () => {};

test('the arm that makes two objects an event is convicted of two, the other acquitted, and all is closed', async () => {
  const { state, host, response, arm } = machine();
  const found = await conduct(protocol, [arm(2), arm(0)], { host, response, onProgress });
  assert.ok(found.ok);
  const [guilty, innocent] = found.value.arms;
  assert.ok(Math.abs(guilty!.objectsPerEvent - 2) < 0.01);
  assert.deepEqual([guilty!.convicted, innocent!.convicted, innocent!.undecided], [true, false, null]);
  assert.deepEqual([guilty!.events, state.open], [400, 0]);
});

test('once every arm is known well enough, three rounds before the washout and three after it are made, and no more', async () => {
  const { host, response, arm } = machine();
  const found = await conduct({ ...protocol, rounds: 20, events: 4000, enough: 0.02 }, [arm(1), arm(0)], { host, response, onProgress });
  assert.ok(found.ok);
  const made = (phase: string) => found.value.bursts.filter((burst) => burst.phase === phase && burst.arm === 0).length;
  assert.deepEqual([made('challenge'), made('rechallenge')], [3, 3]);
  assert.deepEqual(
    found.value.arms.map(({ convicted, undecided }) => [convicted, undecided]),
    [
      [true, null],
      [false, null],
    ],
  );
});

test('an arm that is not known well enough has all its rounds', async () => {
  const { state, host, response, arm } = machine();
  const random = seeded(3);
  const noisy: Response = { ...response, read: () => state.objects + Math.round(200 * random()) };
  const found = await conduct({ ...protocol, enough: 0.02 }, [arm(0)], { host, response: noisy, onProgress });
  assert.ok(found.ok);
  assert.equal(found.value.bursts.filter((burst) => burst.arm === 0).length, 8);
});

test('a peer that does not answer is refused after the warm-up, before anything is counted', async () => {
  const { state, host, response, arm } = machine();
  const found = await conduct(protocol, [arm(0, { target: 'off-link', answers: false })], { host, response, onProgress });
  assert.match(found.ok ? '' : found.unavailable.detail, /does not answer/);
  assert.deepEqual([state.bursts, state.open], [3, 0]);
});

test('it ends when memory runs short, and says so', async () => {
  const { state, host, response, arm } = machine();
  const found = await conduct(protocol, [arm(1)], {
    host,
    response,
    onProgress: (done) => {
      if (done === 10) state.memoryKilobytes = 10_000;
    },
  });
  assert.ok(found.ok);
  assert.equal(found.value.stopped, 'memory');
  assert.equal(found.value.bursts.length, 11);
});

test('Ctrl-C ends it; the burst it cut is not counted', async () => {
  const { host, response, arm } = machine();
  const stopper = new AbortController();
  const found = await conduct(protocol, [arm(1)], {
    host,
    response,
    signal: stopper.signal,
    onProgress: (done) => void (done === 6 && stopper.abort()),
  });
  assert.ok(found.ok);
  assert.deepEqual([found.value.stopped, found.value.bursts.length], ['interrupted', 6]);
});

test('it ends when its time is over', async () => {
  const { host, response, arm } = machine();
  const short = { ...protocol, stop: { ...protocol.stop, seconds: 5 } };
  const found = await conduct(short, [arm(1)], { host, response, onProgress });
  assert.equal(found.ok && found.value.stopped, 'time');
});
