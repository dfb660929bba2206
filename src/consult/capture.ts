import { randomUUID } from 'node:crypto';
import { encodeCapture, saveFile } from '../host/capture-writer.ts';
import type { Host } from '../host/host.ts';
import { recorder } from '../host/recorder.ts';
import { redactor } from '../host/redact.ts';
import type { Record } from '../model/record.ts';
import { consult, type ConsultOptions } from './consult.ts';

export interface CaptureOptions extends Omit<ConsultOptions, 'exams'> {
  /** Replace host names, addresses and user names by pseudonyms that are consistent within the capture. */
  readonly redact: boolean;
  readonly version: string;
}

/**
 * Records everything a diagnosis reads into one file, and makes that diagnosis.
 * @returns the record that `kmai diagnose --from` will show for the file
 */
export async function captureTo(
  host: Host,
  path: string,
  options: CaptureOptions,
): Promise<{ readonly record: Record; readonly bytes: number }> {
  const recording = recorder(host);
  const record = await consult(recording, { ...options, exams: new Set(['look', 'ask']) });
  const bytes = await encodeCapture(recording.finish(), {
    version: options.version,
    hostname: record.machine.hostname,
    ...(options.redact ? { redactor: redactor(randomUUID(), { hostnames: [record.machine.hostname], users: people(host) }) } : {}),
  });
  saveFile(path, bytes);
  return { record, bytes: bytes.length };
}

/** Login names of people (uid ≥ 1000), which cannot be told from other words. Read past the recorder: passwd stays out of the capture. */
function people(host: Host): readonly string[] {
  const passwd = host.read('/etc/passwd');
  const rows = passwd.ok ? passwd.value.split('\n').map((line) => line.split(':')) : [];
  return rows.flatMap(([name, , uid]) => (name !== undefined && Number(uid) >= 1000 ? [name] : []));
}
