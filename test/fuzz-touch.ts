/**
 * Mutates small dumps and examines them all the way: containers, symbols, types, slabs, orphans, census. Anything
 * but an answer, a finding or a clear error is a failure, and so is an examination that takes too long.
 *
 *     node test/fuzz-touch.ts [RUNS (100000)] [SEED] [FIRST]
 *
 * FIRST passes over the runs before it: what a failure prints can be met again at once.
 */
import process from 'node:process';
import { Malformed } from '../src/model/reading.ts';
import { evaluate } from '../src/touch/btf/evaluate.ts';
import { formatValue } from '../src/touch/btf/format.ts';
import { readSlabs } from '../src/touch/vmcore.ts';
import { BadDump, flaws, Meaningless, Unmapped } from '../src/touch/damage.ts';
import { elfCore, fileOf, flattened, kdump } from '../src/touch/fixtures/dumps.ts';
import { pagesKernel } from '../src/touch/fixtures/pages.ts';
import { openKernel } from '../src/touch/kernel.ts';
import { openImage } from '../src/touch/memory/dump.ts';
import { pageSize } from '../src/touch/memory/image.ts';
import { examinePages } from '../src/touch/examine-pages.ts';
import { findOrphans } from '../src/touch/slab/orphans.ts';
import { reachInPasses } from '../src/touch/slab/passes.ts';
import { splitByType } from '../src/touch/slab/split.ts';

/** xorshift32: the same seed makes the same run. */
function random(seed: number): (below: number) => number {
  let x = seed || 1;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

const interesting = [0, 1, 0x7f, 0x80, 0xff, 0xfe];

/** A kernel with a few slabs that hold pointers, as one dump of each kind. */
function specimens(): readonly { readonly name: string; readonly bytes: Buffer; readonly hot: readonly (readonly [number, number])[] }[] {
  const made = pagesKernel({ sheaves: true, generation: 'byte' });
  made.area(330, 'dup_task_struct');
  const cache = made.cache('node', 256);
  const objects = [...made.slab(cache, { free: [3, 5] }), ...made.slab(cache), ...made.slab(made.cache('other', 1024), { free: [1] })];
  objects.forEach((object, i) => made.put(object + 8, made.pointer(objects[(i * 7 + 1) % objects.length]!)));
  made.cpuSlab(cache, objects[0]!, made.chain(cache, [objects[6]!, objects[8]!]));
  const core = made.dump();
  const note = core
    .toString('latin1', 64 + 56 * 2, core.length - 512 * pageSize)
    .replace(/^[^]*?OSRELEASE/, 'OSRELEASE')
    .replace(/\0[^]*$/, '');
  const memory = core.subarray(core.length - 512 * pageSize);
  const pages = new Map<number, Buffer>();
  for (let frame = 0; frame < 512; frame++) {
    const page = memory.subarray(frame * pageSize, (frame + 1) * pageSize);
    if (page.some((byte) => byte !== 0)) pages.set(frame, page);
  }
  const packed = kdump(pages, { method: 'plain', note, level: 1, frames: 512 });
  const zipped = kdump(pages, { method: 'zlib', note, level: 31, frames: 512 });
  const start = core.length - memory.length;
  const data = [
    [start + pageSize, start + 5 * pageSize], // page tables
    [start + 16 * pageSize, start + 40 * pageSize], // symbols, types, caches
    [start + 256 * pageSize, start + 264 * pageSize], // the memory map
    [start + 320 * pageSize, start + 324 * pageSize], // slabs
  ] as const;
  return [
    { name: 'elf header', bytes: core, hot: [[0, start]] },
    { name: 'elf memory', bytes: core, hot: data },
    {
      name: 'kdump plain',
      bytes: packed,
      hot: [
        [0, 512],
        [4096, 8192 + note.length],
        [packed.length - pages.size * pageSize, packed.length],
      ],
    },
    {
      name: 'kdump zlib',
      bytes: zipped,
      hot: [
        [0, 512],
        [4096, 8192 + note.length],
        [16384, zipped.length],
      ],
    },
    {
      name: 'flattened',
      bytes: flattened(zipped, 4096),
      hot: [
        [4096, 4160],
        [4096, 40000],
      ],
    },
    { name: 'elf of nothing', bytes: elfCore([]), hot: [[0, 120]] },
  ];
}

async function examine(bytes: Buffer): Promise<'answer' | 'error'> {
  try {
    const image = openImage(fileOf(bytes));
    const kernel = openKernel(image);
    const core = { path: 'fuzz', kernel, flaws: flaws() };
    const view = readSlabs(core);
    const reach = await findOrphans(kernel, view.objects, core.flaws);
    reachInPasses(kernel, view.objects, reach.alive, () => {});
    await examinePages(core, () => {});
    const cache = view.caches[0];
    if (cache !== undefined) splitByType(kernel, view.objects, cache, (object) => reach.reached[object] === 0);
    formatValue(kernel, evaluate(kernel, '*(struct kmem_cache *)((struct list_head *)&slab_caches)->next'));
    return 'answer';
  } catch (error) {
    if (error instanceof BadDump || error instanceof Malformed || error instanceof Unmapped || error instanceof Meaningless) return 'error';
    throw error;
  }
}

const runs = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? 20_261_124);
const first = Number(process.argv[4] ?? 0);
/** Of CPU. An examination of these dumps takes some 10 ms. */
const slowMs = 5000;
const next = random(seed);
const dumps = specimens();
const outcomes = { answer: 0, error: 0 };
let slowest = 0;
for (let run = 0; run < runs; run++) {
  const { name, bytes, hot } = dumps[next(dumps.length)]!;
  const cut = next(20) === 0 ? next(bytes.length) : bytes.length;
  const mutated = Buffer.from(bytes.subarray(0, cut));
  const changes: string[] = [];
  for (let i = 1 + next(6); i > 0 && mutated.length > 0; i--) {
    const [from, to] = hot[next(hot.length)]!;
    const at = Math.min(mutated.length - 1, from + next(Math.max(1, to - from)));
    const value = next(2) === 0 ? interesting[next(interesting.length)]! : next(256);
    mutated[at] = value;
    changes.push(`${at}=${value}`);
  }
  if (run < first) continue;
  const started = process.cpuUsage();
  try {
    outcomes[await examine(mutated)]++;
  } catch (error) {
    process.stderr.write(`run ${run} of seed ${seed}, ${name}, cut ${cut}, ${changes.join(' ')}\n`);
    throw error;
  }
  const { user, system } = process.cpuUsage(started);
  const took = (user + system) / 1000;
  slowest = Math.max(slowest, took);
  if (took > slowMs) throw new Error(`run ${run} of seed ${seed}, ${name}, cut ${cut}, ${changes.join(' ')}: ${took.toFixed(0)} ms of CPU`);
  if (run % 5000 === 4999)
    process.stderr.write(
      `${run + 1} runs, ${outcomes.answer} answers, ${outcomes.error} errors, slowest ${slowest.toFixed(0)} ms, ${process.memoryUsage.rss() >> 20} MiB\n`,
    );
}
process.stdout.write(
  `${runs} runs of seed ${seed}: ${outcomes.answer} answers, ${outcomes.error} errors, slowest ${slowest.toFixed(0)} ms, peak ${process.resourceUsage().maxRSS >> 10} MiB\n`,
);
