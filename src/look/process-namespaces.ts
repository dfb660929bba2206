import type { Host } from '../host/host.ts';
import type { Found } from './process-census.ts';

/**
 * Which network namespaces a process keeps: by descriptors, or by children that live in another than its own.
 * @returns how many there are in all
 */
export function readNamespaces(host: Host, found: readonly Found[]): number | null {
  const all = new Set<string>();
  for (const one of found) {
    if (one.network === null) {
      const entries = host.list(`/proc/${one.stat.pid}/ns`);
      one.network = (entries.ok ? entries.value.find(({ name }) => name === 'net')?.target : undefined) ?? null;
    }
    if (one.network !== null) all.add(one.network);
    for (const each of one.namespaces) if (each.startsWith('net:')) all.add(each);
  }
  if (found.every(({ network }) => network === null)) return null;
  const byPid = new Map(found.map((one) => [one.stat.pid, one]));
  const kept = new Map(found.map((one) => [one, new Set(one.namespaces)]));
  for (const { stat, network } of found) {
    const parent = byPid.get(stat.parent);
    if (parent !== undefined && network !== null && parent.network !== null && network !== parent.network) kept.get(parent)!.add(network);
  }
  for (const [one, namespaces] of kept) one.held.set('namespaces', namespaces.size);
  // `ip netns add` keeps a namespace by a mount, with no process in it.
  const mounts = host.read('/proc/self/mountinfo');
  if (mounts.ok) for (const [mounted] of mounts.value.matchAll(/net:\[\d+\]/g)) all.add(mounted);
  return all.size;
}
