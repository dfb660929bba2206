import { constants, zstdCompressSync } from 'node:zlib';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { packTar } from 'modern-tar';
import type { Unavailable } from '../model/evidence.ts';
import { captureSchema } from './capture-manifest.ts';
import type { Manifest, StoredCommand } from './capture-manifest.ts';
import type { Entry } from './host.ts';
import type { Recording } from './recording.ts';
import { namesIn } from './recorded-names.ts';
import type { Redactor } from './redact.ts';
import { textOf } from './tree.ts';

export interface CaptureOptions {
  /** The version of kmai. */
  readonly version: string;
  readonly hostname: string;
  /** Seconds between samples; leave out for a single look. */
  readonly interval?: number;
  /** Makes names and addresses pseudonyms, those too that only the recording tells. Leave it out to keep them. */
  readonly redactor?: Redactor;
}

/**
 * A recording as the bytes of a `.kmai` file: a tar, compressed with zstd. The same recording and options
 * give the same bytes. Its layout stands in `capture-manifest.ts`.
 */
export async function encodeCapture(recording: Recording, options: CaptureOptions): Promise<Uint8Array> {
  const files = captureFiles(recording, options);
  const ordered = [...files].toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const tar = await packTar(
    ordered.map(([name, body]) => ({ header: { name, size: body.length, type: 'file', mode: 0o644, mtime: new Date(0) }, body })),
  );
  return zstdCompressSync(tar, { params: { [constants.ZSTD_c_compressionLevel]: 9, [constants.ZSTD_c_checksumFlag]: 1 } });
}

/** The manifest first and the samples last, in the order of time: one that is cut off is a shorter recording. */
function rank(name: string): number {
  const [, phase] = /^samples\/(\d+)\//.exec(name) ?? [];
  return phase === undefined ? (name === 'manifest.json' ? -2 : -1) : Number.parseInt(phase, 10);
}

/** The files of a capture by name. A file that was read in one phase only is under `once/`, others under each phase in which they had changed. */
export function captureFiles(
  recording: Recording,
  { version, hostname, interval, redactor: given }: CaptureOptions,
): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const json = (name: string, value: unknown) => files.set(name, Buffer.from(`${JSON.stringify(value)}\n`));
  const redactor = given?.knowing(namesIn(recording, hostname)) ?? null;
  const hide = redactor ?? keepAll;
  const why = (given: Unavailable): Unavailable => ({ ...given, what: hide.path(given.what), detail: hide.path(given.detail) });

  const refusals: Manifest['refusals'] = [];
  for (const [path, { samples, lastPhase }] of sorted(recording.files)) {
    const once = samples.length === 1 && samples[0]!.phase === lastPhase;
    for (const { phase, reading } of samples) {
      if (reading.ok) files.set(`${once ? 'once' : `samples/${phase}`}${hide.path(path)}`, hidden(path, reading.value));
      else refusals.push({ path: hide.path(path), phase, unavailable: why(reading.unavailable) });
    }
  }

  const lists = sorted(recording.lists).flatMap(([path, { samples }]) =>
    samples.map(({ phase, reading }) => ({
      phase,
      list: reading.ok
        ? { path: hide.path(path), entries: reading.value.map((found) => entry(path, found)) }
        : { path: hide.path(path), unavailable: why(reading.unavailable) },
    })),
  );
  for (const [phase, group] of Map.groupBy(lists, (one) => one.phase))
    json(
      `lists/${phase}.json`,
      group.map((one) => one.list),
    );

  let number = 0;
  for (const [key, { samples }] of sorted(recording.commands)) {
    const argv = JSON.parse(key) as string[];
    for (const { phase, reading } of samples) {
      const result = reading.ok
        ? { code: reading.value.code, stdout: hide.command(argv, reading.value.stdout), stderr: hide.command(argv, reading.value.stderr) }
        : { unavailable: why(reading.unavailable) };
      json(`commands/${number}.json`, { argv: argv.map((word) => hide.path(word)), phase, ...result } satisfies StoredCommand);
      number += 1;
    }
  }

  const manifest: Manifest = {
    schema: captureSchema,
    kmai: version,
    hostname: hide.hostname(hostname),
    from: recording.kind,
    interval: interval ?? null,
    redacted: redactor !== null,
    phases: recording.phases.map((at) => ({ at })),
    refusals,
    defects: [...recording.defects],
  };
  files.set('manifest.json', Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
  return files;

  function hidden(path: string, bytes: Uint8Array): Uint8Array {
    return redactor !== null && redactor.concerns(path) ? Buffer.from(redactor.text(path, textOf(bytes))) : bytes;
  }

  /** Names below /proc and /sys are the kernel's, but where their links lead may name a person (an open file of someone's home). */
  function entry(folder: string, { name, kind, target }: Entry): Entry {
    const kernels = /^\/(?:proc|sys)(?:\/|$)/.test(folder);
    const hiddenTarget = target === undefined || (kernels && !target.startsWith('/')) ? target : hide.path(target);
    return { name: kernels ? name : hide.path(name), kind, ...(hiddenTarget === undefined ? {} : { target: hiddenTarget }) };
  }
}

const keepAll: Pick<Redactor, 'path' | 'command' | 'hostname'> = {
  path: (path) => path,
  command: (_argv, output) => output,
  hostname: (name) => name,
};

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Writes a file whole or not at all, readable by its owner only: a capture tells much about a machine.
 * @throws the errno of the file system, ENOSPC and EROFS above all
 */
export function saveFile(path: string, bytes: Uint8Array): void {
  const partial = `${path}.partial`;
  const fd = openSync(partial, 'w', 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    fsyncSync(fd);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  renameSync(partial, path);
}
