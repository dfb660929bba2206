/** Runs a command that changes the machine, as it was shown and journaled. Only intervene/ may use it. */
import { readlinkSync } from 'node:fs';
import { available, type Reading, unavailable } from '../model/reading.ts';
import { runProgram } from './run.ts';
import { shellWord } from './shell.ts';

const LIMIT_MS = 60_000;

export async function applyCommand(argv: readonly string[]): Promise<Reading<null>> {
  const ran = await runProgram(argv, { timeoutMs: LIMIT_MS });
  if (!ran.ok) return ran;
  if (ran.value.code === 0) return available(null);
  return unavailable(argv.join(' '), 'unsupported', ran.value.stderr.trim() || `exit code ${ran.value.code}`);
}

/** A line for a way back that only makes sense in this network namespace: `kmai undo` may be run in another. */
export function onlyInThisNetwork(): string {
  const here = readlinkSync('/proc/self/ns/net');
  return `[ "$(readlink /proc/self/ns/net)" = ${shellWord(here)} ] || { echo "run this in the network namespace ${here} (ip netns exec …)" >&2; exit 75; }`;
}
