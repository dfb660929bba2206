import type { Recording } from './recording.ts';
import type { KnownNames } from './redact.ts';
import { textOf } from './tree.ts';

/** Names in a recording that cannot be told from other words where they stand alone: of the machine and its people. */
export function namesIn(recording: Recording, hostname: string): KnownNames {
  const hostnames = [hostname, ...texts(recording, '/proc/sys/kernel/hostname'), ...texts(recording, '/etc/hostname')].map((name) =>
    name.trim(),
  );
  const accounts = texts(recording, '/etc/passwd').flatMap((text) => [...text.matchAll(/^([^:\n]+):[^:]*:(\d+):/gm)]);
  // Below 1000 are the system's own accounts, alike everywhere; 65534 is nobody.
  const people = accounts.flatMap(([, name, id]) => (Number(id) >= 1000 && Number(id) < 65_534 ? [name!] : []));
  return { hostnames: [...new Set(hostnames)], users: [...new Set([...people, ...homes(recording)])] };
}

function texts({ files }: Recording, path: string): string[] {
  return (files.get(path)?.samples ?? []).flatMap(({ reading }) => (reading.ok ? [textOf(reading.value)] : []));
}

/** Whose homes occur in paths, listings and links. */
function homes({ files, lists }: Recording): string[] {
  const listed = (path: string) => (lists.get(path)?.samples ?? []).flatMap(({ reading }) => (reading.ok ? reading.value : []));
  const targets = [...lists.keys()].flatMap((path) => listed(path).map(({ target }) => target ?? ''));
  const named = [...files.keys(), ...lists.keys(), ...targets].flatMap((path) => /^\/home\/([^/\s]+)/.exec(path)?.[1] ?? []);
  return [...named, ...listed('/home').map(({ name }) => name)];
}
