/**
 * What one sample costs against one `slabtop -o`, in turn, so that a busy machine weighs on both:
 *   node bench/look.ts [rounds]
 * CPU is user + system: of this process around a batch of samples, and by time(1) around as many runs of slabtop.
 * It prints and asserts nothing, as a shared machine's figures are no test.
 */
import { spawnSync } from 'node:child_process';
import { liveHost } from '../src/host/live.ts';
import type { Source } from '../src/look/source.ts';
import { counted, sourcesOf } from '../src/look/sources.ts';
import { newTape, recordOn, type Tape } from '../src/look/tape.ts';

const rounds = Number(process.argv[2] ?? 20);
/** Samples and runs a round: time(1) tells hundredths of a second, so 20 runs tell half a millisecond each. */
const batch = 20;
const host = liveHost();

function tapesOf(sources: readonly Source[]): readonly Tape[] {
  return sources.map((source) => newTape(source));
}

/** Microseconds of CPU that a sample takes. */
function costOfSample(tapes: readonly Tape[]): number {
  const before = process.cpuUsage();
  for (let n = 0; n < batch; n++) for (const tape of tapes) recordOn(tape, host, n);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / batch;
}

/** Microseconds of CPU that a run of slabtop takes; null where slabtop or time is missing. */
function costOfSlabtop(): number | null {
  const loop = `n=0; while [ $n -lt ${batch} ]; do slabtop -o >/dev/null || exit 1; n=$((n+1)); done`;
  const ran = spawnSync('/usr/bin/time', ['-f', '%U %S', 'sh', '-c', loop], { encoding: 'utf8' });
  const [user = Number.NaN, system = Number.NaN] = (ran.stderr ?? '').trim().split(' ').map(Number);
  return ran.status === 0 && !Number.isNaN(user + system) ? ((user + system) * 1e6) / batch : null;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;
}

function row(name: string, values: readonly number[]): void {
  const [low, middle, high] = [0.1, 0.5, 0.9].map((share) => quantile(values, share).toFixed(0).padStart(8));
  console.log(`${name.padEnd(44)}${low}${middle}${high}`);
}

const few = tapesOf(counted);
const all = tapesOf(sourcesOf(host).filter(({ cadence }) => cadence === 'tick'));
for (let warm = 0; warm < 5; warm++) for (const tapes of [few, all]) costOfSample(tapes);

const costs = { few: [] as number[], all: [] as number[], slabtop: [] as number[], ratio: [] as number[] };
for (let round = 0; round < rounds; round++) {
  const sample = costOfSample(few);
  costs.few.push(sample);
  costs.all.push(costOfSample(all));
  const slabtop = costOfSlabtop();
  if (slabtop === null) continue;
  costs.slabtop.push(slabtop);
  costs.ratio.push(slabtop / sample);
}

console.log(`${rounds} rounds of ${batch}; µs of CPU`.padEnd(44) + ['10 %', 'median', '90 %'].map((head) => head.padStart(8)).join(''));
row(`slabinfo, meminfo, populations (${few.length} files)`, costs.few);
row(`all that is read at each sample (${all.length} files)`, costs.all);
if (costs.slabtop.length === 0) console.log('slabtop or /usr/bin/time is missing: no comparison');
else {
  row('slabtop -o', costs.slabtop);
  console.log(`\none sample is 1/${quantile(costs.ratio, 0.5).toFixed(1)} of slabtop -o (median of ${costs.ratio.length} pairs)`);
}
for (const { source } of few) {
  const tape = tapesOf([source]);
  costOfSample(tape);
  console.log(
    `  ${source.id.padEnd(42)}${quantile(
      [1, 2, 3, 4, 5].map(() => costOfSample(tape)),
      0.5,
    )
      .toFixed(0)
      .padStart(16)}`,
  );
}
await host.close();
