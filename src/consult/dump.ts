/** A dump in a diagnosis: what is lost, and alone also the circumstances, out of the kernel's memory. */
import type { Host } from '../host/host.ts';
import type { Unavailable } from '../model/evidence.ts';
import type { Record } from '../model/record.ts';
import { available, type Reading } from '../model/reading.ts';
import { examineOrphans } from '../touch/examine.ts';
import { examinePages } from '../touch/examine-pages.ts';
import { flaws } from '../touch/damage.ts';
import { coreHost } from '../touch/host/core-host.ts';
import { type Core, openCore, refused } from '../touch/vmcore.ts';
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
    const specimens =
      unanswered === undefined ? [...lost, ...(await examinePages({ ...core.value, flaws: flaws() }, progress)).specimens] : lost;
    const record = await consult(host ?? coreHost(core.value), { ...options, specimens, callsites });
    const damaged = damageOf(core.value);
    if (unanswered === undefined) return available({ ...record, unavailable: [...record.unavailable, ...damaged] });
    const missing = {
      what: 'orphans',
      reason: 'unsupported',
      detail: unanswered,
      help: 'a makedumpfile that knows this kernel, or dump level 0',
    } as const;
    return available({ ...record, unavailable: [...record.unavailable, missing, ...damaged] });
  } catch (error) {
    return refused(path, error);
  } finally {
    core.value.kernel.image.close();
  }
}

/** What is broken in a dead kernel's own memory, with the addresses of some; live memory only looks so when it moves. */
function damageOf({ path, kernel, flaws: met }: Core): readonly Unavailable[] {
  if (kernel.image.live || met.count === 0) return [];
  const some = met.list.slice(0, 3).map(({ address, what }) => `0x${address.toString(16)} ${what}`);
  return [
    {
      what: path,
      reason: 'malformed',
      detail: `${met.count} flaws in the kernel's own memory: ${some.join('; ')}`,
      help: `kmai touch caches --core ${path} tells all of them; slub_debug=FZP finds who writes there`,
    },
  ];
}
