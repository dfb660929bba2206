/** A dump in a diagnosis: what is lost, and alone also the circumstances, out of the kernel's memory. */
import type { Host } from '../host/host.ts';
import type { Record } from '../model/record.ts';
import { available, type Reading } from '../model/reading.ts';
import { examineOrphans } from '../touch/examine.ts';
import { examinePages } from '../touch/examine-pages.ts';
import { coreHost } from '../touch/host/core-host.ts';
import { openCore, refused } from '../touch/vmcore.ts';
import { consult, type ConsultOptions } from './consult.ts';

/**
 * @param path a dump, or /proc/kcore
 * @param host what was seen while the machine ran (a capture, a sosreport); the dump answers for it where there is none
 */
export async function consultCore(path: string, host: Host | undefined, options: ConsultOptions): Promise<Reading<Record>> {
  const core = await openCore(path);
  if (!core.ok) return core;
  try {
    const progress = options.onProgress ?? ((): void => {});
    const { specimens: lost, callsites = [], unanswered } = await examineOrphans(core.value, undefined, progress);
    const specimens = unanswered === undefined ? [...lost, ...(await examinePages(core.value, progress)).specimens] : lost;
    const record = await consult(host ?? coreHost(core.value), { ...options, specimens, callsites });
    if (unanswered === undefined) return available(record);
    const missing = {
      what: 'orphans',
      reason: 'unsupported',
      detail: unanswered,
      help: 'a makedumpfile that knows this kernel, or dump level 0',
    } as const;
    return available({ ...record, unavailable: [...record.unavailable, missing] });
  } catch (error) {
    return refused(path, error);
  } finally {
    core.value.kernel.image.close();
  }
}
