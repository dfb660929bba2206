/**
 * `npm test`: every check, one after the other save those that may run beside one another, each with its time; the run
 * goes on after a failure and says at the end what failed and what was skipped and why. `npm test -- NAME…` runs only the
 * checks so named.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checks, type Check } from './checks.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`npm test: no check named ${unknown.join(', ')}; there are: ${checks.map((check) => check.name).join(', ')}`);
  process.exit(64);
}

const failed: string[] = [];
const skipped: string[] = [];
let passed = 0;
for (const group of groups(checks))
  await Promise.all(group.filter(({ name }) => wanted.length === 0 || wanted.includes(name)).map((check) => conduct(check)));

console.log('');
for (const line of skipped) console.log(`skipped  ${line}`);
for (const line of failed) console.log(`FAILED   ${line}`);
console.log(`checks: ${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Those that run at the same time, in the order of the list. */
function groups(all: readonly Check[]): readonly (readonly Check[])[] {
  const list: Check[][] = [];
  for (const check of all)
    if (check.beside === true) list.at(-1)!.push(check);
    else list.push([check]);
  return list;
}

async function conduct(check: Check): Promise<void> {
  const reason = check.skip?.();
  if (reason) {
    skipped.push(`${check.name}: ${reason}`);
    console.log(`\n── ${check.name}: SKIPPED: ${reason}`);
    return;
  }
  console.log(`\n── ${check.name}`);
  const began = performance.now();
  const ok = await run(check);
  console.log(`── ${check.name}: ${ok ? 'ok' : 'FAILED'} (${seconds(began)})`);
  if (ok) passed++;
  else failed.push(check.name);
}

/** Its parts, so many at a time, the first ones first. */
async function run(check: Check): Promise<boolean> {
  const waiting = parts(check);
  if (check.files !== undefined && waiting.length === 0) return false;
  let all = true;
  const worker = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      const ok = await runPart(check, part);
      all &&= ok;
    }
  };
  await Promise.all(Array.from({ length: check.atOnce ?? 1 }, worker));
  return all;
}

/** What is appended to the argv of each process; one of nothing for a check without files. */
function parts({ files, filesEach }: Check): (readonly string[])[] {
  if (files === undefined) return [[]];
  const found = files.flatMap((pattern) => globSync(pattern, { cwd: root })).toSorted();
  const each = filesEach ?? found.length;
  return Array.from({ length: Math.ceil(found.length / each) }, (_, part) => found.slice(part * each, (part + 1) * each));
}

/**
 * One process; what fails is run once more where the check says so. Its results are printed once it has ended, whole beside
 * those of others; what it says of its progress at once.
 */
async function runPart(check: Check, part: readonly string[]): Promise<boolean> {
  const name = part.length === 1 ? part[0]! : check.name;
  const began = performance.now();
  let { ok, said } = await ended([...check.argv, ...part]);
  if (!ok && check.again === true) {
    console.log(`${said}── ${name}: failed, once more`);
    ({ ok, said } = await ended([...check.argv, ...part]));
  }
  process.stdout.write(said);
  if (part.length === 1) console.log(`${name}: ${ok ? 'ok' : 'FAILED'} (${seconds(began)})`);
  return ok;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function ended([program, ...args]: readonly string[]): Promise<{ readonly ok: boolean; readonly said: string }> {
  return new Promise((resolve) => {
    const child = spawn(program!, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    const text = (): string => Buffer.concat(said).toString();
    child.on('error', (error) => resolve({ ok: false, said: `${text()}${program}: ${error.message}\n` }));
    child.on('close', (code) => resolve({ ok: code === 0, said: text() }));
  });
}
