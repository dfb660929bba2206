import type { Host } from '../host/host.ts';

/** The running kernel's release (`uname -r`) where paths carry it, or null where the host does not say. */
export function readRelease(host: Host): string | null {
  const stated = host.read('/proc/sys/kernel/osrelease');
  const name = stated.ok ? stated.value.trim() : /^Linux version (\S+)/.exec(orEmpty(host, '/proc/version'))?.[1];
  // It becomes part of a path: a capture may say anything.
  return name !== undefined && /^[\w.+~-]+$/.test(name) && !name.startsWith('.') ? name : null;
}

function orEmpty(host: Host, path: string): string {
  const reading = host.read(path);
  return reading.ok ? reading.value : '';
}
