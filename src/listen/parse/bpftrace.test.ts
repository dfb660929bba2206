import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseBpftrace } from './bpftrace.ts';
import { readJsonMaps } from './json-maps.ts';
import { malformations } from './lines.ts';

const bytes = (text: string) => [new TextEncoder().encode(text)];
const pieces = (text: string, size: number) =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, i) => new TextEncoder().encode(text.slice(i * size, (i + 1) * size)));

async function entriesOf(text: string, size = 1 << 16) {
  const bad = malformations();
  const entries: [string, string, unknown][] = [];
  const printed: string[] = [];
  const others: string[] = [];
  const maps = {
    entry: (map: string, key: string, value: unknown) => void entries.push([map, key, value]),
    printed: (said: string) => void printed.push(said),
    other: (type: string) => void others.push(type),
  };
  await readJsonMaps(pieces(text, size), maps, bad);
  return { entries, printed, others, bad };
}

// As bpftrace 0.17 printed it on 6.18, cut down: all maps an object each, numbers beside texts, tuples.
const old = `{"type": "attached_probes", "data": {"probes": 3}}

{"type": "printf", "data": "kmai-ready 13365000000000\\n"}
{"type": "map", "data": {"@alloc": {"\\n    kmem_cache_alloc_noprof+560\\n    do_eventfd+183\\n": 3, "\\n    kmem_cache_alloc_noprof+560\\n    path_openat+64\\n": 1}}}
{"type": "map", "data": {"@frees": 7}}
{"type": "map", "data": {"@live": {"0xffff8885538ce840": [13365317602214,30318,1,"Main, {\\"}\\"","\\n    kmem_cache_alloc_noprof+560\\n    do_eventfd+183\\n"], "0xffff888351e26900": [13366920460132,30319,0,"sh","\\n    kmem_cache_alloc_noprof+560\\n    do_eventfd+183\\n"]}}}
`;

test('bpftrace: our own script tells who holds what since when, and how much was allocated', async () => {
  const bad = malformations();
  const window = () => ({ start: 13365, end: 13367 });
  const { sites, held, numbers } = await parseBpftrace(bytes(old), bad, { window });
  assert.equal(bad.count, 0);
  assert.equal(held, 2);
  assert.equal(numbers.get('@frees'), 7);
  assert.deepEqual(
    sites.map(({ frames, allocated, outstanding }) => [frames.at(-1), allocated, outstanding]),
    [
      ['do_eventfd+0xb7', 3, 2],
      ['path_openat+0x40', 1, 0],
    ],
  );
  // 0.3176 s and 1.92 s of 2 s, in eighths.
  assert.deepEqual(sites[0]!.byAge, [0, 1, 0, 0, 0, 0, 0, 1]);
  assert.ok(Math.abs(sites[0]!.oldestSeconds! - 1.6823978) < 1e-5);
  assert.deepEqual(sites[0]!.processes, [
    { pid: 30318, comm: 'Main, {"}"', count: 1 },
    { pid: 30319, comm: 'sh', count: 1 },
  ]);
  assert.deepEqual(sites[0]!.cpus, [0, 1]);
});

test('bpftrace: what was allocated after the window is not held against it', async () => {
  const { sites } = await parseBpftrace(bytes(old), malformations(), { window: () => ({ start: 13365, end: 13366 }) });
  assert.equal(sites[0]!.outstanding, 1);
});

test('bpftrace: newer ones write large numbers as texts, and maps may be lists of keys and values', async () => {
  const newer = `{"type":"attached_probes", "count":3}
{"type": "map", "data": {"@live": [{"key": "18446612682174654528", "value": ["9013365317602214001",5,1,"sh","\\n f+1\\n"]}, {"key": [1, 2], "value": 4}]}}
{"type": "map", "data": {"@alloc": {"f": "9007199254740993"}}}
`;
  const { entries, others, bad } = await entriesOf(newer);
  assert.equal(bad.count, 0);
  assert.deepEqual(others, ['attached_probes']);
  assert.deepEqual(entries, [
    ['@live', '18446612682174654528', ['9013365317602214001', 5, 1, 'sh', '\n f+1\n']],
    ['@live', '1,2', 4],
    ['@alloc', 'f', '9007199254740993'],
  ]);
  const { sites } = await parseBpftrace(bytes(newer), malformations());
  assert.deepEqual(
    sites.map(({ frames, allocated, outstanding }) => [frames[0], allocated, outstanding]),
    [
      ['f+0x1', 1, 1],
      ['f', 9007199254740992, 0],
    ],
  );
});

test('bpftrace: without stacks a caller is a name alone', async () => {
  const plain =
    '{"type": "map", "data": {"@alloc": {"alloc_empty_file": 5}}}\n{"type": "map", "data": {"@live": {"0xf": [1,2,0,"sh","alloc_empty_file"]}}}\n';
  const { sites } = await parseBpftrace(bytes(plain), malformations());
  assert.deepEqual(
    sites.map(({ frames, allocated, outstanding }) => [frames, allocated, outstanding]),
    [[['alloc_empty_file'], 5, 1]],
  );
});

test('bpftrace: wherever the stream is cut, the same is heard', async () => {
  const whole = await entriesOf(old);
  assert.equal(whole.entries.length, 5);
  assert.deepEqual(whole.printed, ['kmai-ready 13365000000000\n']);
  for (const size of [1, 2, 7, 64, 333]) assert.deepEqual(await entriesOf(old, size), whole);
});

test('bpftrace: a map is one line however many objects live, and none is lost', async () => {
  const one = (i: number) => `"0x${i.toString(16)}": [${i},7,0,"sh","\\n    kmem_cache_alloc_noprof+560\\n    do_eventfd+183\\n"]`;
  const line = `{"type": "map", "data": {"@live": {${Array.from({ length: 40_009 }, (_, i) => one(i)).join(', ')}}}}\n`;
  assert.ok(line.length > 3 << 20);
  const bad = malformations();
  const { sites, held } = await parseBpftrace(pieces(line, 65_536), bad);
  assert.deepEqual([bad.count, held, sites[0]!.outstanding], [0, 40_009, 40_009]);
});

test('bpftrace: a line that is torn is counted with its number, the others are used', async () => {
  const lines = old.split('\n');
  const torn = [...lines.slice(0, 3), lines[3]!.slice(0, 60), '}{', '{"no": "type"}', ...lines.slice(4)].join('\n');
  const { entries, bad } = await entriesOf(torn);
  assert.deepEqual([bad.count, bad.first!.line], [3, 4]);
  assert.deepEqual(
    entries.map(([map]) => map),
    ['@frees', '@live', '@live'],
  );
});

test('bpftrace: any text gives entries or is counted, and a line that never ends takes no more memory', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ maxLength: 200, unit: fc.constantFrom(...'{}[]",:\\\n @a1'.split('')) }),
      fc.integer({ min: 1, max: 40 }),
      async (text, size) => {
        const { bad } = await entriesOf(`{"type": "map", "data": {"@": {${text}`, size);
        assert.ok(bad.count >= 0);
      },
    ),
  );
  const endless = Array.from({ length: 40 }, () => new TextEncoder().encode('"x'.repeat(65_536)));
  const bad = malformations();
  await readJsonMaps(endless, { entry: () => assert.fail('there was no entry') }, bad);
  assert.equal(bad.count, 1);
});
