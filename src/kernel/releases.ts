import { compareDebian, compareRpm } from './package-version.ts';

/** A commit's first release: "5.16" on mainline, "5.10.84" on a stable branch. */
interface Mark {
  readonly in: string;
}

/** What a case says of releases; the same shape as `Affects` of the casebook. */
export interface AffectedReleases {
  readonly introduced: readonly Mark[];
  readonly fixed: readonly Mark[];
  readonly distributions: readonly {
    readonly id: string;
    readonly version?: string;
    readonly package: string;
    readonly fixed: string;
  }[];
}

/** The running kernel as far as it is known. */
export interface RunningKernel {
  /** uname -r */
  readonly release: string;
  /** upstream version, [6, 1, 192]; taken from `release` where left out */
  readonly version?: readonly number[];
  /** all of /proc/version */
  readonly build?: string;
  readonly distribution?: { readonly id: string; readonly versionId: string; readonly idLike: readonly string[] };
  readonly packages?: readonly { readonly name: string; readonly version: string }[];
}

/** affected, fixed, before (older than the bug), vendor (its version says nothing) or unknown, with what decides. */
export interface ReleaseVerdict {
  readonly state: 'affected' | 'fixed' | 'before' | 'vendor' | 'unknown';
  /** The release or package version that was judged. */
  readonly running: string;
  /** The release that brought the bug; empty where none decides. */
  readonly introduced: string;
  /** The release or package that has the fix; empty where none is known for this kernel. */
  readonly fixed: string;
}

/**
 * Does the running kernel have the bug? A distribution's own package version decides where the case names one.
 * Otherwise upstream branches decide for kernels that follow stable. Vendor kernels keep an old base version and
 * backport, fixes and bugs alike: only a base that is newer than the mainline fix says something.
 */
export function judgeRelease(affects: AffectedReleases, kernel: RunningKernel): ReleaseVerdict {
  const running = kernel.release;
  const verdict = (state: ReleaseVerdict['state'], introduced = '', fixed = '') => ({ state, running, introduced, fixed });
  const packaged = judgePackage(affects, kernel);
  if (packaged !== null) return packaged;
  const version = kernel.version !== undefined && kernel.version.length >= 2 ? kernel.version : versionNumbers(running);
  if (version === null) return verdict('unknown');
  const candidate = /-rc\d/.test(running);
  const mainlineFix = lowest(affects.fixed.filter((mark) => isMainline(mark.in)));
  // A release candidate of the very version that has the fix may be older than the fix.
  if (
    mainlineFix !== null &&
    compareNumbers(version, mainlineFix.numbers) >= 0 &&
    !(candidate && sameBranch(version, mainlineFix.numbers))
  ) {
    return verdict('fixed', '', mainlineFix.text);
  }
  if (isVendorKernel(kernel)) return verdict('vendor');
  if (candidate || isAbiNumber(kernel, version)) return verdict('unknown');

  const ofBranch = (marks: readonly Mark[]) => marks.map(read).find((mark) => !isMainline(mark.text) && sameBranch(mark.numbers, version));
  const branchFix = ofBranch(affects.fixed);
  if (branchFix !== undefined && compareNumbers(version, branchFix.numbers) >= 0) return verdict('fixed', '', branchFix.text);
  const start = ofBranch(affects.introduced) ?? lowest(affects.introduced.filter((mark) => isMainline(mark.in)));
  if (start === null) return verdict('unknown');
  if (compareNumbers(version, start.numbers) < 0) return verdict('before', start.text);
  return verdict('affected', start.text, branchFix?.text ?? mainlineFix?.text ?? '');
}

/** Debian and Ubuntu put an ABI number where upstream has its sublevel: 6.1.0-18-amd64 may be 6.1.76. */
function isAbiNumber({ release }: RunningKernel, version: readonly number[]): boolean {
  return /^\d+\.\d+\.0-\d+-/.test(release) && (version[2] ?? 0) === 0;
}

/** The distribution's word: its package's version against the first fixed one. null where the case names none that fits. */
function judgePackage(affects: AffectedReleases, kernel: RunningKernel): ReleaseVerdict | null {
  const { distribution } = kernel;
  if (distribution === undefined) return null;
  const entry = affects.distributions.find(
    (one) => one.id === distribution.id && (one.version === undefined || one.version === distribution.versionId),
  );
  if (entry === undefined) return null;
  const fixed = `${entry.package} ${entry.fixed}`;
  const installed = runningPackage(kernel, entry.package);
  if (installed === null) return { state: 'vendor', running: kernel.release, introduced: '', fixed };
  const verdict = (state: ReleaseVerdict['state']) => ({ state, running: installed, introduced: '', fixed });
  const debian = isDebianLike(distribution);
  // SUSE's uname leaves out the rebuild number: 5.14.21-150500.55.73-default is package …55.73.N, N ≥ 1.
  const truncated = !debian && entry.fixed.startsWith(`${installed}.`);
  if (truncated) return verdict(entry.fixed === `${installed}.1` ? 'fixed' : 'unknown');
  const order = debian ? compareDebian(installed, entry.fixed) : compareRpm(installed, entry.fixed);
  return verdict(order >= 0 ? 'fixed' : 'affected');
}

/**
 * The package version of the kernel that runs, not of the newest one installed: Debian and Ubuntu have it in
 * /proc/version, rpm kernels in uname, but for architecture and flavour (and SUSE's rebuild number).
 */
export function runningPackage({ release, build, packages }: RunningKernel, name: string): string | null {
  // what follows the build number; before it stands the compiler, with a package version of its own
  const signed = / #(\d[\w~.+-]*?)(-Ubuntu)? (.*)$/s.exec(build ?? '');
  const debian = /\bDebian (\d[^\s()]*)/.exec(signed?.[3] ?? '');
  if (debian !== null) return debian[1]!;
  const abi = /^(\d+\.\d+\.\d+-\d+)-/.exec(release);
  if (signed?.[2] !== undefined && abi !== null) return `${abi[1]!}.${signed[1]!}`;

  const named = packages?.filter((one) => one.name === name) ?? [];
  const bare = rpmRelease(release);
  if (bare === null) return named.length === 1 ? named[0]!.version : null;
  return named.find((one) => one.version === bare || one.version.startsWith(`${bare}.`))?.version ?? bare;
}

/** Version and release out of an rpm kernel's uname; null where it does not look like one. */
function rpmRelease(release: string): string | null {
  const suse = /^(\d+\.\d+\.\d+-\d+(?:\.\d+)+)-[a-z_]+$/.exec(release);
  if (suse !== null) return suse[1]!;
  return /\.(el|fc|amzn|oe)\d/.test(release) ? release.replace(/\.(x86_64|aarch64|ppc64le|s390x)$/, '') : null;
}

/** Distributions whose kernels keep a base version and backport. Debian, Fedora, Arch, Alpine and Tumbleweed follow stable. */
const vendorIds: ReadonlySet<string> = new Set([
  'almalinux',
  'amzn',
  'anolis',
  'centos',
  'kylin',
  'mariner',
  'ol',
  'openEuler',
  'opensuse-leap',
  'rhel',
  'rocky',
  'sle_hpc',
  'sle-micro',
  'sles',
  'ubuntu',
]);

function isVendorKernel({ release, distribution, build }: RunningKernel): boolean {
  if (/\.(el\d|amzn|oe\d|an\d|uek|ky\d)|-(azure|aws|gcp|oracle|tegra|raspi|android\d+)/.test(release) && !/\bDebian\b/.test(build ?? ''))
    return true;
  if (/^\d+\.\d+\.\d+-15\d{4}\./.test(release)) return true;
  return distribution !== undefined && vendorIds.has(distribution.id);
}

function isDebianLike({ id, idLike }: { readonly id: string; readonly idLike: readonly string[] }): boolean {
  return id === 'debian' || id === 'ubuntu' || idLike.includes('debian') || idLike.includes('ubuntu');
}

/** "6.1.0-18-amd64" → [6, 1, 0]; null where the text does not begin with a version. */
export function versionNumbers(text: string): readonly number[] | null {
  const match = /^(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?/.exec(text);
  return match === null
    ? null
    : match
        .slice(1)
        .filter((part) => part !== undefined)
        .map(Number);
}

interface ReadMark {
  readonly text: string;
  readonly numbers: readonly number[];
}

function read(mark: Mark): ReadMark {
  return { text: mark.in, numbers: versionNumbers(mark.in) ?? [] };
}

/** 2.6.34 is a mainline release, 2.6.33.2 a stable one; since 3.0 mainline has two numbers. */
function isMainline(text: string): boolean {
  const numbers = versionNumbers(text) ?? [];
  return numbers[0] === 2 ? numbers.length === 3 : numbers.length === 2 || (numbers.length === 3 && numbers[2] === 0);
}

function lowest(marks: readonly Mark[]): ReadMark | null {
  return marks.map(read).toSorted((a, b) => compareNumbers(a.numbers, b.numbers))[0] ?? null;
}

function sameBranch(a: readonly number[], b: readonly number[]): boolean {
  const length = a[0] === 2 ? 3 : 2;
  return a.slice(0, length).join('.') === b.slice(0, length).join('.');
}

export function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
