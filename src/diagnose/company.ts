/**
 * Which growths are one growth: opening a file grows filp and lsm_file_cache, a network namespace grows forty caches.
 * What comes in a fixed proportion with something that is explained needs no finding of its own; it keeps company.
 */
import { compositeHoldings, heldBy, isReclaimableName } from '../kernel/caches.ts';
import type { Growth } from '../model/diagnosis.ts';
import type { HoldingKind } from '../model/evidence.ts';
import type { Candidate } from './candidate.ts';
import { broughtBy, type Vectors } from './extensions.ts';
import type { HoldingsOf } from './holders.ts';

/** Tolerance of a proportion, for lumps of slabs and for reads that are not simultaneous. */
const tolerance = 0.08;
const largestSimpleRatio = 12;
/** Objects of one cache that the making of one namespace or cgroup may bring (a netns brings 74 kernfs nodes). */
const largestCompositeRatio = 400;
/** A thread brings 1 to 4 of most caches, a whole process some 60 mappings' worth. */
const largestThreadRatio = 64;
/** So many new units must have come, or any growth would be "in proportion" with a handful of new threads. */
const fewestCompositeUnits = 16;

/**
 * Are these growths in proportion?
 * @param anyUpTo the unit's making touches many caches: any ratio up to this counts. null: only small whole numbers and a half do
 */
export function inProportion(growth: Growth, unitRate: number, anyUpTo: number | null): boolean {
  const rate = growth.objects_per_second;
  if (unitRate <= 0) return false;
  if (rate === null) return anyUpTo !== null;
  const ratio = rate / unitRate;
  if (anyUpTo !== null) return ratio > 0 && ratio <= anyUpTo;
  const nearest = ratio < 0.75 ? 0.5 : Math.round(ratio);
  if (nearest > largestSimpleRatio) return false;
  const halfWidth = Math.abs(growth.interval95[1] - growth.interval95[0]) / 2 / unitRate;
  return Math.abs(ratio - nearest) <= Math.max(tolerance * nearest, Math.min(halfWidth, 0.2 * nearest));
}

/** The kinds of holdings, the telling ones before those that contain them: a socket is a file too. */
const bySpecificity: readonly HoldingKind[] = [
  'inotify-watches',
  'epoll-watches',
  'posix-timers',
  'sockets',
  'pipes',
  'eventfds',
  'epolls',
  'timerfds',
  'signalfds',
  'bpf',
  'files',
  'namespaces',
  'threads',
  'children',
  'mappings',
];

/** Kinds that are descriptors: each of them is one of `files`, and holds a filp. */
const descriptors: ReadonlySet<HoldingKind> = new Set(['sockets', 'pipes', 'eventfds', 'epolls', 'timerfds', 'signalfds', 'bpf']);

/**
 * Joins candidates that are one growth: first those that come with a composite root (removed cgroups, network
 * namespaces), then those that come with what processes hold, the plainest first, and caches that fill together.
 * @param seconds length of the window
 * @param vectors of object extensions that new slabs bring
 */
export function gather(
  candidates: readonly Candidate[],
  held: HoldingsOf,
  seconds: number,
  vectors: Vectors = new Map(),
): readonly Candidate[] {
  let pool = [...candidates];
  const done: Candidate[] = [];
  let extensions: ReadonlyMap<Candidate, Candidate> = new Map();
  const withVectors = (some: readonly Candidate[]): readonly Candidate[] =>
    [...extensions].flatMap(([one, root]) => (some.includes(root) ? [one] : []));
  const settle = (root: Candidate, company: readonly Candidate[], holders = root.holders): void => {
    const taken = new Set([root, ...company]);
    pool = pool.filter((one) => !taken.has(one));
    done.push(accompanied({ ...root, holders }, [...company, ...withVectors([...taken])]));
  };

  for (const root of pool.filter(isFileCache))
    settle(
      root,
      pool.filter((one) => one !== root && isByproduct(one, root)),
    );

  extensions = new Map(
    pool.flatMap((one): [Candidate, Candidate][] => {
      const root = broughtBy(one, pool, vectors);
      return root === undefined ? [] : [[one, root]];
    }),
  );
  pool = pool.filter((one) => !extensions.has(one));

  for (const root of pool.filter(isComposite)) {
    if (!pool.includes(root)) continue;
    const rate = root.growth.objects_per_second ?? 0;
    if (rate * seconds < fewestCompositeUnits) continue;
    settle(
      root,
      pool.filter(
        (one) =>
          one !== root &&
          !hasOwnCounter(one) &&
          inProportion(one.growth, rate, largestCompositeRatio) &&
          (!isHeldElsewhere(one, null, held) || inProportion(one.growth, rate, null)),
      ),
    );
  }

  for (const kind of bySpecificity) {
    const grown = held.get(kind);
    if (grown === undefined || grown.rate <= 0) continue;
    const anyUpTo = compositeHoldings.has(kind) && grown.rate * seconds >= fewestCompositeUnits ? largestThreadRatio : null;
    const mine = pool.filter((one) => one.class === 'held-by-userspace' && holdsAs(one, kind, held));
    const [root] = mine.toSorted((a, b) => b.growth.bytes_per_second - a.growth.bytes_per_second);
    if (root === undefined) continue;
    const company = pool.filter(
      (one) =>
        one !== root &&
        (mine.includes(one) ||
          (!hasOwnCounter(one) &&
            inProportion(one.growth, grown.rate, anyUpTo) &&
            (anyUpTo !== null || !isHeldElsewhere(one, kind, held)))),
    );
    settle(root, company, grown.holders);
  }

  for (const root of pool.filter(isReclaimable).toSorted((a, b) => b.growth.bytes_per_second - a.growth.bytes_per_second)) {
    if (!pool.includes(root)) continue;
    const rate = root.growth.objects_per_second ?? 0;
    const company = pool.filter((one) => one !== root && isReclaimable(one) && inProportion(one.growth, rate, null));
    if (company.length > 0) settle(root, company);
  }
  return [...done, ...pool.map((one) => (withVectors([one]).length === 0 ? one : accompanied(one, withVectors([one]))))];
}

/** A name that is looked up brings a dentry, an inode and what a security module or a long name adds. */
function isReclaimable(one: Candidate): boolean {
  return one.where.kind === 'slab' && one.class === 'reclaimable';
}

function isFileCache({ where }: Candidate): boolean {
  return where.kind === 'file-cache';
}

/** Of the bytes that the page cache takes in, so much may be what the file system keeps about them. */
const byproductShare = 0.05;

/** Pages read and written leave buffer heads, tree nodes and extents behind: small beside them, and counted by nobody. */
function isByproduct(one: Candidate, root: Candidate): boolean {
  const counted = one.attribution.some(({ alias, share }) => alias === one.where.owner && share >= 0.8);
  return one.where.kind === 'slab' && !counted && one.growth.bytes_per_second <= byproductShare * root.growth.bytes_per_second;
}

/** Things whose making brings dozens of caches along. */
function isComposite({ where }: Candidate): boolean {
  return where.kind === 'cgroups' || where.owner === 'net_namespace' || where.cache === 'net_namespace';
}

/** An exact counter says whose the objects are, and they are none that user space makes along with other things. */
function hasOwnCounter({ where: { owner }, attribution }: Candidate): boolean {
  if (owner === undefined || Object.hasOwn(heldBy, owner) || isReclaimableName(owner) || owner === 'mnt_cache') return false;
  return attribution.some(({ alias, share }) => alias === owner && share >= 0.15);
}

/** Is the candidate explained by holdings of this kind: its owner's own kind, or for a filp the descriptors that it is one of? */
function holdsAs(one: Candidate, kind: HoldingKind, held: HoldingsOf): boolean {
  const owner = one.where.owner ?? one.where.cache ?? '';
  const kinds = Object.hasOwn(heldBy, owner) ? (heldBy[owner] ?? []) : [];
  if (kinds.includes(kind)) return true;
  const files = held.get('files')?.rate ?? 0;
  const mine = held.get(kind)?.rate ?? 0;
  return descriptors.has(kind) && kinds.includes('files') && files > 0 && mine >= 0.9 * files;
}

/** Kinds that processes hold one by one, each of them told by a count of its own. */
const counted: ReadonlySet<HoldingKind> = new Set([...descriptors, 'files', 'epoll-watches', 'inotify-watches', 'posix-timers']);

/**
 * Do processes hold just as many new ones of it as came, of another kind than the one that is looked at? Then that is whose
 * they are, though they be in proportion with this one too. Descriptors of one kind that are all new files are the files.
 */
function isHeldElsewhere(one: Candidate, kind: HoldingKind | null, held: HoldingsOf): boolean {
  if (one.class !== 'held-by-userspace') return false;
  const owner = one.where.owner ?? one.where.cache ?? '';
  const mine = kind === null ? 0 : (held.get(kind)?.rate ?? 0);
  return (Object.hasOwn(heldBy, owner) ? heldBy[owner]! : []).some((own) => {
    const rate = held.get(own)?.rate ?? 0;
    if (own === kind || !counted.has(own) || !nearly(one.growth.objects_per_second ?? 0, rate)) return false;
    return !(kind !== null && descriptors.has(kind) && own === 'files' && mine >= 0.9 * rate);
  });
}

function nearly(rate: number, other: number): boolean {
  return other > 0 && Math.abs(rate - other) <= tolerance * other;
}

function accompanied(root: Candidate, company: readonly Candidate[]): Candidate {
  const named = company.map(({ where, growth }) => ({
    cache: where.owner ?? where.cache ?? where.kind,
    objects_per_second: growth.objects_per_second ?? 0,
  }));
  const bytes = company.reduce((sum, { growth }) => sum + growth.bytes_per_second, root.growth.bytes_per_second);
  return {
    ...root,
    growth: { ...root.growth, bytes_per_second: bytes },
    accompanied_by: named.toSorted((a, b) => b.objects_per_second - a.objects_per_second),
  };
}
