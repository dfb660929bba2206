/**
 * `npm test`: every check, one after the other, each with its time; the run goes on after a failure and says at
 * the end what failed and what was skipped and why. `npm test -- NAME…` runs only the checks so named.
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
for (const check of checks) {
  if (wanted.length > 0 && !wanted.includes(check.name)) continue;
  const reason = check.skip?.();
  if (reason) {
    skipped.push(`${check.name}: ${reason}`);
    console.log(`\n── ${check.name}: SKIPPED: ${reason}`);
    continue;
  }
  console.log(`\n── ${check.name}`);
  const started = performance.now();
  const ok = await run(check);
  console.log(`── ${check.name}: ${ok ? 'ok' : 'FAILED'} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  if (ok) passed++;
  else failed.push(check.name);
}

console.log('');
for (const line of skipped) console.log(`skipped  ${line}`);
for (const line of failed) console.log(`FAILED   ${line}`);
console.log(`checks: ${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function run(check: Check): Promise<boolean> {
  const files = (check.files ?? []).flatMap((pattern) => globSync(pattern, { cwd: root })).toSorted();
  if (check.files !== undefined && files.length === 0) return false;
  if (check.again === true) return runOneByOne(check, files.length === 0 ? [[]] : files.map((file) => [file]));
  const { shares = 1 } = check;
  const parts = Array.from({ length: shares }, (_, part) => files.filter((_file, index) => index % shares === part));
  return (await Promise.all(parts.map((part) => ended([...check.argv, ...part])))).every(Boolean);
}

/** One after the other, each with its time; what fails is run once more. */
async function runOneByOne(check: Check, parts: readonly (readonly string[])[]): Promise<boolean> {
  let all = true;
  for (const part of parts) {
    const began = performance.now();
    let ok = await ended([...check.argv, ...part]);
    if (!ok) {
      console.log(`── ${[check.name, ...part].join(' ')}: failed, once more`);
      ok = await ended([...check.argv, ...part]);
    }
    if (part.length > 0) console.log(`${part.join(' ')}: ${ok ? 'ok' : 'FAILED'} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    all &&= ok;
  }
  return all;
}

function ended([program, ...args]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program!, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', (error) => {
      console.error(`${program}: ${error.message}`);
      resolve(false);
    });
    child.on('close', (code) => resolve(code === 0));
  });
}
