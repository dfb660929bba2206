/**
 * kmai touch against drgn and crash on one dump, in turn, so that a busy machine weighs on all of them:
 *   node bench/touch.ts DUMP [VMLINUX [DUMP_FOR_DRGN]] [ROUNDS]
 * kmai needs the dump only. VMLINUX is the debug one (the -dbg package); drgn 0.0.22 refuses the kdump and the
 * plain ELF that QEMU writes and gets its own dump then (dump-guest-memory -p). It prints and asserts nothing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = process.argv.slice(2).filter((given) => !/^\d+$/.test(given));
const rounds = Number(process.argv.slice(2).find((given) => /^\d+$/.test(given)) ?? 5);
const [dump, vmlinux, drgnDump = dump] = files;
if (dump === undefined || !existsSync(dump)) {
  process.stderr.write('usage: node bench/touch.ts DUMP [VMLINUX [DUMP_FOR_DRGN]] [ROUNDS]\n');
  process.exit(64);
}

/** Every object of every cache, which is what kmai's count walks too. */
const drgnScript = `import drgn, sys
from drgn.helpers.linux.slab import for_each_slab_cache, slab_cache_for_each_allocated_object
program = drgn.Program()
program.set_core_dump(sys.argv[1])
program.load_debug_info([sys.argv[2]])
print(sum(1 for cache in for_each_slab_cache(program) for _ in slab_cache_for_each_allocated_object(cache, 'void')))
`;
const entry = `import { runTouch } from './src/cli/touch.ts';
const [core, verb, about] = process.argv.slice(2);
process.exitCode = await runTouch({ core, verb, about, json: true }, { out: (t) => process.stdout.write(t), err: (t) => process.stderr.write(t), progress() {} });
`;

interface Cost {
  readonly seconds: number;
  readonly mebibytes: number;
  readonly out: string;
}

/** Wall time and peak memory of a command, by time(1); null where it fails. */
function cost(argv: readonly string[], input = ''): Cost | null {
  const ran = spawnSync('/usr/bin/time', ['-f', '%e %M', ...argv], { encoding: 'utf8', input, maxBuffer: 1 << 28, timeout: 600_000 });
  const [seconds, kibibytes] = (ran.stderr ?? '').trim().split('\n').at(-1)!.split(' ').map(Number) as [number, number];
  return ran.status === null || ran.status > 2 || Number.isNaN(seconds) ? null : { seconds, mebibytes: kibibytes / 1024, out: ran.stdout };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function show(name: string, costs: readonly (Cost | null)[]): number {
  const good = costs.filter((one) => one !== null);
  if (good.length === 0) {
    process.stdout.write(`${name.padEnd(34)} did not run\n`);
    return Number.NaN;
  }
  const seconds = median(good.map((one) => one.seconds));
  process.stdout.write(
    `${name.padEnd(34)} ${seconds.toFixed(2).padStart(8)} s ${median(good.map((one) => one.mebibytes))
      .toFixed(0)
      .padStart(6)} MiB   (${good.length} runs)\n`,
  );
  return seconds;
}

const folder = mkdtempSync(join(tmpdir(), 'kmai-bench-'));
try {
  await build({
    stdin: { contents: entry, resolveDir: root, loader: 'ts' },
    outfile: join(folder, 'touch.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['koffi'],
    banner: { js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);" },
  });
  writeFileSync(join(folder, 'objects.py'), drgnScript);
  const kmai = (verb: string): Cost | null => cost([process.execPath, join(folder, 'touch.mjs'), dump, verb]);
  const caches: (Cost | null)[] = [];
  const orphans: (Cost | null)[] = [];
  const crash: (Cost | null)[] = [];
  const drgn: (Cost | null)[] = [];
  for (let round = 0; round < rounds; round++) {
    caches.push(kmai('caches'));
    orphans.push(kmai('orphans'));
    if (vmlinux === undefined) continue;
    crash.push(cost(['crash', '-s', vmlinux, dump], 'kmem -s\nquit\n'));
    if (round === 0) drgn.push(cost(['/usr/bin/python3', join(folder, 'objects.py'), drgnDump!, vmlinux])); // most of a minute
  }
  const own = show('kmai touch caches (all objects)', caches);
  show('kmai touch orphans (with types)', orphans);
  if (vmlinux !== undefined) {
    const other = show('crash kmem -s (counts only)', crash);
    const walked = show('drgn, all objects of all caches', drgn);
    process.stdout.write(`kmai ${(other / own).toFixed(1)} × crash, ${(walked / own).toFixed(0)} × drgn\n`);
    const counted = (JSON.parse(caches[0]?.out ?? '{"specimens":[]}') as { specimens: { objects: number }[] }).specimens.reduce(
      (sum, one) => sum + one.objects,
      0,
    );
    process.stdout.write(`objects: kmai ${counted}, drgn ${drgn[0]?.out.trim() ?? 'unknown'}\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
