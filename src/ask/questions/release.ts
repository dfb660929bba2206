import type { FactValue } from '../../model/facts.ts';
import { Malformed } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { command, file, firstOf } from '../places.ts';

/** Which kernel runs, by its own account. Documentation/filesystems/proc.rst, "version". */
export const release: Question<'release'> = {
  id: 'release',
  ask: (host) => {
    const signature = host.read('/proc/version_signature');
    const ubuntu = signature.ok ? signature.value : '';
    return firstOf<'release'>(
      file(host, '/proc/version', (text) => parseVersion(text, ubuntu)),
      file(host, '/proc/sys/kernel/osrelease', (text) => fromRelease(text.trim(), '', ubuntu)),
      command(host, ['uname', '-r'], 'install coreutils', (text) => fromRelease(text.trim(), '', ubuntu)),
    );
  },
};

/** `Linux version 6.1.0-55-cloud-amd64 (builder@host) (gcc …) #1 SMP … Debian 6.1.192-1 (2026-08-01)` */
export function parseVersion(text: string, signature = ''): FactValue<'release'> {
  const found = /^Linux version (\S+)(?: |$)/.exec(text);
  if (found?.[1] === undefined) throw new Malformed(1, 'Linux version RELEASE …', text);
  return fromRelease(found[1], text.trim(), signature);
}

/**
 * The upstream version as far as the kernel states it. Debian's release carries the ABI only ("6.1.0-55"), its
 * build string the upstream version; Ubuntu's stands in /proc/version_signature. SUSE (5.14.21-150500.55.73) and
 * RHEL (5.14.0-427.13.1.el9) number their own patches on a frozen base: there the three numbers are that base and
 * say little about fixes, which the casebook judges by the package.
 */
function fromRelease(name: string, build: string, signature: string): FactValue<'release'> {
  const numbers = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(name);
  if (numbers === null) throw new Malformed(1, 'a release such as 6.1.0-55-cloud-amd64', name);
  // The last one: the compiler's own Debian version stands before it.
  const debian = [...build.matchAll(/\bDebian (?:\d+:)?(\d+)\.(\d+)(?:\.(\d+))?[-~+]/g)].at(-1);
  // `Ubuntu 5.15.0-105.115-generic 5.15.148`: the upstream version is the last word.
  const ubuntu = /^Ubuntu \S+ (\d+)\.(\d+)(?:\.(\d+))?\s*$/.exec(signature);
  const stated = [ubuntu, debian].find((one) => one?.[1] === numbers[1] && one?.[2] === numbers[2]) ?? numbers;
  const version = [stated[1], stated[2], stated[3]].filter((part) => part !== undefined).map(Number);
  if (version.some((part) => !Number.isSafeInteger(part))) throw new Malformed(1, 'a release such as 6.1.0', name);
  return { release: name, version, build, flavour: flavourOf(name) };
}

/** What follows the numbers of a release: cloud-amd64, default, generic, azure, el9.x86_64; empty without one. */
function flavourOf(name: string): string {
  return /^[\d.]+(?:-rc\d+)?(?:-[\d.]+)*(?:[-.+]([A-Za-z].*))?$/.exec(name)?.[1] ?? '';
}
