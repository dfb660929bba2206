import { createReadStream } from 'node:fs';
import { compressionOf, decompress } from './decompress.ts';
import { defaultMaxFileBytes } from './files.ts';
import type { Node } from './memory-tree.ts';
import { readTar } from './tar.ts';
import type { TarEntry } from './tar.ts';

export interface ArchiveLimits {
  /** Bytes it may unpack to (512 MiB): it is held in memory. */
  readonly maxBytes: number;
  /** Times its own size it may unpack to (200), beyond the first `freeBytes` (16 MiB). */
  readonly maxRatio: number;
  readonly freeBytes: number;
  readonly maxEntries: number;
  readonly maxFileBytes: number;
}

const mebibyte = 1024 * 1024;
export const defaultLimits: ArchiveLimits = {
  maxBytes: 512 * mebibyte,
  maxRatio: 200,
  freeBytes: 16 * mebibyte,
  maxEntries: 500_000,
  maxFileBytes: defaultMaxFileBytes,
};

export interface Archive {
  /** By path without leading slash. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** What was left out and why, for people; empty when all of it is here. */
  readonly defects: readonly string[];
  /** Whether it was not read to its end: damaged, cut off or beyond a limit. */
  readonly cut: boolean;
}

/**
 * Reads a tar that nobody vouches for: plain, gzip, zstd or xz, by its first bytes. Nothing is written to
 * disk and no name leads out of the result. What is damaged, cut off or beyond a limit is named in `defects`;
 * all that is whole is given.
 */
export async function readArchive(chunks: AsyncIterable<Uint8Array>, limits: Partial<ArchiveLimits> = {}): Promise<Archive> {
  const bounds = { ...defaultLimits, ...limits };
  const defects: string[] = [];
  let cut = false;
  const defect = (text: string) => {
    cut = true;
    defects.push(text);
  };
  const { start, rest } = await peek(chunks);
  const unpacked = decompress(rest, compressionOf(start), { ...bounds, defect });
  const nodes = new Map<string, Node>();
  const dropped = new Map<string, { first: string; count: number }>();
  let entries = 0;
  for await (const entry of readTar(unpacked, { maxFileBytes: bounds.maxFileBytes, defect })) {
    entries += 1;
    if (entries > bounds.maxEntries) {
      defect(`it has more than ${bounds.maxEntries} entries: what lies beyond was not read`);
      break;
    }
    const path = entry.name.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '');
    if (path === '' || path === '.') continue;
    const why = unsafeName(path) ?? place(nodes, path, entry);
    if (why === null) continue;
    const group = dropped.get(why);
    dropped.set(why, { first: group?.first ?? entry.name, count: (group?.count ?? 0) + 1 });
  }
  for (const [why, { first, count }] of dropped)
    defects.push(`${count} ${count === 1 ? 'entry' : 'entries'} dropped, ${why}: ${JSON.stringify(first.slice(0, 120))}`);
  return { nodes, defects, cut };
}

export function readArchiveFile(path: string, limits?: Partial<ArchiveLimits>): Promise<Archive> {
  return readArchive(createReadStream(path, { highWaterMark: 256 * 1024 }), limits);
}

/** @returns null when it was stored, else why it was dropped. Of two entries of one name the last stays, as tar does. */
function place(nodes: Map<string, Node>, path: string, entry: TarEntry): string | null {
  if (entry.kind === 'link') {
    if (leadsOut(path, entry.link)) return 'a link that leads out of the archive';
    store(nodes, path, { link: entry.link });
  } else if (entry.kind === 'hardlink') {
    const same = nodes.get(entry.link.replace(/^(?:\.\/+)+/, ''));
    if (same === undefined || same === 'folder') return 'a hard link to nothing in the archive';
    store(nodes, path, same);
  } else if (entry.kind === 'file') {
    store(nodes, path, entry.body === null ? { tooLarge: entry.size } : { bytes: entry.body });
  } else {
    store(nodes, path, entry.kind);
  }
  return null;
}

/** Kept in the order of the last occurrence, so that a later parent overrules an earlier file of its name. */
function store(nodes: Map<string, Node>, path: string, node: Node): void {
  nodes.delete(path);
  nodes.set(path, node);
}

function unsafeName(path: string): string | null {
  if (path.includes('\0')) return 'a NUL in its name';
  if (path.startsWith('/')) return 'an absolute name';
  const parts = path.split('/');
  if (parts.includes('..')) return 'a name that leads out of the archive';
  if (path.length > 4096 || parts.length > 256 || parts.some((part) => part.length > 255)) return 'a name longer than a file can have';
  return parts.some((part) => part === '' || part === '.') ? 'a name with empty parts' : null;
}

/** By its text alone: where it climbs above the archive's top, or starts at the root of whoever opens it. */
function leadsOut(path: string, link: string): boolean {
  if (link === '' || link.startsWith('/') || link.includes('\0')) return true;
  let depth = path.split('/').length - 1;
  for (const part of link.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

/** The first bytes of a stream, without losing them. */
async function peek(chunks: AsyncIterable<Uint8Array>): Promise<{ start: Uint8Array; rest: AsyncIterable<Uint8Array> }> {
  const source = chunks[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  let length = 0;
  while (length < 6) {
    const next = await source.next();
    if (next.done === true) break;
    held.push(next.value);
    length += next.value.length;
  }
  async function* rest() {
    yield* held;
    yield* { [Symbol.asyncIterator]: () => source };
  }
  return { start: Buffer.concat(held), rest: rest() };
}
