/**
 * Carries out remedies as `kmai treat` does: for each line (JSON: a remedy with what the operator filled in) on its input it
 * remembers, journals and applies it, and prints the steps or why not; for "undo" it undoes all. Ends with its input.
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { askAll } from '../../src/ask/ask.ts';
import { typedFacts } from '../../src/diagnose/typed-facts.ts';
import { liveHost } from '../../src/host/live.ts';
import { apply, prepare } from '../../src/intervene/treat.ts';
import { undoAll } from '../../src/intervene/undo.ts';

interface Wanted {
  readonly commands: readonly (readonly string[])[];
  readonly undo?: readonly (readonly string[])[];
  readonly given?: Readonly<Record<string, string>>;
}

const host = liveHost();
const facts = typedFacts((await askAll(host)).facts);
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const answer = line === 'undo' ? (await undoAll()).map(({ failed }) => failed) : await treat(JSON.parse(line) as Wanted);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function treat({ commands, undo = [], given = {} }: Wanted): Promise<unknown> {
  const steps = await prepare({ id: 'test', commands, undo, boot_parameters: [] }, { host, facts, found: [], given });
  if (!steps.ok) return steps.unavailable;
  const applied = await apply(steps.value);
  return applied.ok ? steps.value.map(({ argv }) => argv) : applied.unavailable;
}
