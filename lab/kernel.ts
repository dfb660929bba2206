import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.ts';
import { download, kernelPackages, type KernelSeries } from './packages.ts';
import { cache, filesUnder, hashOf, moduleFolder } from './paths.ts';

/** One unpacked Debian kernel; nothing of it is installed on the host. */
export interface Kernel {
  readonly series: KernelSeries;
  /** `uname -r` of the guest. */
  readonly release: string;
  /** Root of the unpacked packages: boot/, lib/modules/, usr/src/. */
  readonly folder: string;
  readonly vmlinuz: string;
  readonly systemMap: string;
}

/** The kernel of a series, downloaded and unpacked once. `fresh` asks apt again for a newer one. */
export function kernel(series: KernelSeries, say: (line: string) => void, fresh = false): Kernel {
  const folder = join(cache, 'kernels', series);
  const stamp = join(folder, 'kernel.json');
  // What was unpacked elsewhere and copied here has Makefiles that name the other place.
  if (fresh || !existsSync(stamp) || stampOf(stamp).folder !== folder) unpack(series, folder, say);
  const { release } = stampOf(stamp);
  return {
    series,
    release,
    folder,
    vmlinuz: join(folder, 'boot', `vmlinuz-${release}`),
    systemMap: join(folder, 'boot', `System.map-${release}`),
  };
}

interface Stamp {
  readonly release: string;
  readonly packages: readonly string[];
  readonly folder: string;
}

function stampOf(path: string): Stamp {
  return JSON.parse(readFileSync(path, 'utf8')) as Stamp;
}

function unpack(series: KernelSeries, folder: string, say: (line: string) => void): void {
  const { release, packages } = kernelPackages(series);
  say(`${series}: ${release}`);
  // Unpacked beside its place and renamed at the end: a killed setup leaves nothing that looks finished.
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  for (const deb of download(packages, join(cache, 'debs'))) command(['dpkg', '-x', deb, partial]);
  // The headers' Makefile names its common part by the path it would have if installed.
  const makefile = join(partial, 'usr/src', `linux-headers-${release}`, 'Makefile');
  writeFileSync(makefile, readFileSync(makefile, 'utf8').replaceAll('/usr/src/', `${folder}/usr/src/`));
  command(['depmod', '-b', partial, release]);
  writeFileSync(join(partial, 'kernel.json'), JSON.stringify({ release, packages, folder } satisfies Stamp));
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}

// Types of the module itself would need pahole; nothing in the lab reads them.
const withoutBtf = ['CONFIG_DEBUG_INFO_BTF_MODULES='];

/** Builds the leak module for a kernel, once for each state of its source; gives the .ko. */
export function leakModule(of: Kernel, say: (line: string) => void): string {
  const source = filesUnder(moduleFolder);
  const folder = join(cache, 'module', `${of.release}-${hashOf(source, of.folder)}`);
  const built = join(folder, 'kmai_lab.ko');
  if (existsSync(built)) return built;
  say(`${of.series}: building the leak module`);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  for (const file of source) command(['cp', file, partial]);
  command([
    'make',
    '-C',
    join(of.folder, 'usr/src', `linux-headers-${of.release}`),
    `M=${partial}`,
    'CC=gcc-12',
    'HOSTCC=gcc-12',
    ...withoutBtf,
    'modules',
  ]);
  command(['strip', '-g', join(partial, 'kmai_lab.ko')]);
  renameSync(partial, folder);
  return built;
}
