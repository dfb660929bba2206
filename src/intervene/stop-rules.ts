import type { Host } from '../host/host.ts';
import type { Protocol } from './protocol.ts';

export type StopReason = 'interrupted' | 'memory' | 'pressure' | 'time';

/** Whether the experiment must end now; asked before each change and each burst. What can't be read stops nothing. */
export function mustStop(host: Host, stop: Protocol['stop'], startedAt: number, signal: AbortSignal | undefined): StopReason | null {
  if (signal?.aborted === true) return 'interrupted';
  if (host.clock.now() - startedAt > stop.seconds) return 'time';
  const meminfo = host.read('/proc/meminfo');
  const free = meminfo.ok ? /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo.value)?.[1] : undefined;
  if (free !== undefined && Number(free) * 1024 < stop.memory_floor_bytes) return 'memory';
  const pressure = host.read('/proc/pressure/memory');
  const some = pressure.ok ? /^some avg10=([\d.]+)/m.exec(pressure.value)?.[1] : undefined;
  return some !== undefined && Number(some) > stop.pressure_percent ? 'pressure' : null;
}
