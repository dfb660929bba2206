import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { command, which } from './command.ts';

export const seriesNames = ['6.1', '6.12'] as const;
export type KernelSeries = (typeof seriesNames)[number];

/** Programs the lab needs on the host, and the Debian package that has each. */
const needs: readonly (readonly [program: string, debianPackage: string])[] = [
  ['qemu-system-x86_64', 'qemu-system-x86'],
  ['cpio', 'cpio'],
  ['depmod', 'kmod'],
  ['make', 'build-essential'],
  ['gcc-12', 'gcc-12'],
  ['mkfs.ext4', 'e2fsprogs'],
  ['xz', 'xz-utils'],
  ['nft', 'nftables'],
  ['ip', 'iproute2'],
  ['iptables', 'iptables'],
  ['dash', 'dash'],
  ['setpriv', 'util-linux'],
];

/** Why the lab can't work here, or null if it can. Said aloud by whoever skips it. */
export function obstacle(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `needs Linux on x86-64, this is ${process.platform} on ${process.arch}`;
  if (process.getuid?.() !== 0) return 'needs root, to unpack kernels and build the disk with their owners and devices';
  if (which('apt-get') === null && missingPackages().length > 0) return `${missingPackages().join(', ')} missing, and there is no apt-get`;
  return null;
}

/** The Debian packages of which a needed program is not installed. */
export function missingPackages(): string[] {
  const missing = needs.filter(([program]) => which(program) === null).map(([, name]) => name);
  if (staticBusybox() === null) missing.push('busybox-static');
  return [...new Set(missing)];
}

/** Debian has two busybox packages; only a static one runs in the initramfs. */
function staticBusybox(): string | null {
  const path = which('busybox');
  if (path === null) return null;
  try {
    command(['ldd', path]);
    return null;
  } catch {
    return path; // ldd refuses what is not dynamic
  }
}

export function installMissing(say: (line: string) => void): void {
  const missing = missingPackages();
  if (missing.length === 0) return;
  say(`installing ${missing.join(' ')}`);
  command(['apt-get', 'update']);
  command(['apt-get', 'install', '-y', '--no-install-recommends', ...missing]);
}

/**
 * The newest cloud image of a series among lines of `apt-cache search -n`: security updates change the ABI
 * number (6.1.0-56, 6.12.117+deb12), and older ones stay listed for a while. Null where there is none.
 */
export function newestImage(searchOutput: string, series: KernelSeries): string | null {
  const pattern = new RegExp(`^linux-image-(${series.replaceAll('.', '\\.')}\\.\\S*)-cloud-amd64-unsigned\\s`);
  const abis = searchOutput
    .split('\n')
    .map((line) => pattern.exec(line)?.[1])
    .filter((abi) => abi !== undefined);
  return abis.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1) ?? null;
}

/**
 * Names in a `Depends:` line of `apt-cache show` that belong to the kernel's own headers. An alternative
 * (`a | b`) is none of these; a version bound is dropped, the newest in the sources fits its own headers.
 */
export function headerDependencies(show: string): string[] {
  const line = /^Depends: (.*)$/m.exec(show)?.[1] ?? '';
  return line
    .split(', ')
    .filter((name) => !name.includes('|'))
    .map((name) => name.replace(/ .*/, ''))
    .filter((name) => /^linux-(headers-.*-common|kbuild-)/.test(name));
}

/** The packages that make one series usable in the lab: image, headers, common headers, kbuild. */
export function kernelPackages(series: KernelSeries): { readonly release: string; readonly packages: readonly string[] } {
  const abi = newestImage(command(['apt-cache', 'search', '-n', `linux-image-${series}`]), series);
  if (abi === null) {
    throw new Error(
      `no linux-image-${series}.*-cloud-amd64-unsigned in the configured apt sources; Debian 12 with its security updates has them`,
    );
  }
  const headers = `linux-headers-${abi}-cloud-amd64`;
  const depends = headerDependencies(command(['apt-cache', 'show', '--no-all-versions', headers]));
  return { release: `${abi}-cloud-amd64`, packages: [`linux-image-${abi}-cloud-amd64-unsigned`, headers, ...depends] };
}

/** Downloads packages into a folder, those already there excepted, and gives the paths of the .deb files. */
export function download(packages: readonly string[], folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  const found = (name: string): string | undefined =>
    readdirSync(folder).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'));
  const missing = packages.filter((name) => found(name) === undefined);
  if (missing.length > 0) command(['apt-get', 'download', ...missing], { cwd: folder });
  return packages.map((name) => {
    const file = found(name);
    if (file === undefined || !existsSync(join(folder, file))) throw new Error(`${name} was not downloaded into ${folder}`);
    return join(folder, file);
  });
}
