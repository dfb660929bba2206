import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { readArchive, readArchiveFile } from './archive.ts';
import type { Archive, ArchiveLimits } from './archive.ts';
import { captureHost, isCapture } from './capture.ts';
import { compressionOf } from './decompress.ts';
import { diskTree } from './disk-tree.ts';
import { folderHost } from './folder.ts';
import type { Host } from './host.ts';
import { liveHost } from './live.ts';
import { memoryTree } from './memory-tree.ts';
import { isErrno } from './refusal.ts';
import { isSosreport, sosreportHost } from './sosreport.ts';
import { isTarHeader } from './tar.ts';
import type { Tree } from './tree.ts';
import { Unreadable } from './unreadable.ts';

const expected =
  'a capture (.kmai), a sosreport (folder, .tar, .tar.xz, .tar.gz or .tar.zst), or a folder that looks like a root (with proc/meminfo or proc/slabinfo in it)';

/**
 * The host that a path stands for, by what is in it, never by its name; this machine without a path.
 * @throws {Unreadable} when it is none of what kmai reads
 */
export async function openHost(path: string | undefined, limits?: Partial<ArchiveLimits>): Promise<Host> {
  if (path === undefined) return liveHost();
  const written = writtenAt(path);
  if (statSync(path).isDirectory()) return openFolder(path, written);
  if (!isArchive(path)) throw new Unreadable(path, 'it is neither a folder nor a tar', expected);
  const archive = await readArchiveFile(path, limits);
  return openArchive(path, archive, written);
}

/**
 * The host that the bytes of an archive stand for: sent by somebody, never on disk.
 * @throws {Unreadable} when they are none of what kmai reads
 */
export async function openBytes(bytes: Uint8Array, name: string, limits?: Partial<ArchiveLimits>): Promise<Host> {
  const start = bytes.subarray(0, 512);
  if (compressionOf(start) === 'none' && !isTarHeader(start)) throw new Unreadable(name, 'it is no tar', expected);
  return openArchive(name, await readArchive(pieces(bytes), limits), Date.now() / 1000);
}

async function* pieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 256 * 1024) yield bytes.subarray(at, at + 256 * 1024);
}

function openFolder(path: string, written: number): Host {
  const tree = diskTree(path);
  if (isCapture(tree)) return captureHost(tree, path);
  const top = soleFolder(tree);
  for (const root of top === null ? [path] : [path, `${path}/${top}`]) {
    const inside = root === path ? tree : diskTree(root);
    if (isSosreport(inside)) return sosreportHost(inside, path, written);
    if (root !== path && isCapture(inside)) return captureHost(inside, path);
  }
  if (looksLikeRoot(tree)) return folderHost(path);
  throw new Unreadable(path, 'this folder is none of what can be examined', expected);
}

/** Of a tar too a plain root is taken, so that a container's file system can be examined as it was exported. */
function openArchive(path: string, archive: Archive, written: number): Host {
  const tree = memoryTree(archive.nodes);
  const top = soleFolder(tree);
  for (const inside of top === null ? [tree] : [tree, memoryTree(archive.nodes, top)]) {
    if (isCapture(inside)) return captureHost(inside, path, archive);
    if (isSosreport(inside)) return sosreportHost(inside, path, written, archive.defects);
    // No commands, no samples: a sosreport without sos_commands is exactly a root at one moment.
    if (looksLikeRoot(inside)) return { ...sosreportHost(inside, path, written, archive.defects), kind: 'folder' };
  }
  const why = archive.defects.length === 0 ? 'this archive is none of what can be examined' : archive.defects.join('; ');
  throw new Unreadable(path, why, expected);
}

function looksLikeRoot(tree: Tree): boolean {
  return tree.bytes('/proc/meminfo').ok || tree.bytes('/proc/slabinfo').ok;
}

function soleFolder(tree: Tree): string | null {
  const entries = tree.list('/');
  const folders = entries.ok ? entries.value.filter(({ kind }) => kind === 'folder') : [];
  return folders.length === 1 ? folders[0]!.name : null;
}

function writtenAt(path: string): number {
  try {
    return statSync(path).mtimeMs / 1000;
  } catch (error) {
    throw new Unreadable(path, isErrno(error) ? error.code : String(error), expected);
  }
}

/** A tar by its first header; or something compressed, of which only unpacking shows whether it is one. */
function isArchive(path: string): boolean {
  const start = Buffer.alloc(512);
  try {
    const fd = openSync(path, 'r');
    try {
      readSync(fd, start, 0, start.length, 0);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new Unreadable(path, isErrno(error) ? error.code : String(error), expected);
  }
  return compressionOf(start) !== 'none' || isTarHeader(start);
}
