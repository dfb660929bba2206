/** A file that somebody sent: a record as it is, a capture or sosreport diagnosed. It is hostile until read. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Host } from '../host/host.ts';
import { openBytes } from '../host/open.ts';
import type { Record } from '../model/record.ts';
import { parseRecord } from '../record/schema.ts';
import { consult, type ConsultOptions } from './consult.ts';

/** Bytes an archive may unpack to in memory: the machine that serves the page may be a small one. */
const limits = { maxBytes: 256 * 1024 * 1024 };

/**
 * @param name of the file, for people
 * @throws BadRecord, Unreadable; the reason of `cancel`
 */
export async function recordOfUpload(bytes: Uint8Array, name: string, options: Pick<ConsultOptions, 'cancel'>): Promise<Record> {
  if (/^\ufeff?\s*\{/.test(Buffer.from(bytes.subarray(0, 64)).toString('utf8')))
    return parseRecord(Buffer.from(bytes).toString('utf8'), name);
  const host = await openBytes(bytes, name, limits);
  try {
    return await consult(courteous(host), { ...options, seconds: 60, exams: new Set(['look', 'ask']) });
  } finally {
    await host.close();
  }
}

/** A replay runs without waiting; between its samples others get their turn, a cancel above all. */
function courteous(host: Host): Host {
  return {
    ...host,
    clock: {
      now: () => host.clock.now(),
      async wait(seconds, signal) {
        await nextTurn();
        return host.clock.wait(seconds, signal);
      },
    },
  };
}
