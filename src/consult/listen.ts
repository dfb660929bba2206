import { liveHost } from '../host/live.ts';
import type { Host } from '../host/host.ts';
import { listen, listenFrom as hearFrom, type Listened, type ListenOptions } from '../listen/listen.ts';

/** Listens to one cache of this machine. */
export function listenTo(options: ListenOptions): Promise<Listened> {
  return withThisMachine((host) => listen(host, options));
}

/** Hears a trace that was taken elsewhere. */
export function listenFrom(path: string, cache: string): Promise<Listened> {
  return withThisMachine((host) => hearFrom(host, path, cache));
}

export async function withThisMachine<T>(work: (host: Host) => Promise<T>): Promise<T> {
  const host = liveHost();
  try {
    return await work(host);
  } finally {
    await host.close();
  }
}
