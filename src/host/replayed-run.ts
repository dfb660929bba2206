import { available, unavailable } from '../model/reading.ts';
import { commandSchema, parsed } from './capture-manifest.ts';
import type { StoredCommand } from './capture-manifest.ts';
import type { Completed, Host } from './host.ts';
import { sampleAt } from './recording.ts';
import type { Sample, Track } from './recording.ts';
import { textOf } from './tree.ts';
import type { Tree } from './tree.ts';

export interface RecordedCommands {
  /** By argv, as JSON. */
  readonly tracks: ReadonlyMap<string, Track<Completed>>;
  readonly defects: readonly string[];
}

/** What is kept below `commands/`; a file there that is not of its form is a defect, not the end. */
export function recordedCommands(tree: Tree): RecordedCommands {
  const entries = tree.list('/commands');
  const numbers = entries.ok ? entries.value.flatMap(({ name }) => (/^\d{1,9}\.json$/.test(name) ? [Number.parseInt(name, 10)] : [])) : [];
  const found: { readonly key: string; readonly sample: Sample<Completed> }[] = [];
  const defects: string[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const path = `/commands/${number}.json`;
    const bytes = tree.bytes(path);
    const command = bytes.ok ? parsed(commandSchema, textOf(bytes.value)) : { wrong: bytes.unavailable.detail };
    if ('wrong' in command) defects.push(`${path}: ${command.wrong}`);
    else found.push({ key: JSON.stringify(command.value.argv), sample: sampleOf(command.value) });
  }
  const tracks = new Map<string, Track<Completed>>();
  for (const [key, group] of Map.groupBy(found, (one) => one.key)) {
    const samples = group.map(({ sample }) => sample).toSorted((a, b) => a.phase - b.phase);
    tracks.set(key, { samples, lastPhase: samples.at(-1)!.phase });
  }
  return { tracks, defects };
}

function sampleOf(command: StoredCommand): Sample<Completed> {
  if ('unavailable' in command) return { phase: command.phase, reading: { ok: false, unavailable: command.unavailable } };
  const { code, stdout, stderr } = command;
  return { phase: command.phase, reading: available({ code, stdout, stderr }) };
}

/** `run` of what is not running here: the recorded answer to exactly that argv, else absent. */
export function replayedRun({ tracks }: RecordedCommands, phase: () => number): Host['run'] {
  return async (argv) =>
    sampleAt(tracks.get(JSON.stringify(argv)), phase()) ??
    unavailable(argv.join(' '), 'absent', 'not recorded, and nothing is run for a machine that is not this one');
}
