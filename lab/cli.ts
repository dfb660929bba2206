import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { bench, defaultJson, describe, renderBench } from './bench.ts';
import { dump } from './dump.ts';
import { LabUnavailable, setUp, type Say } from './lab.ts';
import { seriesNames, type KernelSeries } from './packages.ts';
import { shell, smallMachine } from './qemu.ts';
import { probe } from './probe.ts';
import { keepRecord, recordScenario, runScenario } from './run.ts';
import { score } from './score.ts';
import { loadScenario, scenarioIds } from './scenario.ts';

const usage = `npm run lab -- setup [--fresh]              kernels, headers, leak module, disks (cached)
npm run lab -- run SCENARIO [--kernel 6.1|6.12]
npm run lab -- shell [--kernel …]           a shell in the guest; ends with it
npm run lab -- dump SCENARIO [--kernel …] [--memory MiB] [--live] [--paging] [--burst FILE]
                                            --live: what kmai says of /proc/kcore in the guest too
                                            --paging: one more dump, with virtual addresses, for drgn
                                            --burst: a script of its own, whose name the dump gets
npm run lab -- record SCENARIO -o FILE [--for 60s] [--kernel …]
npm run lab -- probe SCENARIO…|all [--for 30s] what /proc says moves while it runs, with nobody looking
npm run lab -- list
npm run bench -- [--quick] [--kernel …] [--only ID,ID] [--for 30s] [--jobs N] [--json FILE]
`;

const started = performance.now();
const say: Say = (line) => process.stderr.write(`lab ${((performance.now() - started) / 1000).toFixed(1).padStart(6)}  ${line}\n`);

function seriesOf(text: string | undefined, otherwise: KernelSeries): KernelSeries {
  const found = seriesNames.find((name) => name === (text ?? otherwise));
  if (found === undefined) throw new Error(`--kernel ${text}: the lab has ${seriesNames.join(' and ')}`);
  return found;
}

async function main(argv: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      kernel: { type: 'string' },
      memory: { type: 'string' },
      for: { type: 'string' },
      output: { type: 'string', short: 'o' },
      fresh: { type: 'boolean' },
      json: { type: 'string' },
      quick: { type: 'boolean' },
      live: { type: 'boolean' },
      burst: { type: 'string' },
      paging: { type: 'boolean' },
      only: { type: 'string' },
      jobs: { type: 'string' },
    },
  });
  const [verb = 'help', ...names] = positionals;
  const [name] = names;
  const scenario = ['run', 'dump', 'record'].includes(verb) ? loadScenario(name ?? '') : undefined;
  const series = seriesOf(values.kernel, scenario?.kernels[0] ?? '6.1');
  switch (verb) {
    case 'setup':
      for (const each of values.kernel === undefined ? seriesNames : [series]) setUp(each, say, values.fresh);
      say('ready');
      return 0;
    case 'shell': {
      const lab = setUp(series, say);
      return shell(lab.kernel, lab.images, lab.payload, { ...smallMachine, memoryMebibytes: Number(values.memory ?? 1024) });
    }
    case 'run': {
      const run = await runScenario(setUp(series, say), scenario!, scenario!.window);
      keepRecord(`${scenario!.id}-${series}`, run);
      const result = score(scenario!, series, run);
      process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      say(describe(result));
      return result.state === 'passed' ? 0 : 1;
    }
    case 'record':
      if (values.output === undefined) throw new Error('record: -o FILE is missing');
      await recordScenario(setUp(series, say), scenario!, values.for ?? '60s', values.output);
      return 0;
    case 'probe': {
      const lab = setUp(series, say);
      const seconds = Number.parseInt(values.for ?? '20', 10);
      const fitting = (name === 'all' ? scenarioIds() : names).map(loadScenario).filter(({ kernels }) => kernels.includes(series));
      for (const each of fitting) {
        const { movements, truth, problem } = await probe(lab, each, seconds);
        const moved = movements.slice(0, 14).map((one) => `${one.name} ${one.change > 0 ? '+' : ''}${one.change}`);
        process.stdout.write(
          `${each.id} on ${series}, ${seconds} s: ${JSON.stringify(truth)} ${problem ?? ''}\n    ${moved.join(' · ')}\n`,
        );
      }
      return 0;
    }
    case 'bench': {
      const done = await bench(
        {
          quick: values.quick ?? false,
          kernel: values.kernel === undefined ? undefined : series,
          only: values.only?.split(',') ?? [],
          jobs: Number(values.jobs ?? (values.quick ? 2 : 1)),
          window: values.for === undefined ? undefined : Number.parseInt(values.for, 10),
          json: values.json ?? defaultJson,
        },
        say,
      );
      process.stdout.write(renderBench(done));
      // Six scenarios on a shared machine can't carry a bar of 90 %: one miss is told above and tolerated, a false alarm never.
      if (values.quick === true) return done.totals.falseAlarms.length === 0 && done.totals.scenarios - done.totals.passed <= 1 ? 0 : 1;
      return done.totals.passed === done.totals.scenarios ? 0 : 1;
    }
    case 'dump': {
      const script = values.burst;
      const done = script === undefined ? scenario! : { ...scenario!, id: basename(script, '.sh'), burst: readFileSync(script, 'utf8') };
      const options = { memoryMebibytes: Number(values.memory ?? 384), live: values.live ?? false, paging: values.paging ?? false };
      process.stdout.write(`${await dump(done, series, options, say)}\n`);
      return 0;
    }
    case 'list':
      process.stdout.write(
        scenarioIds()
          .map((id) => `${id.padEnd(28)} ${loadScenario(id).title}\n`)
          .join(''),
      );
      return 0;
    default:
      process.stderr.write(usage);
      return 64;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof LabUnavailable) {
    process.stderr.write(`lab SKIPPED: ${error.message}\n`);
    process.exitCode = 77;
  } else {
    process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
