import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { available, unavailable } from '../model/reading.ts';
import type { Reading } from '../model/reading.ts';
import { readArchive, readArchiveFile } from './archive.ts';
import { captureHost } from './capture.ts';
import { captureFiles, encodeCapture, saveFile } from './capture-writer.ts';
import { diskTree } from './disk-tree.ts';
import type { Completed, Entry, Host } from './host.ts';
import { liveHost } from './live.ts';
import { memoryTree } from './memory-tree.ts';
import { recorder } from './recorder.ts';
import type { Recorder } from './recorder.ts';
import { Unreadable } from './unreadable.ts';

const options = { version: '0.1.0', hostname: 'examined', interval: 1 };

async function replayOf(recording: Recorder): Promise<Host> {
  const bytes = await encodeCapture(recording.finish(), options);
  const archive = await readArchive(chunksOf(bytes));
  return captureHost(memoryTree(archive.nodes), 'test.kmai', archive);
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

type Step = readonly ['read' | 'readBytes' | 'list', string] | readonly ['run', readonly string[]] | readonly ['wait'] | readonly ['now'];

async function answers(host: Host, steps: readonly Step[]): Promise<unknown[]> {
  const given: unknown[] = [];
  for (const step of steps) {
    if (step[0] === 'wait') given.push(await host.clock.wait(0));
    else if (step[0] === 'now') given.push(host.clock.now());
    else if (step[0] === 'run') given.push(await host.run(step[1]));
    else given.push(host[step[0]](step[1]));
  }
  return given;
}

/** Answers anew at every question, from lists that run in a circle: nothing may depend on an answer staying the same. */
function fakeHost(script: {
  readonly bytes: readonly Reading<Uint8Array>[];
  readonly lists: readonly Reading<readonly Entry[]>[];
  readonly runs: readonly Reading<Completed>[];
  readonly waits: number;
}): Host {
  let asked = 0;
  let waited = 0;
  const pick = <T>(from: readonly T[]): T => from[asked++ % from.length]!;
  return {
    kind: 'live',
    origin: 'a script',
    read: () => assert.fail('the recorder reads bytes'),
    readBytes: () => pick(script.bytes),
    list: () => pick(script.lists),
    run: async () => pick(script.runs),
    clock: { now: () => 1000 + asked++ / 8, wait: async () => waited++ < script.waits },
    defects: ['a defect of the script'],
    close: async () => {},
  };
}

const refused = fc
  .record({
    reason: fc.constantFrom('absent' as const, 'denied' as const, 'unsupported' as const, 'malformed' as const),
    detail: fc.string(),
  })
  .map(({ reason, detail }) => unavailable('what', reason, detail, 'help'));
const few = { minLength: 1, maxLength: 4 };
const script = fc.record({
  bytes: fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => available(new Uint8Array(bytes))),
      refused,
    ),
    few,
  ),
  lists: fc.array(
    fc.oneof(
      fc.constant(
        available([
          { name: 'a', kind: 'link' as const, target: '../b' },
          { name: 'c', kind: 'link' as const },
        ]),
      ),
      fc.constant(available([])),
      refused,
    ),
    few,
  ),
  runs: fc.array(
    fc.oneof(
      fc
        .record({ code: fc.nat({ max: 255 }), stdout: fc.string({ unit: 'binary' }), stderr: fc.string() }, { noNullPrototype: true })
        .map(available),
      refused,
    ),
    few,
  ),
  waits: fc.nat({ max: 6 }),
});
const paths = fc.constantFrom(
  '/proc/meminfo',
  '/proc/slabinfo',
  '/sys/kernel/slab/:t-0000256/aliases',
  '//etc/./hosts',
  `/${'deep/'.repeat(40)}x`,
  '/ünïcode/名',
  '/with space\n',
);
const argvs = fc.constantFrom(['ip', '-6', 'rule'], ['nft', '-j', 'list', 'ruleset'], ['x', '']);

function stepsOver(path: fc.Arbitrary<string>, argv: fc.Arbitrary<readonly string[]>): fc.Arbitrary<Step[]> {
  return fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.tuple(fc.constantFrom('read' as const, 'readBytes' as const, 'list' as const), path) },
      { weight: 2, arbitrary: fc.tuple(fc.constant('run' as const), argv) },
      { weight: 2, arbitrary: fc.constant(['wait'] as const) },
      { weight: 1, arbitrary: fc.constant(['now'] as const) },
    ),
    { maxLength: 40 },
  );
}

test('a replay gives exactly what the recorder gave, refusals and clock included', () =>
  fc.assert(
    fc.asyncProperty(script, stepsOver(paths, argvs), async (scripted, steps) => {
      const recording = recorder(fakeHost(scripted));
      const given = await answers(recording, steps);
      const replay = await replayOf(recording);
      assert.deepEqual(await answers(replay, steps), given);
      assert.deepEqual(replay.defects, ['a defect of the script']);
    }),
    { numRuns: 150 },
  ));

test('a replay of this machine gives exactly the bytes that were seen', async () => {
  const live = fc.constantFrom(
    '/proc/uptime',
    '/proc/meminfo',
    '/proc/stat',
    '/proc/self/status',
    '/proc/1/environ',
    '/proc/self/fd',
    '/sys/kernel',
    '/proc/self/auxv',
    '/no/such',
    '/proc/kmsg',
    '/\0',
  );
  await fc.assert(
    fc.asyncProperty(
      stepsOver(live, fc.constantFrom(['date', '+%N'], ['no-such-program'], ['sh', '-c', 'echo $$; exit 3'])),
      async (steps) => {
        const host = liveHost();
        const recording = recorder(host);
        const given = await answers(recording, steps);
        await recording.close();
        assert.deepEqual(await answers(await replayOf(recording), steps), given);
      },
    ),
    { numRuns: 25 },
  );
});

/** A host whose files are what the test says at each moment. */
function scripted(now: Record<string, string>, onWait: () => boolean): Host {
  return {
    ...fakeHost({ bytes: [], lists: [available([])], runs: [available({ code: 0, stdout: '', stderr: '' })], waits: 0 }),
    readBytes: (path) =>
      now[path] === undefined ? unavailable(path, 'absent', 'ENOENT') : available(new Uint8Array(Buffer.from(now[path]))),
    clock: { now: () => 7, wait: async () => onWait() },
  };
}

test('what was read once is under once, what changed under each sample in which it had changed', async () => {
  const now: Record<string, string> = { '/proc/a': 'a0', '/proc/same': 's', '/etc/os-release': 'os' };
  const recording = recorder(scripted(now, () => true));
  recording.read('/etc/os-release');
  for (const value of ['a0', 'a0', 'a2', 'a3']) {
    now['/proc/a'] = value;
    recording.read('/proc/a');
    recording.read('/proc/same');
    await recording.clock.wait(1);
  }
  const names = [...captureFiles(recording.finish(), options).keys()].toSorted();
  assert.deepEqual(names, [
    'manifest.json',
    'once/etc/os-release',
    'samples/0/proc/a',
    'samples/0/proc/same',
    'samples/2/proc/a',
    'samples/3/proc/a',
  ]);
});

test('a file that comes and goes is absent where it was absent', async () => {
  const now: Record<string, string> = {};
  const recording = recorder(scripted(now, () => true));
  const seen: boolean[] = [];
  for (const there of [false, true, true, false, true]) {
    if (there) now['/proc/7/fd'] = 'x';
    else delete now['/proc/7/fd'];
    seen.push(recording.read('/proc/7/fd').ok);
    await recording.clock.wait(1);
  }
  assert.deepEqual(seen, [false, true, true, false, true]);
  const replay = await replayOf(recording);
  for (const expected of seen) {
    assert.equal(replay.read('/proc/7/fd').ok, expected);
    await replay.clock.wait(1);
  }
});

test('within a phase a file is read once and time stands still; a wait counts what has passed of it', async () => {
  let time = 100;
  let reads = 0;
  const waits: number[] = [];
  const recording = recorder({
    ...fakeHost({ bytes: [], lists: [], runs: [], waits: 0 }),
    readBytes: () => available(Uint8Array.of(reads++)),
    clock: { now: () => time, wait: async (seconds) => waits.push(seconds) > 0 },
  });
  recording.readBytes('/a');
  recording.readBytes('/./a');
  assert.equal(reads, 1);
  time = 100.25;
  assert.equal(recording.clock.now(), 100);
  await recording.clock.wait(1);
  assert.deepEqual(waits, [0.75]);
  assert.equal(recording.clock.now(), 100.25);
  recording.readBytes('/a');
  assert.equal(reads, 2);
});

test('a sample equal to the one before is not held twice', async () => {
  const recording = recorder(scripted({ '/a': 'x'.repeat(1000) }, () => true));
  const first = recording.readBytes('/a');
  await recording.clock.wait(1);
  const second = recording.readBytes('/a');
  assert.ok(first.ok && second.ok && first.value === second.value);
  assert.equal(recording.finish().files.get('/a')?.samples.length, 1);
});

test('a recording that grows too large ends, says so, and is whole until there', async () => {
  let n = 0;
  const now: Record<string, string> = {};
  const recording = recorder(
    scripted(now, () => true),
    10_000,
  );
  do {
    now['/a'] = `${n++} ${'x'.repeat(1000)}`;
    recording.read('/a');
  } while (await recording.clock.wait(1));
  // Each sample is 1,002 bytes and some hundred of overhead.
  assert.ok(n >= 7 && n <= 10, `${n} samples`);
  const replay = await replayOf(recording);
  assert.match(replay.defects.join(), new RegExp(`ended after ${n} samples: it holds more than 10000 bytes`));
  for (let i = 1; i < n; i++) await replay.clock.wait(1);
  assert.deepEqual(replay.read('/a'), { ok: true, value: now['/a'] });
});

test('what was not asked for in the recording is absent, and says why', async () => {
  const replay = await replayOf(recorder(scripted({}, () => false)));
  const reading = replay.read('/proc/meminfo');
  assert.ok(!reading.ok);
  assert.deepEqual(reading.unavailable, {
    what: '/proc/meminfo',
    reason: 'absent',
    detail: 'not in the capture',
    help: 'capture again with this version of kmai',
  });
  assert.equal((await replay.run(['ip', 'rule'])).ok, false);
  assert.equal(replay.list('/proc').ok, false);
});

async function sampled(): Promise<Recorder> {
  const now: Record<string, string> = {};
  const recording = recorder(scripted(now, () => true));
  for (let i = 0; i < 12; i++) {
    now['/proc/a'] = `${i} ${'noise'.repeat(i * 50)}`;
    recording.read('/proc/a');
    recording.list('/proc');
    await recording.run(['ip', 'rule']);
    await recording.clock.wait(1);
  }
  return recording;
}

test('the same recording is written as the same bytes, which tar and zstd can read', async () => {
  const recording = await sampled();
  const bytes = await encodeCapture(recording.finish(), options);
  assert.deepEqual(await encodeCapture((await sampled()).finish(), options), bytes);
  const listed = execFileSync('sh', ['-c', 'zstd -dc | tar -t'], { input: bytes, encoding: 'utf8' }).trim().split('\n');
  assert.deepEqual(listed.toSorted(), [...captureFiles(recording.finish(), options).keys()].toSorted());
  assert.equal(listed[0], 'manifest.json');
});

test('a capture unpacked to a folder replays as the file does', async () => {
  const recording = await sampled();
  const folder = mkdtempSync(join(tmpdir(), 'kmai-capture-'));
  try {
    for (const [name, bytes] of captureFiles(recording.finish(), options)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    const steps: Step[] = Array.from({ length: 12 }, (): Step[] => [
      ['read', '/proc/a'],
      ['list', '/proc'],
      ['run', ['ip', 'rule']],
      ['now'],
      ['wait'],
    ]).flat();
    assert.deepEqual(await answers(captureHost(diskTree(folder), folder), steps), await answers(await replayOf(recording), steps));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a capture that was cut off is a shorter recording, never one that stands still', async () => {
  const recording = await sampled();
  const packed = execFileSync('zstd', ['-dc'], { input: await encodeCapture(recording.finish(), options) });
  let shortest = Number.POSITIVE_INFINITY;
  for (let cut = 97; cut < packed.length - 1024; cut += 97) {
    const archive = await readArchive(chunksOf(packed.subarray(0, cut)));
    if (!archive.nodes.has('manifest.json')) continue;
    const replay = captureHost(memoryTree(archive.nodes), 'cut.kmai', archive);
    assert.ok(replay.defects.length > 0);
    let phases = 0;
    do {
      const reading = replay.read('/proc/a');
      if (reading.ok) assert.equal(reading.value.split(' ')[0], String(phases), `cut at ${cut}`);
      phases += 1;
    } while (await replay.clock.wait(1));
    shortest = Math.min(shortest, phases);
  }
  assert.equal(shortest, 1);
});

test('a capture is written whole, for its owner only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kmai-capture-'));
  try {
    const path = join(folder, 'x.kmai');
    saveFile(path, await encodeCapture((await sampled()).finish(), options));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const archive = await readArchiveFile(path);
    assert.deepEqual(archive.defects, []);
    assert.throws(() => saveFile(join(folder, 'no/x.kmai'), new Uint8Array(1)), { code: 'ENOENT' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function open(manifest: string | null): Host {
  const nodes = new Map(manifest === null ? [] : [['manifest.json', { bytes: Buffer.from(manifest) }]]);
  return captureHost(memoryTree(nodes), 'x.kmai');
}

test('a manifest that is missing, damaged or of another version says what was expected', () => {
  assert.throws(
    () => open(null),
    (error) => error instanceof Unreadable && /x\.kmai: manifest\.json: ENOENT; expected a capture/.test(error.message),
  );
  assert.throws(() => open('{'), /not JSON/);
  assert.throws(() => open('{"schema":"kmai.capture/2"}'), /schema/);
  const good = {
    schema: 'kmai.capture/1',
    kmai: '0',
    hostname: 'h',
    from: 'live',
    interval: null,
    redacted: false,
    refusals: [],
    defects: [],
  };
  assert.throws(() => open(JSON.stringify({ ...good, phases: [] })), /phases/);
  assert.equal(open(JSON.stringify({ ...good, phases: [{ at: 5 }], later: 'additions are ignored' })).clock.now(), 5);
});

test('a hostile manifest, list or command never throws anything but Unreadable', async () => {
  const names = fc.constantFrom(
    'manifest.json',
    'lists/0.json',
    'commands/0.json',
    'commands/1',
    'samples/0/a',
    'samples/99999999999/a',
    'once/a',
    'lists/0.json/x',
  );
  const good = JSON.stringify({
    schema: 'kmai.capture/1',
    kmai: '0',
    hostname: 'h',
    from: 'live',
    interval: null,
    redacted: false,
    refusals: [],
    defects: [],
    phases: [{ at: 1 }],
  });
  await fc.assert(
    fc.asyncProperty(fc.dictionary(names, fc.oneof(fc.json(), fc.string(), fc.constant(good))), async (files) => {
      const nodes = new Map(
        Object.entries({ 'manifest.json': good, ...files }).map(([name, body]) => [name, { bytes: Buffer.from(body) }]),
      );
      try {
        const host = captureHost(memoryTree(nodes), 'x');
        host.read('/a');
        host.list('/');
        await host.run(['a']);
        await host.clock.wait(1);
      } catch (error) {
        assert.ok(error instanceof Unreadable, String(error));
      }
    }),
  );
});
