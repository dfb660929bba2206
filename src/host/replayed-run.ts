import { available, unavailable } from '../model/reading.ts';
import type { Reading } from '../model/reading.ts';
import type { Completed, Host } from './host.ts';
import { textOf } from './tree.ts';
import type { Tree } from './tree.ts';

/** `commands/<n>.json`: one run of a program, or why there was none. `phase` is missing in a folder of one moment. */
export interface RecordedCommand {
  readonly argv: readonly string[];
  readonly phase: number;
  readonly result: Reading<Completed>;
}

/** The commands kept below `commands/`, in the order of their numbers; what is not of that form is named in `defects`. */
export function recordedCommands(tree: Tree): { readonly commands: readonly RecordedCommand[]; readonly defects: readonly string[] } {
  const entries = tree.list('/commands');
  if (!entries.ok) return { commands: [], defects: [] };
  const numbers = entries.value.flatMap(({ name }) => (/^\d{1,9}\.json$/.test(name) ? [Number.parseInt(name, 10)] : []));
  const commands: RecordedCommand[] = [];
  const defects: string[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const path = `/commands/${number}.json`;
    const bytes = tree.bytes(path);
    const command = bytes.ok ? commandOf(textOf(bytes.value)) : null;
    if (command === null) defects.push(`${path}: not a recorded command (argv, phase, code, stdout, stderr)`);
    else commands.push(command);
  }
  return { commands, defects };
}

/** `run` of a folder: what was recorded under exactly that argv, else absent. */
export function replayedRun(tree: Tree): Host['run'] {
  const byArgv = new Map(recordedCommands(tree).commands.map((command) => [JSON.stringify(command.argv), command.result]));
  return async (argv) =>
    byArgv.get(JSON.stringify(argv)) ??
    unavailable(argv.join(' '), 'absent', 'not recorded: nothing is run on a machine that is not this one');
}

export function commandOf(text: string): RecordedCommand | null {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof found !== 'object' || found === null) return null;
  const { argv, phase = 0, code, stdout, stderr = '', unavailable: why } = found as Readonly<Record<string, unknown>>;
  if (!Array.isArray(argv) || !argv.every((word) => typeof word === 'string') || !isPhase(phase)) return null;
  if (why !== undefined) {
    const reading = refusalOf(why);
    return reading === null ? null : { argv, phase, result: reading };
  }
  if (typeof code !== 'number' || typeof stdout !== 'string' || typeof stderr !== 'string') return null;
  return { argv, phase, result: available({ code, stdout, stderr }) };
}

export function isPhase(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** An `Unavailable` read back from JSON, or null where it is not one. */
export function refusalOf(value: unknown): ReturnType<typeof unavailable> | null {
  if (typeof value !== 'object' || value === null) return null;
  const { what, reason, detail, help } = value as Readonly<Record<string, unknown>>;
  if (typeof what !== 'string' || typeof detail !== 'string' || typeof help !== 'string') return null;
  if (reason !== 'absent' && reason !== 'denied' && reason !== 'unsupported' && reason !== 'malformed') return null;
  return unavailable(what, reason, detail, help);
}
